#include "crl/record.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

#define LISTS "status.lists"
#define PARTS "status.parts"
#define PART_SIZE (UINT64_C(768) * 1024)
#define PARTS_MAX 4096U
#define BATCH 20U
#define FIELDS 9U

int32_t status_record_declare(signet_call_t *call, const signet_store_t *store)
{
    static const signet_field_declaration_t fields[] = {
        SIGNET_FIELD("number", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("sha256", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("entries", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("entry_count", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("length", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("parts", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("this_update", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("next_update", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("scheduled", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    };
    static const signet_collection_t lists =
        SIGNET_COLLECTION(LISTS, SIGNET_COLLECTION_GLOBAL, 1, fields);
    static const signet_collection_t parts = {.size = sizeof parts,
                                              .flags = SIGNET_COLLECTION_GLOBAL,
                                              .revision = 1,
                                              .name = SIGNET_TEXT_INIT(PARTS)};
    int32_t done = store->interface->declare(store->instance, call, &lists);
    return done == SIGNET_OK ? store->interface->declare(store->instance, call, &parts) : done;
}

static signet_text_t list_key(signet_call_t *call, const status_issuer_t *issuer)
{
    return signet_format(call, "%.*s/%010llu", SIGNET_FORMAT(issuer->seen.authority),
                         (unsigned long long)issuer->seen.generation);
}

static signet_text_t part_key(signet_call_t *call, const status_issuer_t *issuer,
                              signet_bytes_t number, uint64_t part)
{
    signet_text_t hex = signet_hex(call, number);
    return hex.data == NULL ? hex
                            : signet_format(call, "%.*s/%010llu/%.*s/%06llu",
                                            SIGNET_FORMAT(issuer->seen.authority),
                                            (unsigned long long)issuer->seen.generation,
                                            SIGNET_FORMAT(hex), (unsigned long long)part);
}

int32_t status_record_get(const status_t *status, signet_call_t *call,
                          const status_issuer_t *issuer, status_record_t *record)
{
    signet_store_t store;
    const signet_record_t *stored = NULL;
    signet_text_t key = list_key(call, issuer);
    *record = (status_record_t){.version = 0};
    int32_t done = key.data == NULL ? SIGNET_NO_MEMORY : signet_store(call, status->store, &store);
    if (done == SIGNET_OK)
        done = store.interface->get(store.instance, call, SIGNET_TEXT(LISTS), key, &stored);
    if (done == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    if (done != SIGNET_OK)
        return done;
    *record =
        (status_record_t){.version = stored->version,
                          .number = signet_record_bytes(stored, "number"),
                          .sha256 = signet_record_bytes(stored, "sha256"),
                          .entries = signet_record_bytes(stored, "entries"),
                          .entry_count = (uint64_t)signet_record_integer(stored, "entry_count"),
                          .length = (uint64_t)signet_record_integer(stored, "length"),
                          .parts = (uint64_t)signet_record_integer(stored, "parts"),
                          .this_update = signet_record_integer(stored, "this_update"),
                          .next_update = signet_record_integer(stored, "next_update"),
                          .scheduled = signet_record_integer(stored, "scheduled")};
    return SIGNET_OK;
}

static int32_t damaged(signet_call_t *call, const status_issuer_t *issuer)
{
    return signet_fail(call, SIGNET_CORRUPT, "status.list-damaged",
                       "the stored revocation list of %.*s is damaged; it is replaced by the next "
                       "one",
                       SIGNET_FORMAT(issuer->name));
}

int32_t status_record_read(const status_t *status, signet_call_t *call,
                           const status_issuer_t *issuer, const status_record_t *record,
                           signet_bytes_t *der)
{
    signet_store_t store;
    signet_bytes_t digest;
    if (record->parts > PARTS_MAX || record->length > record->parts * PART_SIZE)
        return damaged(call, issuer);
    signet_buffer_t buffer = signet_buffer(call, record->length);
    int32_t done = signet_store(call, status->store, &store);
    for (uint64_t i = 0; done == SIGNET_OK && i < record->parts; i++) {
        const signet_record_t *part = NULL;
        signet_text_t key = part_key(call, issuer, record->number, i);
        done = key.data == NULL
                   ? SIGNET_NO_MEMORY
                   : store.interface->get(store.instance, call, SIGNET_TEXT(PARTS), key, &part);
        if (done == SIGNET_OK)
            signet_buffer_add(&buffer, part->body.data, part->body.length);
    }
    if (done == SIGNET_OK)
        done = signet_buffer_bytes(&buffer, der);
    if (done == SIGNET_OK)
        done = signet_sha256(call, *der, &digest);
    if (done == SIGNET_OK && !signet_bytes_equal(digest, record->sha256))
        return damaged(call, issuer);
    return done;
}

static int32_t put_parts(signet_call_t *call, const signet_store_t *store,
                         const status_issuer_t *issuer, const status_record_t *record,
                         signet_bytes_t der)
{
    signet_change_t changes[BATCH];
    uint64_t count = 0;
    int32_t done = SIGNET_OK;
    for (uint64_t i = 0; done == SIGNET_OK && i < record->parts; i++) {
        uint64_t at = i * PART_SIZE;
        uint64_t rest = der.length - at;
        signet_text_t key = part_key(call, issuer, record->number, i);
        if (key.data == NULL)
            return SIGNET_NO_MEMORY;
        changes[count++] =
            signet_put(PARTS, key, SIGNET_VERSION_ABSENT, NULL, 0,
                       (signet_bytes_t){der.data + at, rest < PART_SIZE ? rest : PART_SIZE});
        if (count == BATCH || i + 1 == record->parts) {
            done = store->interface->commit(store->instance, call, changes, count);
            count = 0;
        }
    }
    return done;
}

/* What nobody needs any more; where this fails it is only room that is lost. */
static void drop_parts(const status_t *status, signet_call_t *call, const signet_store_t *store,
                       const status_issuer_t *issuer, const status_record_t *former)
{
    signet_change_t changes[BATCH];
    uint64_t count = 0;
    for (uint64_t i = 0; i < former->parts; i++) {
        signet_text_t key = part_key(call, issuer, former->number, i);
        if (key.data == NULL)
            break;
        changes[count++] = signet_delete(PARTS, key, SIGNET_VERSION_ANY);
        if (count < BATCH && i + 1 < former->parts)
            continue;
        if (store->interface->commit(store->instance, call, changes, count) != SIGNET_OK) {
            signet_log_error(status->host, call, SIGNET_LOG_WARNING, "status.parts-left");
            break;
        }
        count = 0;
    }
    call->services->clear(call);
}

static int32_t name_list(const status_t *status, signet_call_t *call, const status_issuer_t *issuer,
                         const status_record_t *former, const status_record_t *record,
                         signet_text_t lease, signet_text_t lease_owner)
{
    signet_journal_t journal;
    const signet_field_t fields[FIELDS] = {
        signet_field_bytes("number", record->number),
        signet_field_bytes("sha256", record->sha256),
        signet_field_bytes("entries", record->entries),
        signet_field_integer("entry_count", (int64_t)record->entry_count),
        signet_field_integer("length", (int64_t)record->length),
        signet_field_integer("parts", (int64_t)record->parts),
        signet_field_time("this_update", record->this_update),
        signet_field_time("next_update", record->next_update),
        signet_field_time("scheduled", record->scheduled)};
    const signet_pair_t pairs[] = {
        signet_pair("generation",
                    signet_format(call, "%llu", (unsigned long long)issuer->seen.generation)),
        signet_pair("number", signet_hex(call, record->number)),
        signet_pair("sha256", signet_hex(call, record->sha256)),
        signet_pair("entries",
                    signet_format(call, "%llu", (unsigned long long)record->entry_count)),
        signet_pair("next_update", signet_time_text(call, record->next_update))};
    const signet_entry_t entry = {
        .size = sizeof entry,
        .event = SIGNET_TEXT(SIGNET_EVENT_LIST_SIGNED),
        .object = signet_format(call, "authority:%.*s", SIGNET_FORMAT(issuer->seen.authority)),
        .fields = pairs,
        .field_count = sizeof pairs / sizeof pairs[0]};
    signet_text_t key = list_key(call, issuer);
    if (key.data == NULL || entry.object.data == NULL)
        return SIGNET_NO_MEMORY;
    signet_change_t change = signet_put(LISTS, key, former->version, fields, FIELDS,
                                        signet_text_bytes(SIGNET_TEXT("{}")));
    change.lease = lease;
    change.lease_owner = lease_owner;
    int32_t done = signet_journal(call, status->journal, &journal);
    return done == SIGNET_OK ? journal.interface->commit(journal.instance, call, &change, 1, &entry)
                             : done;
}

int32_t status_record_put(const status_t *status, signet_call_t *call,
                          const status_issuer_t *issuer, const status_record_t *former,
                          status_record_t *record, signet_bytes_t der, signet_text_t lease,
                          signet_text_t lease_owner)
{
    signet_store_t store;
    record->length = der.length;
    record->parts = (der.length + PART_SIZE - 1) / PART_SIZE;
    if (record->parts > PARTS_MAX)
        return signet_fail(call, SIGNET_TOO_LARGE, "status.list-too-large",
                           "the revocation list of %.*s has %llu entries, more than can be kept; "
                           "use shards",
                           SIGNET_FORMAT(issuer->name), (unsigned long long)record->entry_count);
    int32_t done = signet_sha256(call, der, &record->sha256);
    if (done == SIGNET_OK)
        done = signet_store(call, status->store, &store);
    if (done == SIGNET_OK)
        done = put_parts(call, &store, issuer, record, der);
    if (done == SIGNET_OK)
        done = name_list(status, call, issuer, former, record, lease, lease_owner);
    if (done != SIGNET_OK)
        return done;
    record->version = former->version + 1;
    drop_parts(status, call, &store, issuer, former);
    return SIGNET_OK;
}
