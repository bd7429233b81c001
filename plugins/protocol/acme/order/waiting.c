#include "waiting.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <stdlib.h>

#include "stored.h"

static const signet_field_declaration_t fields_declared[] = {
    SIGNET_FIELD("order", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("expires", SIGNET_VALUE_TIME, 0),
};

int32_t acme_waiting_declare(signet_call_t *call, const signet_store_t *store)
{
    static const signet_collection_t collection =
        SIGNET_COLLECTION(ACME_WAITING, 0, 1, fields_declared);
    return acme_stored_declare(call, store, &collection, 1);
}

static int compare(const void *one, const void *other)
{
    const acme_identifier_t *const *a = one;
    const acme_identifier_t *const *b = other;
    int order = signet_text_compare((*a)->type, (*b)->type);
    return order != 0 ? order : signet_text_compare((*a)->value, (*b)->value);
}

/* What two orders must have in common. */
static int32_t digest(signet_call_t *call, const acme_order_t *order, signet_bytes_t csr,
                      signet_text_t *text)
{
    const signet_csr_t *parsed = NULL;
    signet_bytes_t bytes = {NULL, 0};
    signet_bytes_t sum = {NULL, 0};
    const acme_identifier_t **sorted = signet_alloc(call, order->count, sizeof *sorted);
    int32_t status = sorted != NULL ? signet_csr_parse(call, csr, &parsed) : SIGNET_NO_MEMORY;
    if (status != SIGNET_OK || parsed == NULL) {
        return status;
    }
    for (uint64_t i = 0; i < order->count; i++) {
        sorted[i] = &order->identifiers[i];
    }
    qsort(sorted, order->count, sizeof *sorted, compare);
    signet_buffer_t buffer = signet_buffer(call, 1024);
    signet_buffer_format(&buffer, "%.*s\n%.*s\n%lld\n%lld\n", SIGNET_FORMAT(order->account),
                         SIGNET_FORMAT(order->profile), (long long)order->not_before,
                         (long long)order->not_after);
    for (uint64_t i = 0; i < order->count; i++) {
        signet_buffer_format(&buffer, "%.*s:%.*s\n", SIGNET_FORMAT(sorted[i]->type),
                             SIGNET_FORMAT(sorted[i]->value));
    }
    signet_buffer_add(&buffer, parsed->key.spki.data, parsed->key.spki.length);
    status = signet_buffer_bytes(&buffer, &bytes);
    if (status == SIGNET_OK) {
        status = signet_sha256(call, bytes, &sum);
    }
    if (status == SIGNET_OK) {
        *text = signet_hex(call, sum);
        status = text->data != NULL ? SIGNET_OK : signet_status(call);
    }
    return status;
}

int32_t acme_waiting_name(signet_call_t *call, acme_order_t *order, signet_bytes_t csr)
{
    return digest(call, order, csr, &order->waiting);
}

int32_t acme_waiting_find(signet_call_t *call, const acme_request_t *request, acme_order_t *order,
                          signet_bytes_t csr)
{
    const signet_record_t *waiting = NULL;
    signet_text_t key = {NULL, 0};
    int32_t status = digest(call, order, csr, &key);
    if (status == SIGNET_OK) {
        status = acme_stored_get(call, request->acme, ACME_WAITING, request->directory->name, key,
                                 &waiting);
    }
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    if (status == SIGNET_OK) {
        order->waiting = key;
        order->request = signet_record_text(waiting, "order");
    }
    return status;
}

int32_t acme_waiting_change(signet_call_t *call, const acme_request_t *request,
                            const acme_order_t *order, signet_change_t *change)
{
    signet_text_t key = acme_stored_key(call, request->directory->name, order->waiting);
    signet_field_t *fields = signet_alloc(call, 2, sizeof *fields);
    if (key.data == NULL || fields == NULL) {
        return SIGNET_NO_MEMORY;
    }
    if (!signet_text_is(order->state, ACME_PROCESSING)) {
        *change = signet_delete(ACME_WAITING, key, SIGNET_VERSION_ANY);
        return SIGNET_OK;
    }
    fields[0] = signet_field_text("order", order->request.length > 0 ? order->request : order->id);
    fields[1] = signet_field_time("expires", order->expires);
    *change = signet_put(ACME_WAITING, key, SIGNET_VERSION_ANY, fields, 2,
                         signet_text_bytes(SIGNET_TEXT("{}")));
    return SIGNET_OK;
}
