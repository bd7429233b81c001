/* Carrying out orders of replacements. Clients are told once when to renew; then, at each run, what
 * is replaced, or late, is revoked and leaves its part. */
#include "error.h"
#include "issue/renew.h"
#include "record/bulk.h"
#include "record/record.h"
#include "record/revoke.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>

#define PART_MAX (UINT64_C(1024) * 1024)
#define SUCCESSORS_MAX 20U

/* One part as it is worked on. */
typedef struct part {
    const signet_record_t *stored;
    const signet_json_t *keys;
    uint64_t place; /* of the first of all its keys */
    int64_t told;
    int64_t replaced;          /* of those that remain, when it was put */
    const signet_text_t *left; /* what remains */
    uint64_t left_count;
    int64_t left_replaced;
} part_t;

/* What one certificate's state is. */
typedef struct state {
    int over; /* revoked or expired: nothing is left to do */
    int replaced;
    int64_t replaced_at;
} state_t;

int64_t ca_bulk_renew_from(const signet_bulk_t *bulk, uint64_t place)
{
    int64_t time = (bulk->deadline - bulk->from) / 3 * 2;
    int64_t count = bulk->count > 0 ? (int64_t)bulk->count : 1;
    return bulk->from + time / count * (int64_t)place;
}

static int32_t find_successor(signet_call_t *call, const signet_store_t *store, signet_text_t key,
                              state_t *state)
{
    const signet_page_t *page = NULL;
    const signet_field_t value = signet_field_text("replaces", key);
    const signet_condition_t condition = {
        .size = sizeof condition, .compare = SIGNET_COMPARE_EQUAL, .value = &value};
    const signet_query_t query = {.size = sizeof query,
                                  .flags = SIGNET_QUERY_NO_BODY,
                                  .collection = SIGNET_TEXT(CA_CERTIFICATES),
                                  .conditions = &condition,
                                  .condition_count = 1,
                                  .limit = SUCCESSORS_MAX};
    int32_t status = store->interface->query(store->instance, call, &query, &page);
    for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++) {
        int64_t issued = signet_record_integer(page->records[i], "issued_at");
        /* "state" is absent while it is valid. */
        if (signet_record_text(page->records[i], "state").length == 0 &&
            (!state->replaced || issued < state->replaced_at)) {
            state->replaced = 1;
            state->replaced_at = issued;
        }
    }
    return status;
}

static int32_t look(ca_t *ca, signet_call_t *call, signet_text_t key, state_t *state)
{
    signet_store_t store;
    const signet_record_t *stored = NULL;
    *state = (state_t){0};
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status =
            store.interface->get(store.instance, call, SIGNET_TEXT(CA_CERTIFICATES), key, &stored);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        state->over = 1;
        return SIGNET_OK;
    }
    if (status != SIGNET_OK)
        return status;
    status = find_successor(call, &store, key, state);
    state->over = signet_text_is(signet_record_text(stored, "state"), SIGNET_CERTIFICATE_REVOKED) ||
                  signet_record_integer(stored, "not_after") < signet_now();
    return status;
}

static int32_t revoke(ca_t *ca, signet_call_t *call, const signet_record_t *order,
                      signet_bulk_t *bulk, signet_text_t key)
{
    signet_text_t name = signet_format(call, "bulk:%.*s", SIGNET_FORMAT(bulk->id));
    const signet_revoke_request_t request = {
        .size = sizeof request,
        .reason = bulk->reason,
        .comment = bulk->comment,
        .invalid_since = signet_record_integer(order, "invalid_since"),
    };
    int32_t status =
        name.data == NULL ? SIGNET_NO_MEMORY : ca_revoke_ordered(ca, call, key, &request, name);
    if (status == SIGNET_OK) {
        bulk->done++;
    } else if (status == SIGNET_CONFLICT || status == SIGNET_NOT_FOUND ||
               status == SIGNET_INVALID) {
        signet_log_error(ca->host, call, SIGNET_LOG_WARNING, "ca.bulk-not-revoked");
        call->services->clear(call);
        bulk->failed++;
        status = SIGNET_OK;
    }
    return status;
}

/* One certificate: told, looked at, and revoked if its time has come; `stays` where it has not. */
static int32_t take_on(ca_t *ca, signet_call_t *call, const signet_record_t *order,
                       signet_bulk_t *bulk, const part_t *part, uint64_t index, state_t *state,
                       int *stays)
{
    signet_text_t key = part->keys->items[index].text;
    int64_t now = signet_now();
    *stays = 0;
    int32_t status = look(ca, call, key, state);
    if (status != SIGNET_OK || state->over)
        return status;
    int late = now >= bulk->deadline;
    if (late || (state->replaced && now >= state->replaced_at + bulk->grace_ms))
        return revoke(ca, call, order, bulk, key);
    *stays = 1;
    if (part->told)
        return SIGNET_OK;
    return ca_renew_ordered(ca, call, key, ca_bulk_renew_from(bulk, part->place + index),
                            bulk->deadline,
                            signet_format(call, "bulk:%.*s", SIGNET_FORMAT(bulk->id)));
}

