/* POST /v1/revocations and GET /v1/revocations/{id}: many at once. */
#include <signet/sdk/encode.h>

#include "rest_certificate.h"
#include "rest_input.h"
#include "rest_reason.h"
#include "rest_request.h"

static int32_t read_select(signet_call_t *call, const signet_json_t *select,
                           signet_certificate_query_t *query)
{
    static const char *const members[] = {"authority", "profile",       "name",
                                          "requester", "expires_after", "expires_before"};
    if (select == NULL || select->kind != SIGNET_JSON_OBJECT)
        return signet_fail_field(call, SIGNET_INVALID, "request.body-invalid", "select",
                                 "select must be an object that says which certificates.");
    int32_t status = signet_json_only(call, select, members, sizeof members / sizeof members[0]);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, select, "authority", &query->authority);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, select, "profile", &query->profile);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, select, "name", &query->name);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, select, "requester", &query->requester);
    if (status == SIGNET_OK)
        status = rest_body_time(call, select, "expires_after", &query->expires_from);
    if (status == SIGNET_OK)
        status = rest_body_time(call, select, "expires_before", &query->expires_before);
    return status;
}

static int32_t read_expected(signet_call_t *call, const signet_json_t *body,
                             signet_bytes_t *expected)
{
    signet_text_t text;
    int32_t status = signet_json_get_text(call, body, "expected", &text);
    if (status != SIGNET_OK || text.length == 0)
        return status;
    if (signet_hex_decode(call, text, expected) == SIGNET_OK && expected->length == 32)
        return SIGNET_OK;
    call->services->clear(call);
    return signet_fail_field(call, SIGNET_INVALID, "request.body-invalid", "expected",
                             "expected must be the digest that a preview answered.");
}

static void write_replacement(signet_json_writer_t *writer, const signet_bulk_t *bulk)
{
    signet_json_time(writer, "from", bulk->from);
    signet_json_time(writer, "deadline", bulk->deadline);
    signet_json_integer(writer, "grace_ms", bulk->grace_ms);
    signet_json_integer(writer, "replaced", (int64_t)bulk->replaced);
    signet_json_integer(writer, "unasked", (int64_t)bulk->unasked);
    if (bulk->spread == NULL)
        return;
    int64_t part = (bulk->deadline - bulk->from) / SIGNET_BULK_SPREAD;
    signet_json_begin_array(writer, "spread");
    for (int64_t i = 0; i < (int64_t)SIGNET_BULK_SPREAD; i++) {
        signet_json_begin_object(writer, NULL);
        signet_json_time(writer, "from", bulk->from + i * part);
        signet_json_integer(writer, "count", (int64_t)bulk->spread[i]);
        signet_json_end_object(writer);
    }
    signet_json_end_array(writer);
}

static int32_t answer(signet_call_t *call, signet_exchange_t *exchange, uint32_t status,
                      const signet_bulk_t *bulk)
{
    signet_text_t location = {NULL, 0};
    signet_json_writer_t writer = signet_json_writer(call, 512 + bulk->certificate_count * 1024);
    signet_json_begin_object(&writer, NULL);
    if (bulk->id.length > 0) {
        signet_json_text(&writer, "id", bulk->id);
        location = signet_format(call, "/v1/revocations/%.*s", SIGNET_FORMAT(bulk->id));
        if (location.data == NULL)
            return signet_status(call);
    }
    signet_json_text(&writer, "state", bulk->state);
    signet_json_text(&writer, "reason", rest_reason_name(bulk->reason));
    signet_json_text(&writer, "comment", bulk->comment);
    signet_json_text(&writer, "requester", bulk->requester);
    signet_json_hex(&writer, "digest", bulk->digest);
    signet_json_integer(&writer, "count", (int64_t)bulk->count);
    signet_json_integer(&writer, "done", (int64_t)bulk->done);
    signet_json_integer(&writer, "failed", (int64_t)bulk->failed);
    signet_json_time(&writer, "created", bulk->created);
    if (SIGNET_HAS(bulk, deadline))
        write_replacement(&writer, bulk);
    signet_json_begin_array(&writer, "certificates");
    for (uint64_t i = 0; i < bulk->certificate_count; i++)
        rest_certificate_summary(&writer, bulk->certificates[i]);
    signet_json_end_array(&writer);
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, status, &writer, location);
}

