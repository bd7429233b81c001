/* Errors that the SDK's helpers do not cover. */
#ifndef CA_ERROR_H
#define CA_ERROR_H

#include <signet/sdk/error.h>

/* Fails with advice when to ask again. */
int32_t ca_error_retry(signet_call_t *call, int32_t status, const char *reason,
                       int64_t retry_after_ms, signet_text_t message);

#endif
