/* What went wrong with a hop, as the call's error. */
#include <signet/sdk/error.h>

#include "transfer.h"

static int32_t fail_limit(const signet_outbound_transfer_t *transfer)
{
    return signet_fail(transfer->call, SIGNET_TOO_LARGE, "outbound.too-large",
                       "The answer of %.*s is over its limit of %llu octets (headers: %llu): it is "
                       "not what was asked for.",
                       SIGNET_FORMAT(transfer->origin), (unsigned long long)transfer->body_limit,
                       (unsigned long long)transfer->header_limit);
}

static int32_t fail_address(const signet_outbound_transfer_t *transfer)
{
    return signet_fail(transfer->call, SIGNET_DENIED, "outbound.address-denied",
                       "%.*s is at the address %s, which may not be connected to: if it is meant, "
                       "add the address to permit in the options of whoever calls it.",
                       SIGNET_FORMAT(transfer->origin), transfer->address);
}

static int32_t fail_trust(const signet_outbound_transfer_t *transfer, const char *what)
{
    const char *roots = transfer->outbound->roots;
    return signet_fail(transfer->call, SIGNET_UNAVAILABLE, "outbound.untrusted",
                       "%.*s cannot be trusted (%s): its certificate was checked against %s; see "
                       "the option roots.",
                       SIGNET_FORMAT(transfer->origin), what,
                       roots ? roots : "the system's authorities");
}

int32_t signet_outbound_failed(const signet_outbound_transfer_t *transfer, CURLcode code)
{
    signet_call_t *call = transfer->call;
    const char *what = transfer->reason[0] ? transfer->reason : curl_easy_strerror(code);
    if (transfer->body.failed) {
        return signet_status(call);
    }
    if (transfer->too_large) {
        return fail_limit(transfer);
    }
    if (transfer->refused && !transfer->tried) {
        return fail_address(transfer);
    }
    switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
        return signet_status(call);
    case CURLE_WRITE_ERROR: /* the arena is exhausted, and has said so */
    case CURLE_OUT_OF_MEMORY:
        return call->services->error(call) ? signet_status(call) : signet_fail_memory(call);
    case CURLE_OPERATION_TIMEDOUT:
        return signet_fail(call, SIGNET_TIMEOUT, "outbound.timeout",
                           "%.*s did not answer in time (%s): see whether it is overloaded, or "
                           "raise the option timeout.",
                           SIGNET_FORMAT(transfer->origin), what);
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        return signet_fail(call, SIGNET_UNAVAILABLE, "outbound.pin-mismatch",
                           "%.*s shows another public key than those that are pinned: if it was "
                           "replaced by right, add the new one to the option pins.",
                           SIGNET_FORMAT(transfer->origin));
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
        return fail_trust(transfer, what);
    default:
        return signet_fail(call, SIGNET_UNAVAILABLE, "outbound.unreachable",
                           "%.*s cannot be reached (%s): see whether it runs, and whether a "
                           "firewall lets this node through.",
                           SIGNET_FORMAT(transfer->origin), what);
    }
}
