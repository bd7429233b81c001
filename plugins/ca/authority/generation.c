#include "authority/generation.h"

#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <stdlib.h>

/* More keys than an authority has in any life; each rotation adds one. */
#define PAGE 1000U

int32_t ca_generation_declare(signet_call_t *call, const signet_store_t *store)
{
    static const signet_field_declaration_t fields[] = {
        SIGNET_FIELD("state", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("key_uri", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("certificate", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("old_with_new", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("new_with_old", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("created", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("activated", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("retired", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("destroyed", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("reason", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("key_type", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("compromised", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("public_key", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("evidence", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    };
    /* Authorities are of the whole house. */
    static const signet_collection_t collection =
        SIGNET_COLLECTION(CA_GENERATIONS, SIGNET_COLLECTION_GLOBAL, 1, fields);
    return store->interface->declare(store->instance, call, &collection);
}

int ca_generation_is(const ca_generation_t *generation, const char *state)
{
    return signet_text_is(generation->state, state);
}

static int32_t decode(signet_call_t *call, const signet_record_t *record, ca_generation_t *item)
{
    signet_text_t digits;
    (void)signet_text_split(record->key, '/', &digits);
    const char *number = signet_text_string(call, digits);
    if (number == NULL)
        return signet_status(call);
    *item = (ca_generation_t){.number = strtoull(number, NULL, 10),
                              .state = signet_record_text(record, "state"),
                              .key_uri = signet_record_text(record, "key_uri"),
                              .key_type = signet_record_text(record, "key_type"),
                              .certificate = signet_record_bytes(record, "certificate"),
                              .old_with_new = signet_record_bytes(record, "old_with_new"),
                              .new_with_old = signet_record_bytes(record, "new_with_old"),
                              .created = signet_record_integer(record, "created"),
                              .activated = signet_record_integer(record, "activated"),
                              .retired = signet_record_integer(record, "retired"),
                              .destroyed = signet_record_integer(record, "destroyed"),
                              .compromised = signet_record_integer(record, "compromised"),
                              .reason = signet_record_text(record, "reason"),
                              .public_key = signet_record_bytes(record, "public_key"),
                              .evidence = signet_record_text(record, "evidence"),
                              .version = record->version};
    return SIGNET_OK;
}

int32_t ca_generation_read(ca_t *ca, signet_call_t *call, signet_text_t authority,
                           ca_generation_t **items, uint64_t *count)
{
    signet_store_t store;
    signet_text_t prefix = signet_format(call, "%.*s/", SIGNET_FORMAT(authority));
    if (prefix.data == NULL)
        return SIGNET_NO_MEMORY;
    signet_field_t value = signet_field_text("key", prefix);
    signet_condition_t condition = {
        .size = sizeof condition, .compare = SIGNET_COMPARE_PREFIX, .value = &value};
    signet_query_t query = {.size = sizeof query,
                            .collection = SIGNET_TEXT(CA_GENERATIONS),
                            .conditions = &condition,
                            .condition_count = 1,
                            .order = SIGNET_TEXT("key"),
                            .limit = PAGE};
    const signet_page_t *page = NULL;
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = store.interface->query(store.instance, call, &query, &page);
    if (status != SIGNET_OK)
        return status;
    *items = signet_alloc(call, page->count + 1, sizeof **items);
    if (*items == NULL)
        return SIGNET_NO_MEMORY;
    *count = page->count;
    for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++)
        status = decode(call, page->records[i], &(*items)[i]);
    return status;
}

static void add_time(signet_field_t *fields, uint64_t *count, const char *name, int64_t time)
{
    if (time != 0)
        fields[(*count)++] = signet_field_time(name, time);
}

static void add_bytes(signet_field_t *fields, uint64_t *count, const char *name,
                      signet_bytes_t bytes)
{
    if (bytes.length > 0)
        fields[(*count)++] = signet_field_bytes(name, bytes);
}

int32_t ca_generation_put(signet_call_t *call, signet_text_t authority,
                          const ca_generation_t *generation, signet_field_t *fields,
                          signet_change_t *change)
{
    uint64_t count = 0;
    /* Ten digits, so that keys and numbers are in the same order. */
    signet_text_t key = signet_format(call, "%.*s/%010llu", SIGNET_FORMAT(authority),
                                      (unsigned long long)generation->number);
    if (key.data == NULL)
        return SIGNET_NO_MEMORY;
    fields[count++] = signet_field_text("state", generation->state);
    if (generation->key_uri.length > 0)
        fields[count++] = signet_field_text("key_uri", generation->key_uri);
    if (generation->key_type.length > 0)
        fields[count++] = signet_field_text("key_type", generation->key_type);
    add_bytes(fields, &count, "certificate", generation->certificate);
    add_bytes(fields, &count, "old_with_new", generation->old_with_new);
    add_bytes(fields, &count, "new_with_old", generation->new_with_old);
    add_time(fields, &count, "created", generation->created);
    add_time(fields, &count, "activated", generation->activated);
    add_time(fields, &count, "retired", generation->retired);
    add_time(fields, &count, "destroyed", generation->destroyed);
    add_time(fields, &count, "compromised", generation->compromised);
    if (generation->reason.length > 0)
        fields[count++] = signet_field_text("reason", generation->reason);
    add_bytes(fields, &count, "public_key", generation->public_key);
    if (generation->evidence.length > 0)
        fields[count++] = signet_field_text("evidence", generation->evidence);
    *change = signet_put(CA_GENERATIONS, key, generation->version, fields, count,
                         (signet_bytes_t){NULL, 0});
    return SIGNET_OK;
}
