#include "issue/intent.h"

#include "profile/names.h"
#include "profile/template.h"

#include <pthread.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

/* Intents that threads of this process work on, of all instances: an instance that a reload
 * replaced may still be finishing some. */
static pthread_mutex_t flights_lock = PTHREAD_MUTEX_INITIALIZER;
static ca_flight_t *flights;

void ca_flight_begin(ca_flight_t *flight, signet_text_t key)
{
    flight->key = key;
    pthread_mutex_lock(&flights_lock);
    flight->next = flights;
    flight->previous = NULL;
    if (flights != NULL)
        flights->previous = flight;
    flights = flight;
    pthread_mutex_unlock(&flights_lock);
}

void ca_flight_end(ca_flight_t *flight)
{
    pthread_mutex_lock(&flights_lock);
    if (flight->previous != NULL)
        flight->previous->next = flight->next;
    else
        flights = flight->next;
    if (flight->next != NULL)
        flight->next->previous = flight->previous;
    pthread_mutex_unlock(&flights_lock);
}

int ca_intent_in_flight(signet_text_t key)
{
    int found = 0;
    pthread_mutex_lock(&flights_lock);
    for (const ca_flight_t *flight = flights; flight != NULL && !found; flight = flight->next)
        found = signet_text_equal(flight->key, key);
    pthread_mutex_unlock(&flights_lock);
    return found;
}

int32_t ca_intent_declare(signet_call_t *call, const signet_store_t *store)
{
    static const signet_field_declaration_t fields[] = {
        SIGNET_FIELD("profile", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("profile_version", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("requester", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("request_id", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("asked", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("issued_at", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("crl_shard", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("listed", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("generation", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    };
    static const signet_collection_t collection = SIGNET_COLLECTION(CA_INTENTS, 0, 1, fields);
    return store->interface->declare(store->instance, call, &collection);
}

signet_change_t ca_intent_put(signet_text_t key, uint64_t expected, const ca_intent_t *intent,
                              signet_field_t *fields)
{
    const signet_certificate_t *certificate = &intent->record.certificate;
    uint64_t count = 0;
    fields[count++] = signet_field_text("profile", certificate->profile);
    fields[count++] =
        signet_field_integer("profile_version", (int64_t)certificate->profile_version);
    fields[count++] = signet_field_text("requester", certificate->requester);
    if (certificate->request_id.length > 0)
        fields[count++] = signet_field_text("request_id", certificate->request_id);
    fields[count++] = signet_field_text("asked", certificate->asked);
    fields[count++] = signet_field_time("issued_at", certificate->issued_at);
    fields[count++] = signet_field_integer("crl_shard", 0);
    if (intent->listed)
        fields[count++] = signet_field_integer("listed", 1);
    if (certificate->generation > 1)
        fields[count++] = signet_field_integer("generation", (int64_t)certificate->generation);
    return signet_put(CA_INTENTS, key, expected, fields, count, intent->record.body);
}

int32_t ca_intent_abandoned(signet_call_t *call, const signet_store_t *store, signet_text_t key,
                            int *abandoned)
{
    *abandoned = 0;
    if (ca_intent_in_flight(key))
        return SIGNET_OK;
    /* It may have been finished since it was read; what is still there now was left. */
    const signet_record_t *stored = NULL;
    int32_t status =
        store->interface->get(store->instance, call, SIGNET_TEXT(CA_INTENTS), key, &stored);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    *abandoned = status == SIGNET_OK;
    return status;
}

int32_t ca_intent_whole(signet_call_t *call, signet_bytes_t tbs, signet_bytes_t *whole)
{
    static const uint8_t nothing[] = {0};
    signet_der_t outer = signet_der(tbs);
    signet_der_t inside;
    signet_der_item_t item = {0};
    /* version, serialNumber, then the algorithm. */
    if (signet_der_enter(&outer, SIGNET_DER_SEQUENCE, &inside) != 0 ||
        signet_der_next(&inside, &item) != 0 || signet_der_next(&inside, &item) != 0 ||
        signet_der_next(&inside, &item) != 0)
        return signet_fail(call, SIGNET_CORRUPT, "ca.intent",
                           "a record of ca.intents is damaged; restore the store from a backup");
    return ca_template_join(call, tbs, item.whole, (signet_bytes_t){nothing, sizeof nothing},
                            whole);
}

/* What the to-be-signed part says. */
static int32_t decode_content(signet_call_t *call, signet_bytes_t tbs,
                              signet_certificate_t *certificate)
{
    signet_bytes_t whole = {NULL, 0};
    const signet_x509_t *x509 = NULL;
    int32_t status = ca_intent_whole(call, tbs, &whole);
    if (status == SIGNET_OK)
        status = signet_x509_parse(call, whole, &x509);
    if (status == SIGNET_OK)
        status = ca_names_of_certificate(call, x509, certificate);
    if (status == SIGNET_OK)
        status =
            signet_name_text(call, x509->attributes, x509->attribute_count, &certificate->subject);
    if (status != SIGNET_OK)
        return status;
    certificate->not_before = x509->not_before;
    certificate->not_after = x509->not_after;
    return SIGNET_OK;
}

int32_t ca_intent_decode(signet_call_t *call, const signet_record_t *stored, ca_intent_t **intent)
{
    ca_intent_t *decoded = signet_alloc(call, 1, sizeof *decoded);
    if (decoded == NULL)
        return SIGNET_NO_MEMORY;
    signet_certificate_t *certificate = &decoded->record.certificate;
    signet_text_t serial;
    certificate->size = sizeof *certificate;
    certificate->authority = signet_text_split(stored->key, '/', &serial);
    int32_t status = signet_hex_decode(call, serial, &certificate->serial);
    if (status == SIGNET_OK)
        status = decode_content(call, stored->body, certificate);
    if (status != SIGNET_OK)
        return status;
    decoded->record.body = stored->body;
    decoded->record.unconfirmed = 1;
    decoded->listed = signet_record_integer(stored, "listed") != 0;
    certificate->profile = signet_record_text(stored, "profile");
    certificate->profile_version = (uint64_t)signet_record_integer(stored, "profile_version");
    certificate->requester = signet_record_text(stored, "requester");
    certificate->request_id = signet_record_text(stored, "request_id");
    certificate->asked = signet_record_text(stored, "asked");
    certificate->issued_at = signet_record_integer(stored, "issued_at");
    certificate->state = SIGNET_TEXT(SIGNET_CERTIFICATE_UNKNOWN);
    certificate->version = stored->version;
    certificate->generation = (uint64_t)signet_record_integer(stored, "generation");
    if (certificate->generation == 0)
        certificate->generation = 1;
    *intent = decoded;
    return SIGNET_OK;
}

int32_t ca_intent_get(signet_call_t *call, const signet_store_t *store, signet_text_t authority,
                      signet_bytes_t serial, ca_intent_t **intent)
{
    signet_text_t key = ca_record_key(call, authority, serial);
    if (key.data == NULL)
        return SIGNET_NO_MEMORY;
    const signet_record_t *stored = NULL;
    int32_t status =
        store->interface->get(store->instance, call, SIGNET_TEXT(CA_INTENTS), key, &stored);
    if (status == SIGNET_NOT_FOUND)
        call->services->clear(call);
    if (status != SIGNET_OK)
        return status;
    int abandoned = 0;
    status = ca_intent_abandoned(call, store, key, &abandoned);
    if (status != SIGNET_OK)
        return status;
    return abandoned ? ca_intent_decode(call, stored, intent) : SIGNET_NOT_FOUND;
}
