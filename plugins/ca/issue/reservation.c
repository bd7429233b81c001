#include "issue/reservation.h"

#include "issue/intent.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

/* How often a certificate is added anew after somebody else changed the record. */
#define TRIES 10

int32_t ca_reservation_declare(signet_call_t *call, const signet_store_t *store)
{
    static const signet_field_declaration_t fields[] = {
        SIGNET_FIELD("certificates", SIGNET_VALUE_TEXTS, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD(CA_RESERVATION_EMPTY, SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    };
    static const signet_collection_t collection = SIGNET_COLLECTION(CA_RESERVATIONS, 0, 1, fields);
    return store->interface->declare(store->instance, call, &collection);
}

int32_t ca_reservation_of_key(signet_call_t *call, signet_bytes_t digest, signet_text_t *key)
{
    *key = signet_format(call, "key/%.*s", SIGNET_FORMAT(signet_hex(call, digest)));
    return key->data == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
}

/* The names in one order, one a line. */
static int32_t add_names(signet_call_t *call, const signet_text_t *names, uint64_t count,
                         signet_buffer_t *buffer)
{
    signet_text_t *sorted = signet_alloc(call, count + 1, sizeof *sorted);
    if (sorted == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t at = i;
        for (; at > 0 && signet_text_compare(sorted[at - 1], names[i]) > 0; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = names[i];
    }
    for (uint64_t i = 0; i < count; i++) {
        signet_buffer_add_byte(buffer, '\n');
        signet_buffer_add_text(buffer, sorted[i]);
    }
    return SIGNET_OK;
}

int32_t ca_reservation_of_holder(signet_call_t *call, signet_text_t profile, signet_text_t subject,
                                 const signet_text_t *names, uint64_t name_count,
                                 signet_text_t *key)
{
    signet_buffer_t buffer = signet_buffer(call, subject.length + 64);
    signet_bytes_t holder = {NULL, 0};
    signet_bytes_t digest = {NULL, 0};
    int32_t status = SIGNET_OK;
    signet_buffer_add_text(&buffer, subject);
    if (subject.length == 0)
        status = add_names(call, names, name_count, &buffer);
    if (status == SIGNET_OK)
        status = signet_buffer_bytes(&buffer, &holder);
    if (status == SIGNET_OK)
        status = signet_sha256(call, holder, &digest);
    if (status != SIGNET_OK)
        return status;
    *key = signet_format(call, "active/%.*s/%.*s", SIGNET_FORMAT(profile),
                         SIGNET_FORMAT(signet_hex(call, digest)));
    return key->data == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
}

/* The record of a key, or NULL; not one that is marked for deletion, because its version may begin
 * anew: the mark is taken away, and whoever would delete it finds it changed. */
static int32_t get_unmarked(signet_call_t *call, const signet_store_t *store, signet_text_t key,
                            const signet_record_t **stored)
{
    int32_t status = SIGNET_CONFLICT;
    for (int i = 0; status == SIGNET_CONFLICT && i < TRIES; i++) {
        const signet_field_t none = signet_field_texts("certificates", NULL, 0);
        call->services->clear(call);
        *stored = NULL;
        status =
            store->interface->get(store->instance, call, SIGNET_TEXT(CA_RESERVATIONS), key, stored);
        if (status == SIGNET_NOT_FOUND) {
            call->services->clear(call);
            *stored = NULL;
            return SIGNET_OK;
        }
        if (status != SIGNET_OK || signet_record_integer(*stored, CA_RESERVATION_EMPTY) == 0)
            return status;
        const signet_change_t change = signet_put(CA_RESERVATIONS, key, (*stored)->version, &none,
                                                  1, (signet_bytes_t){NULL, 0});
        status = store->interface->commit(store->instance, call, &change, 1);
        /* To be read anew, with its version. */
        if (status == SIGNET_OK)
            status = SIGNET_CONFLICT;
    }
    return status;
}

int32_t ca_reservation_read(signet_call_t *call, const signet_store_t *store, signet_text_t key,
                            ca_reservation_t *reservation)
{
    const signet_record_t *stored = NULL;
    const signet_field_t *list = NULL;
    *reservation = (ca_reservation_t){.key = key, .version = SIGNET_VERSION_ABSENT};
    int32_t status = get_unmarked(call, store, key, &stored);
    if (status != SIGNET_OK)
        return status;
    if (stored != NULL) {
        list = signet_record_field(stored, "certificates");
        reservation->version = stored->version;
    }
    uint64_t count = list == NULL ? 0 : list->text_count;
    reservation->certificates = signet_alloc(call, count + 1, sizeof(signet_text_t));
    if (reservation->certificates == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++)
        reservation->certificates[i] = list->texts[i];
    reservation->count = count;
    return SIGNET_OK;
}

/* A record of a collection; NULL where there is none. */
static int32_t look_up(signet_call_t *call, const signet_store_t *store, const char *collection,
                       signet_text_t key, const signet_record_t **stored)
{
    *stored = NULL;
    int32_t status =
        store->interface->get(store->instance, call, signet_text(collection), key, stored);
    if (status != SIGNET_NOT_FOUND)
        return status;
    call->services->clear(call);
    *stored = NULL;
    return SIGNET_OK;
}

int32_t ca_reservation_find(signet_call_t *call, const signet_store_t *store, signet_text_t key,
                            ca_record_t **record)
{
    const signet_record_t *stored = NULL;
    ca_intent_t *intent = NULL;
    *record = NULL;
    /* The intent becomes the record in one commit, and so is looked for first. */
    int32_t status = look_up(call, store, CA_INTENTS, key, &stored);
    if (status == SIGNET_OK && stored != NULL) {
        status = ca_intent_decode(call, stored, &intent);
        if (status == SIGNET_OK)
            *record = &intent->record;
        return status;
    }
    if (status == SIGNET_OK)
        status = look_up(call, store, CA_CERTIFICATES, key, &stored);
    return status == SIGNET_OK && stored != NULL ? ca_record_decode(call, stored, record) : status;
}

int ca_reservation_active(const ca_record_t *record, int64_t now)
{
    return record->certificate.not_after > now &&
           !signet_text_is(record->certificate.state, SIGNET_CERTIFICATE_REVOKED);
}

int32_t ca_reservation_counts(signet_call_t *call, const signet_store_t *store,
                              signet_text_t reservation, signet_text_t certificate, int *counts)
{
    ca_record_t *record = NULL;
    int32_t status = ca_reservation_find(call, store, certificate, &record);
    *counts = 0;
    if (status != SIGNET_OK || record == NULL)
        return status;
    /* Of a key, what the index of keys does not know. */
    *counts = signet_text_starts(reservation, "key/") ? record->key.length == 0
                                                      : ca_reservation_active(record, signet_now());
    return SIGNET_OK;
}

signet_change_t ca_reservation_put(ca_reservation_t *reservation, signet_text_t certificate,
                                   signet_field_t *field)
{
    reservation->certificates[reservation->count] = certificate;
    *field = signet_field_texts("certificates", reservation->certificates, reservation->count + 1);
    return signet_put(CA_RESERVATIONS, reservation->key, reservation->version, field, 1,
                      (signet_bytes_t){NULL, 0});
}

int32_t ca_reservation_add(signet_call_t *call, const signet_store_t *store, signet_text_t key,
                           signet_text_t certificate, int *added)
{
    int32_t status = SIGNET_CONFLICT;
    *added = 0;
    for (int i = 0; status == SIGNET_CONFLICT && i < TRIES; i++) {
        signet_field_t field;
        ca_reservation_t reservation;
        call->services->clear(call);
        status = ca_reservation_read(call, store, key, &reservation);
        if (status != SIGNET_OK)
            return status;
        for (uint64_t j = 0; j < reservation.count; j++) {
            if (signet_text_equal(reservation.certificates[j], certificate))
                return SIGNET_OK;
        }
        signet_change_t change = ca_reservation_put(&reservation, certificate, &field);
        status = store->interface->commit(store->instance, call, &change, 1);
    }
    *added = status == SIGNET_OK;
    return status;
}
