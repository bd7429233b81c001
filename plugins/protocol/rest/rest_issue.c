/* POST /v1/certificates: the hot path. One parse, one issue, one write. */
#include <signet/sdk/http.h>
#include <signet/sdk/pkcs12.h>

#include "rest_certificate.h"
#include "rest_input.h"
#include "rest_issue.h"
#include "rest_key.h"
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

/* The password is checked first: the key is handed out once. */
static int32_t check_password(signet_call_t *call, const signet_issue_request_t *issue, int pkcs12,
                              signet_text_t password)
{
    if (issue->generate.length > 0)
        return rest_key_password(call, password, pkcs12);
    if (password.length == 0)
        return SIGNET_OK;
    return signet_fail_field(call, SIGNET_INVALID, "request.body-invalid", "password",
                             "A password is given beside generate alone.");
}

int32_t rest_issue_answer_key(const rest_t *rest, signet_call_t *call, signet_exchange_t *exchange,
                              int pkcs12, signet_text_t password,
                              const signet_certificate_t *certificate)
{
    signet_text_t location = rest_certificate_location(call, certificate);
    signet_text_t pem = {NULL, 0};
    if (pkcs12)
        return rest_key_answer(rest, call, exchange, 201, certificate->authority,
                               SIGNET_HAS(certificate, generation) ? certificate->generation : 0,
                               certificate->private_key, certificate->der, certificate->subject,
                               password, location);
    int32_t status = signet_private_key_pem(call, certificate->private_key, password,
                                            rest->pkcs12_iterations, &pem);
    return status == SIGNET_OK
               ? rest_certificate_answer_key(rest, call, exchange, 201, certificate, pem, location)
               : status;
}

int32_t rest_issue(void *instance, signet_call_t *call, const signet_request_t *request,
                   signet_exchange_t *exchange)
{
    const rest_t *rest = instance;
    int pkcs12 = rest_key_pkcs12_accepted(request);
    signet_issue_request_t issue = {.size = sizeof issue};
    signet_text_t password = {NULL, 0};
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = rest_read_key(call, request, &issue.request_id);
    if (status == SIGNET_OK)
        status = rest_issue_body(call, request, (signet_text_t){NULL, 0}, &issue, &password);
    if (status == SIGNET_OK)
        status = check_password(call, &issue, pkcs12, password);
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
    if (SIGNET_HAS(certificate, private_key.length))
        return rest_issue_answer_key(rest, call, exchange, pkcs12, password, certificate);
    return rest_certificate_answer(rest, call, exchange, 201, rest_media_accepted(request),
                                   certificate, 0, rest_certificate_location(call, certificate));
}
