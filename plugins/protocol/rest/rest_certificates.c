/* GET /v1/certificates and /v1/certificates/{authority}/{serial}. */
#include <inttypes.h>
#include <signet/sdk/encode.h>

#include "rest_certificate.h"
#include "rest_input.h"
#include "rest_media.h"

/* A cursor of ours is "FROM.BEFORE.CURSOR": the window in ms and the inventory's cursor. A window
 * given as a duration from now would move between two pages, and the order with it. */
static signet_text_t write_cursor(signet_call_t *call, const signet_certificate_query_t *query,
                                  signet_text_t cursor)
{
    return signet_format(call, "%" PRId64 ".%" PRId64 ".%.*s", query->expires_from,
                         query->expires_before, SIGNET_FORMAT(cursor));
}

static int read_number(signet_text_t text, int64_t *number)
{
    uint64_t value = 0;
    uint64_t start = text.length > 0 && text.data[0] == '-' ? 1 : 0;
    if (text.length <= start || text.length - start > 18)
        return 0;
    for (uint64_t i = start; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return 0;
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    *number = start ? -(int64_t)value : (int64_t)value;
    return 1;
}

static int32_t read_cursor(signet_call_t *call, signet_text_t text,
                           signet_certificate_query_t *query)
{
    if (text.length == 0)
        return SIGNET_OK;
    signet_text_t rest;
    signet_text_t from = signet_text_split(text, '.', &rest);
    signet_text_t before = signet_text_split(rest, '.', &query->cursor);
    if (read_number(from, &query->expires_from) && read_number(before, &query->expires_before) &&
        query->cursor.length > 0)
        return SIGNET_OK;
    return signet_fail_field(call, SIGNET_INVALID, "request.cursor-invalid", "cursor",
                             "The cursor is none that this search gave; begin it anew.");
}

static int32_t read_octets(signet_call_t *call, const signet_request_t *request,
                           signet_certificate_query_t *query)
{
    signet_text_t serial = signet_http_query(request, "serial");
    signet_text_t fingerprint = signet_http_query(request, "fingerprint");
    if (serial.length > 0) {
        int32_t status = rest_serial(call, serial, &query->serial);
        if (status != SIGNET_OK)
            return status;
    }
    if (fingerprint.length == 0)
        return SIGNET_OK;
    if (signet_hex_decode(call, fingerprint, &query->fingerprint) == SIGNET_OK &&
        query->fingerprint.length == 32)
        return SIGNET_OK;
    call->services->clear(call);
    return signet_fail_field(call, SIGNET_INVALID, "request.parameter-invalid", "fingerprint",
                             "fingerprint must be a SHA-256 digest: 64 hexadecimal digits, with "
                             "or without ':' between octets.");
}

static int32_t read_query(signet_call_t *call, const signet_request_t *request,
                          signet_certificate_query_t *query)
{
    static const char *const names[] = {
        "serial",        "fingerprint",    "name",  "profile", "authority", "state",    "requester",
        "expires_after", "expires_before", "order", "limit",   "cursor",    "replaces", "owner"};
    int32_t status = signet_http_query_only(call, request, names, sizeof names / sizeof names[0]);
    query->name = signet_http_query(request, "name");
    query->profile = signet_http_query(request, "profile");
    query->authority = signet_http_query(request, "authority");
    query->state = signet_http_query(request, "state");
    query->requester = signet_http_query(request, "requester");
    query->replaces = signet_http_query(request, "replaces");
    query->owner = signet_http_query(request, "owner");
    if (status == SIGNET_OK)
        status = read_octets(call, request, query);
    if (status == SIGNET_OK)
        status = rest_query_moment(call, request, "expires_after", &query->expires_from);
    if (status == SIGNET_OK)
        status = rest_query_moment(call, request, "expires_before", &query->expires_before);
    if (status == SIGNET_OK)
        status = rest_query_order(call, request, &query->descending);
    if (status == SIGNET_OK)
        status = signet_http_query_limit(call, request, &query->limit);
    return status == SIGNET_OK ? read_cursor(call, signet_http_query(request, "cursor"), query)
                               : status;
}

int32_t rest_list_certificates(void *instance, signet_call_t *call, const signet_request_t *request,
                               signet_exchange_t *exchange)
{
    signet_certificate_query_t query = {.size = sizeof query};
    rest_inventory_t inventory;
    const signet_certificate_page_t *page = NULL;
    int32_t status = read_query(call, request, &query);
    if (status == SIGNET_OK)
        status = rest_find_inventory(instance, call, &inventory);
    if (status == SIGNET_OK)
        status = inventory.interface->query(inventory.instance, call, &query, &page);
    if (status != SIGNET_OK)
        return status;

    signet_json_writer_t writer = signet_json_writer(call, 64 + page->count * 1024);
    signet_json_begin_object(&writer, NULL);
    signet_json_begin_array(&writer, "certificates");
    for (uint64_t i = 0; i < page->count; i++)
        rest_certificate_summary(&writer, page->certificates[i]);
    signet_json_end_array(&writer);
    if (page->cursor.length > 0)
        signet_json_text(&writer, "next", write_cursor(call, &query, page->cursor));
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}

int32_t rest_get_certificate(void *instance, signet_call_t *call, const signet_request_t *request,
                             signet_exchange_t *exchange)
{
    static const char *const names[] = {"format"};
    int media = REST_MEDIA_JSON;
    signet_bytes_t serial;
    rest_inventory_t inventory;
    const signet_certificate_t *certificate = NULL;
    int32_t status = signet_http_query_only(call, request, names, 1);
    if (status == SIGNET_OK)
        status = rest_media_choose(call, request, &media);
    if (status == SIGNET_OK)
        status = rest_serial(call, signet_http_parameter(request, 1), &serial);
    if (status == SIGNET_OK)
        status = rest_find_inventory(instance, call, &inventory);
    if (status == SIGNET_OK)
        status = inventory.interface->get(inventory.instance, call,
                                          signet_http_parameter(request, 0), serial, &certificate);
    if (status != SIGNET_OK)
        return status;
    return rest_certificate_answer(instance, call, exchange, 200, media, certificate, 1,
                                   (signet_text_t){NULL, 0});
}
