/* GET and POST /v1/keys, and POST /v1/certificates/{authority}/{serial}/recover. */
#include <signet/sdk/encode.h>
#include <signet/sdk/http.h>
#include <signet/sdk/pkcs12.h>

#include "rest_input.h"
#include "rest_issue.h"
#include "rest_key.h"
#include "rest_request.h"

/* In place of an authority, for keys that were handed in with a certificate of others. */
#define IMPORTED "imported"

static int32_t find_ca(const rest_t *rest, signet_call_t *call, rest_ca_t *ca)
{
    int32_t status = rest_find_ca(rest, call, ca);
    if (status == SIGNET_OK &&
        (!SIGNET_HAS(ca->interface, import_key) || !SIGNET_HAS(ca->interface, recover_key) ||
         !SIGNET_HAS(ca->interface, archived_keys)))
        return signet_fail(call, SIGNET_UNSUPPORTED, "archive.unsupported",
                           "This CA archives no keys.");
    return status;
}

static void write_key(signet_json_writer_t *writer, const signet_archived_key_t *key)
{
    signet_json_begin_object(writer, NULL);
    signet_json_text(writer, "authority", key->authority);
    signet_json_hex(writer, "serial", key->serial);
    signet_json_text(writer, "subject", key->subject);
    signet_json_texts(writer, "names", key->names, key->name_count);
    signet_json_text(writer, "profile", key->profile);
    signet_json_text(writer, "requester", key->requester);
    signet_json_text(writer, "recovery_key", key->recovery_key);
    signet_json_time(writer, "not_after", key->not_after);
    signet_json_time(writer, "archived_at", key->archived_at);
    signet_json_end_object(writer);
}

int32_t rest_list_keys(void *instance, signet_call_t *call, const signet_request_t *request,
                       signet_exchange_t *exchange)
{
    static const char *const names[] = {"name", "order", "limit", "cursor"};
    signet_archived_key_query_t query = {.size = sizeof query,
                                         .name = signet_http_query(request, "name"),
                                         .cursor = signet_http_query(request, "cursor")};
    const signet_archived_key_page_t *page = NULL;
    rest_ca_t ca;
    int32_t status = signet_http_query_only(call, request, names, sizeof names / sizeof names[0]);
    if (status == SIGNET_OK)
        status = rest_query_order(call, request, &query.descending);
    if (status == SIGNET_OK)
        status = signet_http_query_limit(call, request, &query.limit);
    if (status == SIGNET_OK)
        status = find_ca(instance, call, &ca);
    if (status == SIGNET_OK)
        status = ca.interface->archived_keys(ca.instance, call, &query, &page);
    if (status != SIGNET_OK)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, 64 + page->count * 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_begin_array(&writer, "keys");
    for (uint64_t i = 0; i < page->count; i++)
        write_key(&writer, page->keys[i]);
    signet_json_end_array(&writer);
    if (page->cursor.length > 0)
        signet_json_text(&writer, "next", page->cursor);
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}

static int32_t read_import(signet_call_t *call, const signet_request_t *request,
                           signet_key_import_t *import)
{
    static const char *const members[] = {"profile", "pkcs12", "password"};
    const signet_json_t *body = NULL;
    const signet_key_bundle_t *bundle = NULL;
    signet_text_t text = {NULL, 0};
    signet_text_t password = {NULL, 0};
    signet_bytes_t file = {NULL, 0};
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = signet_http_json(call, request, REST_LARGE_BODY, members, 3, &body);
    if (status == SIGNET_OK)
        status = signet_http_json_text(call, body, "profile", &import->profile);
    if (status == SIGNET_OK)
        status = signet_http_json_text(call, body, "pkcs12", &text);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "password", &password);
    if (status != SIGNET_OK)
        return status;
    if (signet_base64_decode(call, text, &file) != SIGNET_OK) {
        call->services->clear(call);
        return signet_fail_field(call, SIGNET_INVALID, "pkcs12.malformed", "pkcs12",
                                 "pkcs12 must be a PKCS#12 file in base64.");
    }
    status = signet_pkcs12_read(call, file, password, &bundle);
    if (status != SIGNET_OK)
        return status;
    import->private_key = bundle->private_key;
    import->certificate = bundle->certificate;
    return SIGNET_OK;
}

int32_t rest_import_key(void *instance, signet_call_t *call, const signet_request_t *request,
                        signet_exchange_t *exchange)
{
    signet_key_import_t import = {.size = sizeof import};
    const signet_archived_key_t *key = NULL;
    rest_ca_t ca;
    int32_t status = read_import(call, request, &import);
    if (status == SIGNET_OK)
        status = find_ca(instance, call, &ca);
    if (status == SIGNET_OK)
        status = ca.interface->import_key(ca.instance, call, &import, &key);
    if (status != SIGNET_OK)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, 512);
    write_key(&writer, key);
    return signet_http_answer_json(call, exchange, 201, &writer, (signet_text_t){NULL, 0});
}

int32_t rest_recover(void *instance, signet_call_t *call, const signet_request_t *request,
                     signet_exchange_t *exchange)
{
    static const char *const members[] = {"reason", "password"};
    signet_recovery_request_t recovery = {.size = sizeof recovery,
                                          .authority = signet_http_parameter(request, 0)};
    const signet_archived_key_t *key = NULL;
    const signet_json_t *body = NULL;
    signet_text_t password = {NULL, 0};
    rest_ca_t ca;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = rest_serial(call, signet_http_parameter(request, 1), &recovery.serial);
    if (status == SIGNET_OK)
        status = rest_read_key(call, request, &recovery.request_id);
    if (status == SIGNET_OK)
        status = signet_http_json(call, request, REST_SMALL_BODY, members, 2, &body);
    if (status == SIGNET_OK)
        status = signet_http_json_text(call, body, "reason", &recovery.reason);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "password", &password);
    if (status == SIGNET_OK)
        status = rest_key_password(call, password, 1);
    if (status == SIGNET_OK)
        status = find_ca(instance, call, &ca);
    if (status == SIGNET_OK)
        status = ca.interface->recover_key(ca.instance, call, &recovery, &key);
    if (status != SIGNET_OK)
        return rest_request_pending(instance, call, exchange, status);
    int imported = signet_text_is(key->authority, IMPORTED);
    return rest_key_answer(instance, call, exchange, 200,
                           imported ? (signet_text_t){NULL, 0} : key->authority, key->generation,
                           key->private_key, key->certificate, key->subject, password,
                           (signet_text_t){NULL, 0});
}
