#include "record/found.h"

#include "permission.h"
#include "record/foreign.h"
#include "record/record.h"
#include "record/stored_name.h"

#include <signet/auth.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

#define CA_FOUND "ca.found"
#define PLACES_MAX 20U
#define PLACE_MAX 1024U
#define SOURCE_MAX 64U
#define FIELDS_MAX 13U
#define TRIES 5
/* What is seen again sooner in the same place is not written down again. */
#define AGAIN_MS (INT64_C(60) * 60 * 1000)

static const signet_field_declaration_t declarations[] = {
    SIGNET_FIELD("names", SIGNET_VALUE_TEXTS, 0),
    SIGNET_FIELD("not_after", SIGNET_VALUE_TIME, 0),
    SIGNET_FIELD("source", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("last_seen", SIGNET_VALUE_TIME, 0),
    SIGNET_FIELD("fingerprint", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("serial", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("not_before", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("first_seen", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("canonical", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("subject", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("issuer", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("issued", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("places", SIGNET_VALUE_TEXTS, SIGNET_FIELD_UNINDEXED),
};

/* A record of the collection. */
typedef struct sighting {
    signet_certificate_t certificate;
    signet_text_t issuer;
    signet_text_t source;
    signet_text_t issued; /* "authority/serial" where it was issued here */
    int64_t last_seen;
    signet_text_t *places; /* the last one seen comes first */
    uint64_t place_count;
    uint64_t version;
} sighting_t;

int32_t ca_found_declare(signet_call_t *call, const signet_store_t *store)
{
    static const signet_collection_t collection = SIGNET_COLLECTION(CA_FOUND, 0, 1, declarations);
    return store->interface->declare(store->instance, call, &collection);
}

static int32_t check(signet_call_t *call, signet_text_t source, const signet_found_t *found)
{
    const signet_actor_t *actor = call->services->actor(call);
    int may = signet_text_is(actor->method, "system");
    for (uint64_t i = 0; i < actor->grant_count && !may; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, actor->grants, i);
        may = signet_text_is(grant->role, SIGNET_ROLE_ADMINISTRATOR);
    }
    if (!may)
        return signet_fail(call, SIGNET_DENIED, "inventory.denied",
                           "Only an administrator may record what was found.");
    if (found->place.length == 0 || found->place.length > PLACE_MAX ||
        !signet_text_valid(found->place))
        return signet_fail_field(call, SIGNET_INVALID, "inventory.place", "place",
                                 "A place has 1 to %u octets of UTF-8.", PLACE_MAX);
    if (source.length == 0 || source.length > SOURCE_MAX)
        return signet_fail_field(call, SIGNET_INVALID, "inventory.source", "source",
                                 "A source has 1 to %u octets.", SOURCE_MAX);
    return SIGNET_OK;
}

/* Places are lines. */
static int32_t clean_place(signet_call_t *call, signet_text_t place, signet_text_t *line)
{
    signet_buffer_t buffer = signet_buffer(call, place.length);
    for (uint64_t i = 0; i < place.length; i++) {
        uint8_t octet = (uint8_t)place.data[i];
        signet_buffer_add_byte(&buffer, octet < 0x20 || octet == 0x7f ? '?' : octet);
    }
    return signet_buffer_text(&buffer, line);
}

/* What is shown of a sighting beside the certificate. */
static int32_t show(signet_call_t *call, sighting_t *sighting)
{
    signet_certificate_t *certificate = &sighting->certificate;
    signet_buffer_t lines = signet_buffer(call, 256);
    signet_text_t places;
    for (uint64_t i = 0; i < sighting->place_count; i++) {
        if (i > 0)
            signet_buffer_add_byte(&lines, '\n');
        signet_buffer_add_text(&lines, sighting->places[i]);
    }
    int32_t status = signet_buffer_text(&lines, &places);
    signet_pair_t *fields = signet_alloc(call, 5, sizeof *fields);
    if (status != SIGNET_OK || fields == NULL)
        return SIGNET_NO_MEMORY;
    fields[0] = signet_pair("issuer", sighting->issuer);
    fields[1] = signet_pair("source", sighting->source);
    fields[2] = signet_pair("last_seen", signet_time_text(call, sighting->last_seen));
    fields[3] = signet_pair("places", places);
    fields[4] = signet_pair("issued", sighting->issued);
    certificate->size = sizeof *certificate;
    certificate->state = SIGNET_TEXT(SIGNET_CERTIFICATE_FOUND);
    certificate->fields = fields;
    certificate->field_count = sighting->issued.length > 0 ? 5 : 4;
    return fields[2].value.data ? SIGNET_OK : SIGNET_NO_MEMORY;
}

static int32_t decode(signet_call_t *call, const signet_record_t *record, sighting_t *sighting)
{
    signet_certificate_t *certificate = &sighting->certificate;
    const signet_field_t *places = signet_record_field(record, "places");
    *sighting = (sighting_t){
        .issuer = signet_record_text(record, "issuer"),
        .source = signet_record_text(record, "source"),
        .issued = signet_record_text(record, "issued"),
        .last_seen = signet_record_integer(record, "last_seen"),
        .version = record->version,
    };
    *certificate = (signet_certificate_t){
        .serial = signet_record_bytes(record, "serial"),
        .der = record->body,
        .fingerprint = signet_record_bytes(record, "fingerprint"),
        .subject = signet_record_text(record, "subject"),
        .not_before = signet_record_integer(record, "not_before"),
        .not_after = signet_record_integer(record, "not_after"),
        .issued_at = signet_record_integer(record, "first_seen"),
        .version = record->version,
    };
    sighting->places = signet_alloc(call, PLACES_MAX + 1, sizeof *sighting->places);
    if (sighting->places == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; places != NULL && i < places->text_count && i < PLACES_MAX; i++)
        sighting->places[sighting->place_count++] = places->texts[i];
    return ca_stored_names_read(call, signet_record_text(record, "canonical"), &certificate->names,
                                &certificate->name_count);
}

static int32_t encode(signet_call_t *call, const sighting_t *sighting, signet_text_t key,
                      signet_field_t *fields, signet_change_t *change)
{
    const signet_certificate_t *certificate = &sighting->certificate;
    signet_text_t *values = NULL;
    uint64_t value_count = 0;
    uint64_t count = 0;
    signet_text_t lines;
    int32_t status = ca_stored_names_write(call, certificate->names, certificate->name_count,
                                           &values, &value_count, &lines);
    if (status != SIGNET_OK)
        return status;
    if (value_count > 0) {
        fields[count++] = signet_field_texts("names", values, value_count);
        fields[count++] = signet_field_text("canonical", lines);
    }
    fields[count++] = signet_field_time("not_after", certificate->not_after);
    fields[count++] = signet_field_time("not_before", certificate->not_before);
    fields[count++] = signet_field_text("source", sighting->source);
    fields[count++] = signet_field_time("last_seen", sighting->last_seen);
    fields[count++] = signet_field_time("first_seen", certificate->issued_at);
    fields[count++] = signet_field_bytes("fingerprint", certificate->fingerprint);
    fields[count++] = signet_field_bytes("serial", certificate->serial);
    fields[count++] = signet_field_text("subject", certificate->subject);
    fields[count++] = signet_field_text("issuer", sighting->issuer);
    fields[count++] = signet_field_texts("places", sighting->places, sighting->place_count);
    if (sighting->issued.length > 0)
        fields[count++] = signet_field_text("issued", sighting->issued);
    *change = signet_put(CA_FOUND, key, sighting->version, fields, count, certificate->der);
    return SIGNET_OK;
}

/* The key of the record of an issued certificate with this fingerprint; empty: there is none. */
static int32_t find_issued(signet_call_t *call, const signet_store_t *store,
                           signet_bytes_t fingerprint, signet_text_t *issued)
{
    const signet_field_t value = signet_field_bytes("fingerprint", fingerprint);
    const signet_condition_t condition = {
        .size = sizeof condition, .compare = SIGNET_COMPARE_EQUAL, .value = &value};
    const signet_query_t query = {.size = sizeof query,
                                  .flags = SIGNET_QUERY_NO_BODY,
                                  .collection = SIGNET_TEXT(CA_CERTIFICATES),
                                  .conditions = &condition,
                                  .condition_count = 1,
                                  .limit = 1};
    const signet_page_t *page = NULL;
    int32_t status = store->interface->query(store->instance, call, &query, &page);
    if (status == SIGNET_OK && page->count > 0)
        *issued = page->records[0]->key;
    return status;
}

/* Puts a place first; 1 where it was the first one already. */
static int put_first(sighting_t *sighting, signet_text_t place)
{
    uint64_t at = 0;
    while (at < sighting->place_count && !signet_text_equal(sighting->places[at], place))
        at++;
    if (at == sighting->place_count && at < PLACES_MAX)
        sighting->place_count++;
    else if (at == sighting->place_count)
        at--;
    int is_same =
        at == 0 && sighting->places[0].length > 0 && signet_text_equal(sighting->places[0], place);
    for (; at > 0; at--)
        sighting->places[at] = sighting->places[at - 1];
    sighting->places[0] = place;
    return is_same;
}

/* Reads the record and makes of it what it becomes; `*write` is 0 where nothing is to be written.
 */
static int32_t see(signet_call_t *call, const signet_store_t *store, signet_text_t key,
                   signet_text_t place, sighting_t *seen, int *write)
{
    const signet_record_t *record = NULL;
    int64_t now = signet_now();
    int32_t status =
        store->interface->get(store->instance, call, SIGNET_TEXT(CA_FOUND), key, &record);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        seen->version = SIGNET_VERSION_ABSENT;
        seen->certificate.issued_at = now;
        seen->places = signet_alloc(call, PLACES_MAX + 1, sizeof *seen->places);
        status = seen->places
                     ? find_issued(call, store, seen->certificate.fingerprint, &seen->issued)
                     : SIGNET_NO_MEMORY;
    } else if (status == SIGNET_OK) {
        signet_text_t source = seen->source;
        status = decode(call, record, seen);
        if (status == SIGNET_OK && seen->issued.length == 0)
            status = find_issued(call, store, seen->certificate.fingerprint, &seen->issued);
        seen->source = source;
    }
    if (status != SIGNET_OK)
        return status;
    int is_same = put_first(seen, place);
    *write = !is_same || now - seen->last_seen >= AGAIN_MS;
    seen->last_seen = *write ? now : seen->last_seen;
    return SIGNET_OK;
}

/* The first sighting is an event; later ones are not. */
static int32_t commit(const ca_t *ca, signet_call_t *call, const signet_store_t *store,
                      const sighting_t *sighting, signet_text_t key)
{
    signet_field_t fields[FIELDS_MAX];
    signet_change_t change;
    signet_journal_t journal;
    int32_t status = encode(call, sighting, key, fields, &change);
    if (status != SIGNET_OK || sighting->version != SIGNET_VERSION_ABSENT)
        return status == SIGNET_OK ? store->interface->commit(store->instance, call, &change, 1)
                                   : status;
    const signet_pair_t pairs[] = {
        signet_pair("source", sighting->source),
        signet_pair("place", sighting->places[0]),
        signet_pair("subject", sighting->certificate.subject),
        signet_pair("issuer", sighting->issuer),
        signet_pair("not_after", signet_time_text(call, sighting->certificate.not_after)),
    };
    const signet_entry_t entry = {
        .size = sizeof entry,
        .event = SIGNET_TEXT(SIGNET_EVENT_CERTIFICATE_FOUND),
        .object = signet_format(call, "certificate:sha256/%.*s", SIGNET_FORMAT(key)),
        .fields = pairs,
        .field_count = sizeof pairs / sizeof pairs[0],
    };
    status = ca_journal(ca, call, &journal);
    return status == SIGNET_OK
               ? journal.interface->commit(journal.instance, call, &change, 1, &entry)
               : status;
}

int32_t ca_found_record(void *instance, signet_call_t *call, signet_text_t source,
                        const signet_found_t *found, const signet_certificate_t **certificate)
{
    const ca_t *ca = instance;
    signet_store_t store;
    signet_text_t place;
    sighting_t *sighting = signet_alloc(call, 1, sizeof *sighting);
    int32_t status = sighting ? check(call, source, found) : SIGNET_NO_MEMORY;
    if (status == SIGNET_OK)
        status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = clean_place(call, found->place, &place);
    if (status == SIGNET_OK)
        status = ca_foreign_read(call, found->der, &sighting->certificate, &sighting->issuer);
    if (status != SIGNET_OK)
        return status;
    signet_text_t key = signet_hex(call, sighting->certificate.fingerprint);
    const sighting_t fresh = *sighting;
    if (key.data == NULL)
        return SIGNET_NO_MEMORY;
    for (int i = 0; i < TRIES; i++) {
        int write = 0;
        *sighting = fresh;
        sighting->source = source;
        status = see(call, &store, key, place, sighting, &write);
        if (status == SIGNET_OK && write)
            status = commit(ca, call, &store, sighting, key);
        if (status != SIGNET_CONFLICT)
            break;
        /* Seen in two places at once. */
        if (i + 1 < TRIES)
            call->services->clear(call);
    }
    if (status == SIGNET_OK)
        status = show(call, sighting);
    if (status == SIGNET_OK)
        *certificate = &sighting->certificate;
    return status;
}

/* Whether what the store found is what was meant; what found ones do not have matches nothing. */
static int accept(signet_call_t *call, const signet_certificate_query_t *query,
                  const signet_certificate_t *certificate)
{
    return ca_stored_name_matches(query->name, certificate->names, certificate->name_count) &&
           query->authority.length == 0 && query->profile.length == 0 &&
           query->requester.length == 0 && !SIGNET_HAS(query, replaces.length) &&
           !SIGNET_HAS(query, owner.length) &&
           (query->serial.length == 0 || signet_bytes_equal(query->serial, certificate->serial)) &&
           (query->expires_from == 0 || certificate->not_after >= query->expires_from) &&
           (query->expires_before == 0 || certificate->not_after < query->expires_before) &&
           ca_permission_read(call, certificate);
}

int32_t ca_found_query(const ca_t *ca, signet_call_t *call, const signet_certificate_query_t *query,
                       signet_certificate_page_t *page, const signet_certificate_t **certificates)
{
    signet_field_t values[4];
    signet_condition_t conditions[4];
    uint64_t count = 0;
    int typed = 0;
    signet_store_t store;
    const signet_page_t *records = NULL;
    if (query->fingerprint.length > 0)
        values[count++] = signet_field_text("key", signet_hex(call, query->fingerprint));
    if (query->name.length > 0)
        values[count++] = signet_field_text("names", ca_stored_name_value(query->name, &typed));
    uint64_t equal = count;
    if (query->expires_from != 0)
        values[count++] = signet_field_time("not_after", query->expires_from);
    uint64_t from = count;
    if (query->expires_before != 0)
        values[count++] = signet_field_time("not_after", query->expires_before);
    for (uint64_t i = 0; i < count; i++)
        conditions[i] = (signet_condition_t){.size = sizeof conditions[i],
                                             .compare = i < equal  ? SIGNET_COMPARE_EQUAL
                                                        : i < from ? SIGNET_COMPARE_AT_LEAST
                                                                   : SIGNET_COMPARE_LESS,
                                             .value = &values[i]};
    const signet_query_t stored = {.size = sizeof stored,
                                   .flags = query->descending ? SIGNET_QUERY_DESCENDING : 0,
                                   .collection = SIGNET_TEXT(CA_FOUND),
                                   .conditions = conditions,
                                   .condition_count = count,
                                   .order = count > equal ? SIGNET_TEXT("not_after")
                                                          : (signet_text_t){NULL, 0},
                                   .limit = query->limit,
                                   .cursor = query->cursor};
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = store.interface->query(store.instance, call, &stored, &records);
    for (uint64_t i = 0; status == SIGNET_OK && i < records->count; i++) {
        sighting_t *sighting = signet_alloc(call, 1, sizeof *sighting);
        status = sighting ? decode(call, records->records[i], sighting) : SIGNET_NO_MEMORY;
        if (status == SIGNET_OK)
            status = show(call, sighting);
        if (status == SIGNET_OK && accept(call, query, &sighting->certificate))
            certificates[page->count++] = &sighting->certificate;
    }
    if (status == SIGNET_OK)
        page->cursor = records->cursor;
    return status;
}
