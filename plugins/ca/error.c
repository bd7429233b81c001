#include "error.h"

#include <signet/sdk/text.h>

int32_t ca_error_retry(signet_call_t *call, int32_t status, const char *reason,
                       int64_t retry_after_ms, signet_text_t message)
{
    signet_error_t error = {.size = sizeof error,
                            .status = status,
                            .reason = signet_text(reason),
                            .message = message,
                            .retry_after_ms = retry_after_ms};
    return call->services->fail(call, &error);
}
