/* Orders as records. */
#include "record/bulk.h"

#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

/* "state" is there while an order is being carried out, so that the job finds those alone. */
static const signet_field_declaration_t declarations[] = {
    SIGNET_FIELD("state", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("requester", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("comment", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("digest", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("reason", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("count", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("done", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("failed", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("created", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("invalid_since", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("deadline", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("renew_from", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("grace", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("replaced", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("unasked", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
};

int32_t ca_bulk_declare(signet_call_t *call, const signet_store_t *store)
{
    static const signet_collection_t orders = SIGNET_COLLECTION(CA_BULK, 0, 1, declarations);
    static const signet_collection_t parts = {
        .size = sizeof parts, .revision = 1, .name = SIGNET_TEXT_INIT(CA_BULK_PARTS)};
    int32_t status = store->interface->declare(store->instance, call, &orders);
    return status == SIGNET_OK ? store->interface->declare(store->instance, call, &parts) : status;
}

signet_change_t ca_bulk_put(const signet_bulk_t *bulk, int64_t invalid_since, uint64_t expected,
                            signet_field_t *fields)
{
    uint64_t count = 0;
    if (signet_text_is(bulk->state, SIGNET_BULK_RUNNING))
        fields[count++] = signet_field_text("state", bulk->state);
    fields[count++] = signet_field_text("requester", bulk->requester);
    if (bulk->comment.length > 0)
        fields[count++] = signet_field_text("comment", bulk->comment);
    fields[count++] = signet_field_bytes("digest", bulk->digest);
    fields[count++] = signet_field_integer("reason", bulk->reason);
    fields[count++] = signet_field_integer("count", (int64_t)bulk->count);
    fields[count++] = signet_field_integer("done", (int64_t)bulk->done);
    fields[count++] = signet_field_integer("failed", (int64_t)bulk->failed);
    fields[count++] = signet_field_time("created", bulk->created);
    if (invalid_since != 0)
        fields[count++] = signet_field_time("invalid_since", invalid_since);
    if (bulk->deadline != 0) {
        fields[count++] = signet_field_time("deadline", bulk->deadline);
        fields[count++] = signet_field_time("renew_from", bulk->from);
        fields[count++] = signet_field_integer("grace", bulk->grace_ms);
        fields[count++] = signet_field_integer("replaced", (int64_t)bulk->replaced);
        fields[count++] = signet_field_integer("unasked", (int64_t)bulk->unasked);
    }
    return signet_put(CA_BULK, bulk->id, expected, fields, count, (signet_bytes_t){NULL, 0});
}

int32_t ca_bulk_decode(signet_call_t *call, const signet_record_t *stored, signet_bulk_t **bulk)
{
    *bulk = signet_alloc(call, 1, sizeof **bulk);
    if (*bulk == NULL)
        return SIGNET_NO_MEMORY;

    signet_text_t state = signet_record_text(stored, "state");
    **bulk = (signet_bulk_t){.size = sizeof **bulk,
                             .reason = (int32_t)signet_record_integer(stored, "reason"),
                             .id = stored->key,
                             .state = state.length > 0 ? state : SIGNET_TEXT(SIGNET_BULK_DONE),
                             .requester = signet_record_text(stored, "requester"),
                             .comment = signet_record_text(stored, "comment"),
                             .digest = signet_record_bytes(stored, "digest"),
                             .count = (uint64_t)signet_record_integer(stored, "count"),
                             .done = (uint64_t)signet_record_integer(stored, "done"),
                             .failed = (uint64_t)signet_record_integer(stored, "failed"),
                             .created = signet_record_integer(stored, "created"),
                             .deadline = signet_record_integer(stored, "deadline"),
                             .from = signet_record_integer(stored, "renew_from"),
                             .grace_ms = signet_record_integer(stored, "grace"),
                             .replaced = (uint64_t)signet_record_integer(stored, "replaced"),
                             .unasked = (uint64_t)signet_record_integer(stored, "unasked")};
    return SIGNET_OK;
}

int32_t ca_bulk_next_part(signet_call_t *call, const signet_store_t *store, signet_text_t id,
                          signet_text_t cursor, const signet_page_t **page)
{
    signet_text_t prefix = signet_format(call, "%.*s/", SIGNET_FORMAT(id));
    const signet_field_t value = signet_field_text("key", prefix);
    const signet_condition_t condition = {
        .size = sizeof condition, .compare = SIGNET_COMPARE_PREFIX, .value = &value};
    const signet_query_t query = {.size = sizeof query,
                                  .collection = SIGNET_TEXT(CA_BULK_PARTS),
                                  .conditions = &condition,
                                  .condition_count = 1,
                                  .limit = 1,
                                  .cursor = cursor};
    return prefix.data == NULL ? SIGNET_NO_MEMORY
                               : store->interface->query(store->instance, call, &query, page);
}
