#include "order_body.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#define BODY_MAX (UINT64_C(256) * 1024)

static int32_t read_names(signet_call_t *call, const signet_json_t *list, acme_order_t *order)
{
    uint64_t count = list != NULL && list->kind == SIGNET_JSON_ARRAY ? list->count : 0;
    acme_identifier_t *identifiers = signet_alloc(call, count + 1, sizeof *identifiers);
    signet_text_t *authorizations = signet_alloc(call, count + 1, sizeof *authorizations);
    int32_t status = identifiers != NULL && authorizations != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        const signet_json_t *item = &list->items[i];
        status = signet_json_get_text(call, item, "type", &identifiers[i].type);
        if (status == SIGNET_OK) {
            status = signet_json_get_text(call, item, "value", &identifiers[i].value);
        }
        if (status == SIGNET_OK) {
            status = signet_json_get_text(call, item, "authorization", &authorizations[i]);
        }
    }
    order->identifiers = identifiers;
    order->authorizations = authorizations;
    order->count = count;
    return status;
}

int32_t acme_order_body_read(signet_call_t *call, signet_bytes_t text, acme_order_t *order)
{
    const signet_json_t *body = NULL;
    signet_text_t serial = {NULL, 0};
    int32_t status = signet_json_parse(call, text, BODY_MAX, &body);
    if (status != SIGNET_OK) {
        return status;
    }
    if (signet_json_get_integer(call, body, "created", &order->created) != SIGNET_OK ||
        signet_json_get_text(call, body, "profile", &order->profile) != SIGNET_OK ||
        signet_json_get_integer(call, body, "not_before", &order->not_before) != SIGNET_OK ||
        signet_json_get_integer(call, body, "not_after", &order->not_after) != SIGNET_OK ||
        signet_json_get_text(call, body, "authority", &order->authority) != SIGNET_OK ||
        signet_json_get_text(call, body, "serial", &serial) != SIGNET_OK ||
        signet_json_get_text(call, body, "error_type", &order->error_type) != SIGNET_OK ||
        signet_json_get_text(call, body, "error_detail", &order->error_detail) != SIGNET_OK ||
        signet_json_get_text(call, body, "request", &order->request) != SIGNET_OK ||
        signet_json_get_text(call, body, "waiting", &order->waiting) != SIGNET_OK ||
        signet_json_get_text(call, body, "replaces", &order->replaces) != SIGNET_OK ||
        signet_json_get_text(call, body, "replaced", &order->replaced) != SIGNET_OK ||
        signet_json_get_integer(call, body, "replaced_expires", &order->replaced_expires) !=
            SIGNET_OK ||
        signet_json_get_integer(call, body, "renews", &order->renews) != SIGNET_OK) {
        return signet_status(call);
    }
    status = signet_hex_decode(call, serial, &order->serial);
    return status == SIGNET_OK ? read_names(call, signet_json_get(body, "names"), order) : status;
}

int32_t acme_order_body_write(signet_call_t *call, const acme_order_t *order, signet_text_t *body)
{
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_integer(&writer, "created", order->created);
    signet_json_text(&writer, "profile", order->profile);
    signet_json_integer(&writer, "not_before", order->not_before);
    signet_json_integer(&writer, "not_after", order->not_after);
    signet_json_text(&writer, "authority", order->authority);
    signet_json_hex(&writer, "serial", order->serial);
    signet_json_text(&writer, "error_type", order->error_type);
    signet_json_text(&writer, "error_detail", order->error_detail);
    if (order->waiting.length > 0) {
        signet_json_text(&writer, "request", order->request);
        signet_json_text(&writer, "waiting", order->waiting);
    }
    if (order->replaces.length > 0) {
        signet_json_text(&writer, "replaces", order->replaces);
        signet_json_text(&writer, "replaced", order->replaced);
        signet_json_integer(&writer, "replaced_expires", order->replaced_expires);
        signet_json_integer(&writer, "renews", order->renews);
    }
    signet_json_begin_array(&writer, "names");
    for (uint64_t i = 0; i < order->count; i++) {
        signet_json_begin_object(&writer, NULL);
        signet_json_text(&writer, "type", order->identifiers[i].type);
        signet_json_text(&writer, "value", order->identifiers[i].value);
        signet_json_text(&writer, "authorization", order->authorizations[i]);
        signet_json_end_object(&writer);
    }
    signet_json_end_array(&writer);
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, body);
}