static int32_t read_part(signet_call_t *call, const signet_record_t *stored, part_t *part)
{
    const signet_json_t *body = NULL;
    signet_text_t place;
    *part = (part_t){.stored = stored};
    int32_t status = signet_json_parse(call, stored->body, PART_MAX, &body);
    if (status == SIGNET_OK)
        status = signet_json_get_integer(call, body, "told", &part->told);
    if (status == SIGNET_OK)
        status = signet_json_get_integer(call, body, "replaced", &part->replaced);
    part->keys = status == SIGNET_OK ? signet_json_get(body, "keys") : NULL;
    if (status == SIGNET_OK && part->keys == NULL)
        status = signet_fail(call, SIGNET_CORRUPT, "bulk.damaged",
                             "the part \"%.*s\" of an order of replacements is damaged",
                             SIGNET_FORMAT(stored->key));
    signet_text_split(stored->key, '/', &place);
    for (uint64_t i = 0; i < place.length; i++)
        part->place = part->place * 10 + (uint64_t)(place.data[i] - '0');
    return status;
}

/* Puts what remains, and the order's count, in one. */
static int32_t end_part(ca_t *ca, signet_call_t *call, const signet_record_t *order,
                        const signet_bulk_t *bulk, uint64_t version, const part_t *part)
{
    signet_store_t store;
    signet_field_t fields[CA_BULK_FIELDS];
    signet_change_t changes[2];
    signet_text_t body = {NULL, 0};
    signet_json_writer_t writer = signet_json_writer(call, 64 * (part->left_count + 1));
    signet_json_begin_object(&writer, NULL);
    signet_json_integer(&writer, "told", 1);
    signet_json_integer(&writer, "replaced", part->left_replaced);
    signet_json_texts(&writer, "keys", part->left, part->left_count);
    signet_json_end_object(&writer);
    int32_t status = signet_json_finish(&writer, &body);
    if (status == SIGNET_OK)
        status = ca_store(ca, call, &store);
    if (status != SIGNET_OK)
        return status;
    changes[0] = ca_bulk_put(bulk, signet_record_integer(order, "invalid_since"), version, fields);
    changes[1] = part->left_count > 0
                     ? signet_put(CA_BULK_PARTS, part->stored->key, part->stored->version, NULL, 0,
                                  signet_text_bytes(body))
                     : signet_delete(CA_BULK_PARTS, part->stored->key, part->stored->version);
    return store.interface->commit(store.instance, call, changes, 2);
}

static int32_t run_part(ca_t *ca, signet_call_t *call, const signet_record_t *order,
                        signet_bulk_t *bulk, const signet_record_t *stored, uint64_t *version)
{
    part_t part;
    int64_t replaced = 0;
    int32_t status = read_part(call, stored, &part);
    if (status != SIGNET_OK)
        return status;
    signet_text_t *left = signet_alloc(call, part.keys->count + 1, sizeof *left);
    if (left == NULL)
        return SIGNET_NO_MEMORY;
    part.left = left;
    for (uint64_t i = 0; status == SIGNET_OK && i < part.keys->count; i++) {
        state_t state = {0};
        int stays = 0;
        signet_call_t *child = call->services->child(call);
        if (child == NULL)
            return SIGNET_NO_MEMORY;
        status = call->services->check(call);
        if (status == SIGNET_OK)
            status = take_on(ca, child, order, bulk, &part, i, &state, &stays);
        status = signet_child_end(call, child, status);
        replaced += state.replaced;
        if (stays) {
            left[part.left_count++] = part.keys->items[i].text;
            part.left_replaced += state.replaced;
        }
    }
    if (status != SIGNET_OK ||
        (part.told && part.left_count == part.keys->count && part.left_replaced == part.replaced))
        return status;
    bulk->replaced += (uint64_t)(replaced - part.replaced);
    status = end_part(ca, call, order, bulk, *version, &part);
    if (status == SIGNET_OK)
        (*version)++;
    return status;
}

/* The next part, in a call of its own; the cursor is empty after the last. */
static int32_t next_part(ca_t *ca, signet_call_t *call, const signet_record_t *order,
                         signet_bulk_t *bulk, uint64_t *version, signet_text_t *cursor, int *any)
{
    signet_store_t store;
    const signet_page_t *page = NULL;
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = ca_store(ca, child, &store);
    if (status == SIGNET_OK)
        status = ca_bulk_next_part(child, &store, order->key, *cursor, &page);
    if (status == SIGNET_OK && page->count > 0) {
        *any = 1;
        status = run_part(ca, child, order, bulk, page->records[0], version);
    }
    if (status == SIGNET_OK)
        *cursor = signet_text_copy(call, page->cursor);
    status = signet_child_end(call, child, status);
    return status;
}

int32_t ca_bulk_replace(ca_t *ca, signet_call_t *call, const signet_record_t *order,
                        signet_bulk_t *bulk)
{
    signet_store_t store;
    signet_field_t fields[CA_BULK_FIELDS];
    uint64_t version = order->version;
    signet_text_t cursor = {NULL, 0};
    int any = 0;
    int32_t status = SIGNET_OK;
    do
        status = next_part(ca, call, order, bulk, &version, &cursor, &any);
    while (status == SIGNET_OK && cursor.length > 0);
    if (status != SIGNET_OK || any)
        return status;
    bulk->state = SIGNET_TEXT(SIGNET_BULK_DONE);
    status = ca_store(ca, call, &store);
    if (status != SIGNET_OK)
        return status;
    const signet_change_t change =
        ca_bulk_put(bulk, signet_record_integer(order, "invalid_since"), version, fields);
    return store.interface->commit(store.instance, call, &change, 1);
}
