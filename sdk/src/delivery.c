/* What a failed delivery means. */
#include <signet/sdk/delivery.h>
#include <signet/sdk/error.h>

int signet_delivery_verdict(int32_t status)
{
    switch (status) {
    case SIGNET_UNAUTHENTICATED:
    case SIGNET_DENIED:
    case SIGNET_NOT_FOUND:
        return SIGNET_DELIVERY_HELD;
    case SIGNET_INVALID:
    case SIGNET_TOO_LARGE:
    case SIGNET_UNSUPPORTED:
        return SIGNET_DELIVERY_REFUSED;
    default:
        return SIGNET_DELIVERY_RETRY;
    }
}

int32_t signet_delivery_retry_after(signet_call_t *call, int64_t retry_after_ms)
{
    const signet_error_t *set = call->services->error(call);
    if (set == NULL || retry_after_ms <= 0) {
        return signet_status(call);
    }
    signet_error_t error = {
        .size = sizeof error,
        .status = set->status,
        .reason = set->reason,
        .message = set->message,
        .detail = set->detail,
        .field = set->field,
        .retry_after_ms = retry_after_ms,
    };
    call->services->clear(call);
    return call->services->fail(call, &error);
}
