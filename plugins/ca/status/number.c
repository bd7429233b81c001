#include "status/number.h"

#include "status/status.h"

#include <signet/sdk/crl.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

#define NUMBERS "ca.list_numbers"
#define TRIES 8

int32_t ca_list_number_declare(signet_call_t *call, const signet_store_t *store)
{
    static const signet_field_declaration_t fields[] = {
        SIGNET_FIELD("number", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
    };
    /* As the authorities' generations. */
    static const signet_collection_t collection =
        SIGNET_COLLECTION(NUMBERS, SIGNET_COLLECTION_GLOBAL, 1, fields);
    return store->interface->declare(store->instance, call, &collection);
}

/* Milliseconds since 1970: above what was counted up from one, and above what a store that was put
 * back to an earlier state has forgotten. */
static int32_t from_clock(signet_call_t *call, signet_bytes_t *number)
{
    uint64_t now = (uint64_t)signet_now();
    uint8_t *octets = signet_alloc(call, sizeof now, 1);
    if (octets == NULL)
        return SIGNET_NO_MEMORY;
    for (unsigned i = 0; i < sizeof now; i++)
        octets[i] = (uint8_t)(now >> (8 * (sizeof now - 1 - i)));
    *number = (signet_bytes_t){octets, sizeof now};
    while (number->length > 1 && number->data[0] == 0) {
        number->data++;
        number->length--;
    }
    return SIGNET_OK;
}

static int32_t raise_above(signet_call_t *call, signet_bytes_t known, signet_bytes_t *number)
{
    if (known.length == 0 || signet_crl_number_compare(*number, known) > 0)
        return SIGNET_OK;
    return signet_crl_number_next(call, known, number);
}

static int32_t take(signet_call_t *call, const signet_store_t *store,
                    const signet_list_number_t *request, signet_text_t key, signet_bytes_t *number)
{
    const signet_record_t *stored = NULL;
    int32_t status =
        store->interface->get(store->instance, call, SIGNET_TEXT(NUMBERS), key, &stored);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        status = SIGNET_OK;
    }
    if (status == SIGNET_OK)
        status = from_clock(call, number);
    if (status == SIGNET_OK && stored != NULL)
        status = raise_above(call, signet_record_bytes(stored, "number"), number);
    if (status == SIGNET_OK)
        status = raise_above(call, request->above, number);
    if (status != SIGNET_OK)
        return status;
    const signet_field_t field = signet_field_bytes("number", *number);
    signet_change_t change =
        signet_put(NUMBERS, key, stored != NULL ? stored->version : SIGNET_VERSION_ABSENT, &field,
                   1, signet_text_bytes(SIGNET_TEXT("{}")));
    change.lease = request->lease;
    change.lease_owner = request->lease_owner;
    return store->interface->commit(store->instance, call, &change, 1);
}

int32_t ca_list_number(ca_t *ca, signet_call_t *call, const signet_list_number_t *request,
                       signet_bytes_t *number)
{
    signet_store_t store;
    signet_journal_t journal;
    signet_text_t key =
        signet_format(call, "%.*s/%010llu/%.*s", SIGNET_FORMAT(request->authority),
                      (unsigned long long)request->generation, SIGNET_FORMAT(request->scope));
    int32_t status = key.data == NULL ? SIGNET_NO_MEMORY : ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = ca_journal(ca, call, &journal);
    /* A store that was put back to an earlier state has forgotten revocations. */
    if (status == SIGNET_OK && SIGNET_HAS(journal.interface, ready))
        status = journal.interface->ready(journal.instance, call);
    if (status == SIGNET_OK)
        status = take(call, &store, request, key, number);
    /* One that may have been taken is not used, and neither is it given to anybody else. */
    for (int i = 0; status == SIGNET_CONFLICT && request->lease.length == 0 && i < TRIES; i++) {
        call->services->clear(call);
        status = take(call, &store, request, key, number);
    }
    return status;
}

int32_t ca_status_number(void *instance, signet_call_t *call, const signet_list_number_t *request,
                         signet_bytes_t *number)
{
    ca_authority_t *authority = NULL;
    int32_t status = ca_status_job(call);
    if (status == SIGNET_OK)
        status = ca_status_authority(instance, call, request->authority, request->generation,
                                     &authority);
    return status == SIGNET_OK ? ca_list_number(instance, call, request, number) : status;
}
