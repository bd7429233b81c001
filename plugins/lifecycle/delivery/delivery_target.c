/* Calling the exporter or notifier: found anew each time, in a call with a deadline of its own. */
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

#include "delivery.h"

static const signet_provider_t *find(const delivery_t *delivery, signet_call_t *call)
{
    return delivery->exporter.length > 0
               ? call->services->find(call, SIGNET_TEXT(SIGNET_EXPORTER_INTERFACE),
                                      delivery->exporter)
               : call->services->find(call, SIGNET_TEXT(SIGNET_NOTIFIER_INTERFACE),
                                      delivery->notifier);
}

int32_t delivery_find(const delivery_t *delivery, signet_call_t *call)
{
    return find(delivery, call) != NULL ? SIGNET_OK : signet_status(call);
}

/* Ends a child and takes its failure over. */
static int32_t finish(signet_call_t *call, signet_call_t *child, int32_t status)
{
    const signet_error_t *error = status == SIGNET_OK ? NULL : child->services->error(child);
    if (error != NULL) {
        status = call->services->fail(call, error);
    } else if (status != SIGNET_OK) {
        status = signet_fail(call, status, "delivery.failed",
                             "The delivery failed and did not say why: report it to the author of "
                             "the plugin.");
    }
    child->services->end(child);
    return status;
}

int32_t delivery_export(const delivery_t *delivery, signet_call_t *call,
                        const signet_export_batch_t *batch, uint64_t *accepted)
{
    const signet_provider_t *provider = find(delivery, call);
    signet_call_t *child = provider ? call->services->child(call) : NULL;
    if (child == NULL) {
        return signet_status(call);
    }
    child->services->limit(child, delivery->timeout_ms);
    const signet_exporter_interface_t *exporter = provider->interface;
    int32_t status = exporter->deliver(provider->instance, child, batch, accepted);
    return finish(call, child, status);
}

/* Receipts are kept by the key of the matter. */
static int32_t receipt_key(const delivery_t *delivery, signet_call_t *call,
                           const signet_alert_t *alert, signet_text_t *key)
{
    signet_bytes_t digest;
    int32_t status = signet_sha256(call, signet_text_bytes(alert->key), &digest);
    if (status != SIGNET_OK) {
        return status;
    }
    *key = signet_format(call, "%.*s/%.*s", SIGNET_FORMAT(delivery->host->name),
                         SIGNET_FORMAT(signet_hex(call, digest)));
    return key->data ? SIGNET_OK : signet_status(call);
}

static int32_t load_receipt(const signet_store_t *store, signet_call_t *call, signet_text_t key,
                            signet_text_t *receipt)
{
    const signet_record_t *record = NULL;
    int32_t status =
        store->interface->get(store->instance, call, SIGNET_TEXT(DELIVERY_RECEIPTS), key, &record);
    if (status == SIGNET_OK) {
        *receipt = signet_record_text(record, "receipt");
    }
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    return status;
}

/* A resolved matter is over: whatever comes next is a new one. */
static int32_t keep_receipt(const signet_store_t *store, signet_call_t *call, signet_text_t key,
                            const signet_alert_t *alert, signet_text_t receipt)
{
    const signet_field_t field = signet_field_text("receipt", receipt);
    signet_change_t change = signet_put(DELIVERY_RECEIPTS, key, SIGNET_VERSION_ANY, &field, 1,
                                        signet_text_bytes(SIGNET_TEXT("{}")));
    if (alert->state == SIGNET_ALERT_RESOLVED) {
        change = signet_delete(DELIVERY_RECEIPTS, key, SIGNET_VERSION_ANY);
        if (alert->receipt.length == 0) {
            return SIGNET_OK;
        }
    } else if (receipt.length == 0 || signet_text_equal(receipt, alert->receipt)) {
        return SIGNET_OK;
    }
    return store->interface->commit(store->instance, call, &change, 1);
}

int32_t delivery_notify(const delivery_t *delivery, signet_call_t *call,
                        const signet_alert_t *alert)
{
    signet_alert_t handed = *alert;
    signet_text_t receipt = {NULL, 0};
    signet_text_t key;
    signet_store_t store;
    int32_t status = signet_store(call, SIGNET_TEXT(""), &store);
    if (status == SIGNET_OK) {
        status = receipt_key(delivery, call, alert, &key);
    }
    if (status == SIGNET_OK) {
        status = load_receipt(&store, call, key, &handed.receipt);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_provider_t *provider = find(delivery, call);
    signet_call_t *child = provider ? call->services->child(call) : NULL;
    if (child == NULL) {
        return signet_status(call);
    }
    child->services->limit(child, delivery->timeout_ms);
    const signet_notifier_interface_t *notifier = provider->interface;
    status = notifier->notify(provider->instance, child, &handed, &receipt);
    if (status == SIGNET_OK && receipt.length > SIGNET_ALERT_MAX_RECEIPT) {
        receipt.length = 0;
    }
    /* The receipt lives in the child's arena. */
    receipt = signet_text_copy(call, receipt);
    status = finish(call, child, status);
    return status == SIGNET_OK ? keep_receipt(&store, call, key, &handed, receipt) : status;
}
