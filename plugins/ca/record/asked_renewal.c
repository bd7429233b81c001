/* Beside the certificates and not in their records: whoever asks needs no login, and must not come
 * in the way of a revocation. */
#include "record/asked_renewal.h"

#include "record/inventory.h"
#include "record/record.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/record.h>

/* One write a day, however often a client asks. */
#define DAY_MS (INT64_C(24) * 3600 * 1000)

int32_t ca_asked_renewal_declare(signet_call_t *call, const signet_store_t *store)
{
    static const signet_field_declaration_t declarations[] = {
        SIGNET_FIELD("asked", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    };
    static const signet_collection_t collection =
        SIGNET_COLLECTION(CA_RENEWAL_ASKED, 0, 1, declarations);
    return store->interface->declare(store->instance, call, &collection);
}

int32_t ca_asked_renewal_get(signet_call_t *call, const signet_store_t *store, signet_text_t key,
                             int64_t *asked)
{
    const signet_record_t *stored = NULL;
    int32_t status =
        store->interface->get(store->instance, call, SIGNET_TEXT(CA_RENEWAL_ASKED), key, &stored);
    *asked = status == SIGNET_OK ? signet_record_integer(stored, "asked") : 0;
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    return status;
}

int32_t ca_asked_renewal_note(void *instance, signet_call_t *call, signet_text_t authority,
                              signet_bytes_t serial)
{
    ca_t *ca = instance;
    signet_store_t store;
    const signet_certificate_t *certificate = NULL;
    int64_t asked = 0;
    int64_t now = signet_now();
    int32_t status = ca_inventory.get(ca, call, authority, serial, &certificate);
    if (status == SIGNET_OK)
        status = ca_store(ca, call, &store);
    if (status != SIGNET_OK)
        return status;
    signet_text_t key = ca_record_key(call, authority, serial);
    if (key.data == NULL)
        return SIGNET_NO_MEMORY;
    status = ca_asked_renewal_get(call, &store, key, &asked);
    if (status != SIGNET_OK || now - asked < DAY_MS)
        return status;
    const signet_field_t field = signet_field_time("asked", now);
    const signet_change_t change = signet_put(CA_RENEWAL_ASKED, key, SIGNET_VERSION_ANY, &field, 1,
                                              signet_text_bytes(SIGNET_TEXT("{}")));
    return store.interface->commit(store.instance, call, &change, 1);
}
