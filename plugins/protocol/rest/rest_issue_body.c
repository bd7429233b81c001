/* A certificate asked for, in JSON. */
#include "rest_issue.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/http.h>
#include <string.h>

#include "rest_input.h"

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

/* An object of texts: {"owner": "…", "tag.NAME": "…"}. */
static int32_t read_fields(signet_call_t *call, const signet_json_t *body,
                           signet_issue_request_t *issue)
{
    const signet_json_t *object = signet_json_get(body, "fields");
    if (object == NULL)
        return SIGNET_OK;
    int right = object->kind == SIGNET_JSON_OBJECT;
    for (uint64_t i = 0; right && i < object->count; i++)
        right = object->items[i].kind == SIGNET_JSON_TEXT;
    if (!right)
        return signet_fail_field(call, SIGNET_INVALID, "request.body-invalid", "fields",
                                 "fields must be an object whose members are texts.");
    signet_pair_t *fields = signet_alloc(call, object->count + 1, sizeof *fields);
    if (fields == NULL)
        return signet_status(call);
    for (uint64_t i = 0; i < object->count; i++)
        fields[i] = (signet_pair_t){.size = sizeof fields[i],
                                    .name = object->items[i].name,
                                    .value = object->items[i].text};
    issue->fields = fields;
    issue->field_count = object->count;
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

/* A certificate request, or the type of a key that shall be made. */
static int32_t read_key(signet_call_t *call, const signet_json_t *body,
                        signet_issue_request_t *issue)
{
    signet_text_t csr = {NULL, 0};
    int32_t status = signet_json_get_text(call, body, "generate", &issue->generate);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "subject", &issue->subject);
    if (status == SIGNET_OK && issue->generate.length > 0)
        status = signet_json_get_text(call, body, "csr", &csr);
    else if (status == SIGNET_OK)
        status = signet_http_json_text(call, body, "csr", &csr);
    return status == SIGNET_OK && csr.length > 0 ? rest_read_csr(call, csr, &issue->csr) : status;
}

int32_t rest_issue_body(signet_call_t *call, const signet_request_t *request, signet_text_t profile,
                        signet_issue_request_t *issue, signet_text_t *password)
{
    /* The last two are of a request alone, not of a try. */
    static const char *const members[] = {"csr",    "generate",   "subject",   "authority",
                                          "names",  "not_before", "not_after", "validity",
                                          "fields", "replaces",   "password",  "profile"};
    uint64_t count = sizeof members / sizeof members[0] - (profile.length > 0 ? 2 : 0);
    const signet_json_t *body = NULL;
    issue->profile = profile;
    int32_t status = signet_http_json(call, request, REST_LARGE_BODY, members, count, &body);
    if (status == SIGNET_OK && profile.length == 0)
        status = signet_http_json_text(call, body, "profile", &issue->profile);
    if (status == SIGNET_OK && profile.length == 0)
        status = signet_json_get_text(call, body, "password", password);
    if (status == SIGNET_OK)
        status = read_key(call, body, issue);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "authority", &issue->authority);
    if (status == SIGNET_OK)
        status = read_names(call, body, issue);
    if (status == SIGNET_OK)
        status = read_fields(call, body, issue);
    return status == SIGNET_OK ? read_validity(call, body, issue) : status;
}
