/* Copies that live outside of any call. */
#ifndef STATUS_KEEP_H
#define STATUS_KEEP_H

#include <signet/call.h>

/* A copy on the heap, with a NUL behind it. 0, with the error set, without memory. */
int status_keep(signet_call_t *call, signet_bytes_t from, signet_bytes_t *to);
int status_keep_text(signet_call_t *call, signet_text_t from, signet_text_t *to);
/* Frees copies. */
void status_drop(signet_bytes_t bytes);
void status_drop_text(signet_text_t text);

#endif