/* What makes many revocations a replacement: a deadline, and what else there is about time. */
static int32_t read_replacement(signet_call_t *call, const signet_json_t *body,
                                signet_bulk_request_t *asked)
{
    signet_text_t key;
    signet_text_t grace;
    int32_t status = rest_body_time(call, body, "deadline", &asked->deadline);
    if (status == SIGNET_OK)
        status = rest_body_time(call, body, "from", &asked->from);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "grace", &grace);
    if (status == SIGNET_OK && grace.length > 0)
        status = signet_duration_parse(call, grace, &asked->grace_ms);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "key", &key);
    if (status != SIGNET_OK || key.length == 0)
        return status;
    if (signet_hex_decode(call, key, &asked->key) == SIGNET_OK && asked->key.length == 32)
        return SIGNET_OK;
    call->services->clear(call);
    return signet_fail_field(call, SIGNET_INVALID, "request.body-invalid", "key",
                             "key must be the SHA-256 of a SubjectPublicKeyInfo, in hexadecimal.");
}

/* The CA, where it can revoke many at once. */
static int32_t find_ca(const rest_t *rest, signet_call_t *call, rest_ca_t *ca)
{
    int32_t status = rest_find_ca(rest, call, ca);
    if (status != SIGNET_OK ||
        (SIGNET_HAS(ca->interface, revoke_many) && SIGNET_HAS(ca->interface, bulk)))
        return status;
    return signet_fail(call, SIGNET_UNSUPPORTED, "bulk.unsupported",
                       "This CA revokes one by one alone.");
}

int32_t rest_revoke_many(void *instance, signet_call_t *call, const signet_request_t *request,
                         signet_exchange_t *exchange)
{
    static const char *const members[] = {"select",  "reason",   "invalid_since",
                                          "comment", "expected", "deadline",
                                          "from",    "grace",    "key"};
    signet_certificate_query_t query = {.size = sizeof query};
    signet_bulk_request_t asked = {.size = sizeof asked, .select = &query};
    const signet_json_t *body = NULL;
    const signet_bulk_t *bulk = NULL;
    rest_ca_t ca;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = signet_http_json(call, request, REST_SMALL_BODY, members,
                                  sizeof members / sizeof members[0], &body);
    if (status == SIGNET_OK)
        status = read_select(call, signet_json_get(body, "select"), &query);
    if (status == SIGNET_OK)
        status = rest_reason_read(call, body, &asked.reason);
    if (status == SIGNET_OK)
        status = rest_body_time(call, body, "invalid_since", &asked.invalid_since);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "comment", &asked.comment);
    if (status == SIGNET_OK)
        status = read_expected(call, body, &asked.expected);
    if (status == SIGNET_OK)
        status = read_replacement(call, body, &asked);
    if (status == SIGNET_OK)
        status = find_ca(instance, call, &ca);
    if (status == SIGNET_OK)
        status = ca.interface->revoke_many(ca.instance, call, &asked, &bulk);
    if (status != SIGNET_OK)
        return rest_request_pending(instance, call, exchange, status);
    return answer(call, exchange, asked.expected.length > 0 ? 202 : 200, bulk);
}

int32_t rest_get_bulk(void *instance, signet_call_t *call, const signet_request_t *request,
                      signet_exchange_t *exchange)
{
    rest_ca_t ca;
    const signet_bulk_t *bulk = NULL;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = find_ca(instance, call, &ca);
    if (status == SIGNET_OK)
        status = ca.interface->bulk(ca.instance, call, signet_http_parameter(request, 0), &bulk);
    if (status != SIGNET_OK)
        return status;
    return answer(call, exchange, 200, bulk);
}
