/* A request that delivers something: what its answer, or the lack of one, means. */
#include <signet/sdk/delivery.h>
#include <signet/sdk/error.h>
#include <signet/sdk/outbound.h>
#include <signet/sdk/text.h>

/* What was sent is all right; what failed is the way there, so none of it is refused for good. */
static int32_t fail_way(signet_call_t *call, int32_t status)
{
    if (signet_delivery_verdict(status) != SIGNET_DELIVERY_REFUSED) {
        return status;
    }
    const signet_error_t *set = call->services->error(call);
    if (set == NULL) {
        return status;
    }
    signet_error_t error = {
        .size = sizeof error,
        .status = status == SIGNET_TOO_LARGE ? SIGNET_UNAVAILABLE : SIGNET_DENIED,
        .reason = set->reason,
        .message = set->message,
        .detail = set->detail,
    };
    call->services->clear(call);
    return call->services->fail(call, &error);
}

static int32_t answered(uint32_t status)
{
    switch (status) {
    case 408:
    case 425:
        return SIGNET_UNAVAILABLE;
    case 429:
        return SIGNET_LIMITED;
    case 401:
    case 407:
        return SIGNET_UNAUTHENTICATED;
    case 402:
    case 403:
        return SIGNET_DENIED;
    case 404:
    case 405:
    case 410:
        return SIGNET_NOT_FOUND;
    case 413:
        return SIGNET_TOO_LARGE;
    default:
        break;
    }
    if (status >= 200 && status < 300) {
        return SIGNET_OK;
    }
    if (status >= 300 && status < 400) {
        return SIGNET_NOT_FOUND;
    }
    return status >= 400 && status < 500 ? SIGNET_INVALID : SIGNET_UNAVAILABLE;
}

int32_t signet_outbound_deliver(signet_call_t *call, signet_outbound_t *outbound,
                                const signet_outbound_request_t *request, const char *reason,
                                const signet_outbound_response_t **response)
{
    static const char *const remedies[] = {
        [SIGNET_DELIVERY_RETRY] = "it is tried again",
        [SIGNET_DELIVERY_HELD] = "see whether URL and credentials are still right",
        [SIGNET_DELIVERY_REFUSED] = "it does not take this at all",
    };
    *response = NULL;
    int32_t status = signet_outbound_send(call, outbound, request, response);
    if (status != SIGNET_OK) {
        return fail_way(call, status);
    }
    status = answered((*response)->status);
    if (status == SIGNET_OK) {
        return SIGNET_OK;
    }
    signet_text_t origin = signet_outbound_origin(call, (*response)->url);
    signet_fail(call, status, reason, "%.*s answered with the status %u: %s.",
                SIGNET_FORMAT(origin), (*response)->status,
                remedies[signet_delivery_verdict(status)]);
    return signet_delivery_retry_after(call, (*response)->retry_after_ms);
}
