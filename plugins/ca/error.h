/* Errors that the SDK's helpers do not cover. */
#ifndef CA_ERROR_H
#define CA_ERROR_H

#include <signet/sdk/error.h>

/* Sets the error of `child` on `call` too, before the child ends, and returns its status. */
int32_t ca_error_pass(signet_call_t *call, signet_call_t *child);
/* Fails with advice when to ask again. */
int32_t ca_error_retry(signet_call_t *call, int32_t status, const char *reason,
                       int64_t retry_after_ms, signet_text_t message);

#endif
