/* Memory for secrets of a ceremony: OpenSSL's secure heap, which is locked against swapping, left
 * out of core dumps, and guarded. */
#ifndef CA_LOCKED_H
#define CA_LOCKED_H

#include <signet/call.h>

/* Readies the process: the secure heap, no core dumps, no tracing. UNAVAILABLE where memory cannot
 * be locked; the message says how to permit it. */
int32_t ca_locked_begin(signet_call_t *call);
/* Zeroed octets; NULL with the error set. */
uint8_t *ca_locked_alloc(signet_call_t *call, uint64_t length);
/* Wipes and frees; NULL is nothing. */
void ca_locked_free(void *memory, uint64_t length);

#endif
