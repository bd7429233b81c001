/* POST /v1/certificates: the hot path. One parse, one issue, one write. */
#include <signet/sdk/http.h>

#include "rest_certificate.h"
#include "rest_input.h"
#include "rest_issue.h"
#include "rest_media.h"
#include "rest_request.h"

#define MAXIMUM_KEY 128

/* The caller's id is escaped, so that no caller can write a key that makes the id of another's
 * request. */
int32_t rest_read_key(signet_call_t *call, const signet_request_t *request,
                      signet_text_t *request_id)
{
    signet_text_t key = signet_http_header(request, "idempotency-key");
    if (key.length == 0)
        return SIGNET_OK;
    int printable = key.length <= MAXIMUM_KEY;
    for (uint64_t i = 0; printable && i < key.length; i++)
        printable = key.data[i] >= ' ' && key.data[i] <= '~';
    if (!printable)
        return signet_fail_field(call, SIGNET_INVALID, "request.key-invalid", "idempotency-key",
                                 "Idempotency-Key must be 1 to %d printable ASCII characters.",
                                 MAXIMUM_KEY);
    signet_text_t actor = rest_segment(call, call->services->actor(call)->id);
    *request_id = signet_format(call, "rest/%.*s/%.*s", SIGNET_FORMAT(actor), SIGNET_FORMAT(key));
    return request_id->data != NULL ? SIGNET_OK : signet_status(call);
}

int32_t rest_issue(void *instance, signet_call_t *call, const signet_request_t *request,
                   signet_exchange_t *exchange)
{
    const rest_t *rest = instance;
    signet_issue_request_t issue = {.size = sizeof issue};
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = rest_read_key(call, request, &issue.request_id);
    if (status == SIGNET_OK)
        status = rest_issue_body(call, request, (signet_text_t){NULL, 0}, &issue);
    if (status != SIGNET_OK)
        return status;
    rest_ca_t ca;
    status = rest_find_ca(rest, call, &ca);
    if (status != SIGNET_OK)
        return status;
    const signet_certificate_t *certificate = NULL;
    status = ca.interface->issue(ca.instance, call, &issue, &certificate);
    if (status != SIGNET_OK)
        return rest_request_pending(rest, call, exchange, status);
    return rest_certificate_answer(rest, call, exchange, 201, rest_media_accepted(request),
                                   certificate, 0, rest_certificate_location(call, certificate));
}
