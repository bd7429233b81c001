/* POST /v1/certificates: the hot path. One parse, one issue, one write. */
#include <signet/sdk/encode.h>
#include <string.h>

#include "rest_certificate.h"
#include "rest_input.h"
#include "rest_issue.h"
#include "rest_media.h"

#define MAXIMUM_KEY 128

int32_t rest_read_csr(signet_call_t *call, signet_text_t text, signet_bytes_t *csr)
{
    int32_t status;
    if (memmem(text.data, text.length, "-----BEGIN ", 11) == NULL) {
        status = signet_base64_decode(call, text, csr);
    } else {
        status = signet_pem_decode(call, text, "CERTIFICATE REQUEST", csr, NULL);
        if (status == SIGNET_NOT_FOUND) {
            call->services->clear(call);
            status = signet_pem_decode(call, text, "NEW CERTIFICATE REQUEST", csr, NULL);
        }
    }
    if (status == SIGNET_OK || status == SIGNET_NO_MEMORY)
        return status;
    call->services->clear(call);
    return signet_fail_field(call, SIGNET_INVALID, "csr.malformed", "csr",
                             "csr must be a certificate request (PKCS#10): a PEM block "
                             "\"CERTIFICATE REQUEST\", or its DER in base64.");
}

static int32_t read_names(signet_call_t *call, const signet_json_t *body,
                          signet_issue_request_t *issue)
{
    static const char *const members[] = {"type", "value"};
    const signet_json_t *list = signet_json_get(body, "names");
    if (list == NULL)
        return SIGNET_OK;
    if (list->kind != SIGNET_JSON_ARRAY)
        return signet_fail_field(call, SIGNET_INVALID, "request.body-invalid", "names",
                                 "names must be an array of objects with type and value.");
    signet_requested_name_t *names = signet_alloc(call, list->count + 1, sizeof *names);
    if (names == NULL)
        return signet_status(call);
    for (uint64_t i = 0; i < list->count; i++) {
        if (list->items[i].kind != SIGNET_JSON_OBJECT)
            return signet_fail_field(call, SIGNET_INVALID, "request.body-invalid", "names",
                                     "names must be an array of objects with type and value.");
        int32_t status = signet_json_only(call, &list->items[i], members, 2);
        names[i].size = sizeof names[i];
        if (status == SIGNET_OK)
            status = signet_http_json_text(call, &list->items[i], "type", &names[i].type);
        if (status == SIGNET_OK)
            status = signet_http_json_text(call, &list->items[i], "value", &names[i].value);
        if (status != SIGNET_OK)
            return status;
    }
    issue->names = names;
    issue->name_count = list->count;
    return SIGNET_OK;
}

int32_t rest_read_duration(signet_call_t *call, const signet_json_t *body, int64_t *validity)
{
    signet_text_t text;
    int32_t status = signet_json_get_text(call, body, "validity", &text);
    if (status != SIGNET_OK || text.length == 0)
        return status;
    if (signet_duration_parse(call, text, validity) == SIGNET_OK && *validity > 0)
        return SIGNET_OK;
    call->services->clear(call);
    return signet_fail_field(call, SIGNET_INVALID, "request.body-invalid", "validity",
                             "validity must be a duration such as 24h or 90d.");
}

static int32_t read_validity(signet_call_t *call, const signet_json_t *body,
                             signet_issue_request_t *issue)
{
    int32_t status = rest_body_time(call, body, "not_before", &issue->not_before);
    if (status == SIGNET_OK)
        status = rest_body_time(call, body, "not_after", &issue->not_after);
    if (status == SIGNET_OK)
        status = rest_read_duration(call, body, &issue->validity_ms);
    if (status == SIGNET_OK && issue->not_after != 0 && issue->validity_ms != 0)
        return signet_fail_field(call, SIGNET_INVALID, "request.body-invalid", "validity",
                                 "Give validity or not_after, not both.");
    return status;
}

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

static int32_t read_request(signet_call_t *call, const signet_request_t *request,
                            signet_issue_request_t *issue)
{
    static const char *const members[] = {"profile",    "csr",       "authority", "names",
                                          "not_before", "not_after", "validity"};
    const signet_json_t *body = NULL;
    signet_text_t csr;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = rest_read_key(call, request, &issue->request_id);
    if (status == SIGNET_OK)
        status = signet_http_json(call, request, REST_LARGE_BODY, members,
                                  sizeof members / sizeof members[0], &body);
    if (status == SIGNET_OK)
        status = signet_http_json_text(call, body, "profile", &issue->profile);
    if (status == SIGNET_OK)
        status = signet_http_json_text(call, body, "csr", &csr);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "authority", &issue->authority);
    if (status == SIGNET_OK)
        status = rest_read_csr(call, csr, &issue->csr);
    if (status == SIGNET_OK)
        status = read_names(call, body, issue);
    return status == SIGNET_OK ? read_validity(call, body, issue) : status;
}

int32_t rest_issue(void *instance, signet_call_t *call, const signet_request_t *request,
                   signet_exchange_t *exchange)
{
    const rest_t *rest = instance;
    signet_issue_request_t issue = {.size = sizeof issue};
    int32_t status = read_request(call, request, &issue);
    if (status != SIGNET_OK)
        return status;
    rest_ca_t ca;
    status = rest_find_ca(rest, call, &ca);
    if (status != SIGNET_OK)
        return status;
    const signet_certificate_t *certificate = NULL;
    status = ca.interface->issue(ca.instance, call, &issue, &certificate);
    if (status != SIGNET_OK)
        return status;
    return rest_certificate_answer(rest, call, exchange, 201, rest_media_accepted(request),
                                   certificate, 0, rest_certificate_location(call, certificate));
}
