/* Writing entries. */
#include "journal.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <string.h>

/* Changes that a caller may make together with an entry. */
#define CHANGE_LIMIT 90U
#define EVENT_LIMIT 64U

static int32_t write_body(signet_call_t *call, const journal_position_t *position, int64_t time,
                          signet_text_t tenant, const signet_entry_t *entry, signet_text_t *body)
{
    const signet_actor_t *actor = call->services->actor(call);
    signet_json_writer_t writer = signet_json_writer(call, 768);
    signet_json_begin_object(&writer, NULL);
    signet_json_time(&writer, "time", time);
    signet_json_text(&writer, "node", position->node);
    signet_json_integer(&writer, "epoch", (int64_t)position->epoch);
    signet_json_integer(&writer, "sequence", (int64_t)position->sequence);
    signet_json_text(&writer, "event", entry->event);
    signet_json_text(&writer, "object", entry->object);
    signet_json_text(&writer, "actor", actor->id);
    signet_json_text(&writer, "method", actor->method);
    signet_json_text(&writer, "tenant", tenant);
    signet_json_text(&writer, "trace", call->services->trace(call));
    signet_json_begin_object(&writer, "fields");
    for (uint64_t i = 0; i < entry->field_count; i++) {
        const signet_pair_t *pair = SIGNET_AT(signet_pair_t, entry->fields, i);
        signet_json_member(&writer, pair->name, pair->value);
    }
    signet_json_end_object(&writer);
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, body);
}

/* Whether an entry is there after a commit that did not say. */
static int32_t read_back(signet_call_t *call, const signet_store_t *store, signet_text_t key)
{
    const signet_record_t *record = NULL;
    call->services->clear(call);
    int32_t status =
        store->interface->get(store->instance, call, SIGNET_TEXT(JOURNAL_ENTRIES), key, &record);
    if (status == SIGNET_OK)
        return SIGNET_OK;
    call->services->clear(call);
    if (status == SIGNET_NOT_FOUND)
        return signet_fail(call, SIGNET_UNAVAILABLE, "journal.not-written",
                           "The store did not take the change: try again.");
    return signet_fail(call, SIGNET_UNKNOWN, "journal.unknown",
                       "The store does not answer, so whether the change was made is not known.");
}

/* Commits with the entry as the last change, and settles its sequence. */
static int32_t commit(journal_t *journal, signet_call_t *call, const journal_position_t *position,
                      signet_text_t tenant, signet_change_t *changes, uint64_t count,
                      const signet_entry_t *entry)
{
    signet_store_t store;
    signet_text_t body;
    uint8_t leaf[JOURNAL_DIGEST] = {0};
    int64_t time = signet_now();
    signet_text_t key = journal_entry_key(call, position);
    int32_t status = key.data ? SIGNET_OK : signet_status(call);
    if (status == SIGNET_OK)
        status = journal_store(journal, call, &store);
    if (status == SIGNET_OK)
        status = write_body(call, position, time, tenant, entry, &body);
    if (status == SIGNET_OK)
        status = journal_leaf(call, key, signet_text_bytes(body), leaf);
    uint8_t state = JOURNAL_ABSENT;
    if (status == SIGNET_OK) {
        const signet_field_t fields[] = {
            signet_field_time("time", time),
            signet_field_text("event", entry->event),
            signet_field_text("object", entry->object),
            signet_field_text("actor", call->services->actor(call)->id),
            signet_field_text("trace", call->services->trace(call)),
            signet_field_text("tenant", tenant),
        };
        /* Each index costs each entry: where there is no tenant, none is stored. */
        uint64_t field_count = sizeof(fields) / sizeof(fields[0]) - (tenant.length == 0);
        changes[count] = signet_put(JOURNAL_ENTRIES, key, SIGNET_VERSION_ABSENT, fields,
                                    field_count, signet_text_bytes(body));
        status = store.interface->commit(store.instance, call, changes, count + 1);
        if (status == SIGNET_UNKNOWN)
            status = read_back(call, &store, key);
        if (status == SIGNET_OK)
            state = JOURNAL_PRESENT;
        else if (status == SIGNET_UNKNOWN)
            state = JOURNAL_DOUBT;
    }
    journal_tracker_settle(&journal->tracker, position->sequence, state, leaf);
    return status;
}

int32_t journal_write(journal_t *journal, signet_call_t *call, signet_text_t tenant,
                      const signet_change_t *changes, uint64_t count, const signet_entry_t *entry)
{
    journal_position_t position = {.node = journal->host->node};
    if (count > CHANGE_LIMIT)
        return signet_fail(call, SIGNET_INVALID, "journal.changes",
                           "A journaled commit has at most %u changes.", CHANGE_LIMIT);
    if (entry->event.length == 0 || entry->event.length > EVENT_LIMIT)
        return signet_fail(call, SIGNET_INVALID, "journal.event",
                           "An entry's event has 1 to %u octets.", EVENT_LIMIT);
    signet_change_t *all = signet_alloc(call, count + 1, sizeof(*all));
    if (!all)
        return signet_status(call);
    for (uint64_t i = 0; i < count; i++) {
        const signet_change_t *change = SIGNET_AT(signet_change_t, changes, i);
        memcpy(&all[i], change, change->size < sizeof(*all) ? change->size : sizeof(*all));
        all[i].size = sizeof(*all);
    }
    int32_t status = journal_begin(journal, call);
    if (status == SIGNET_OK)
        status = journal_tracker_begin(call, &journal->tracker, &position.sequence);
    if (status != SIGNET_OK)
        return status;
    position.epoch = journal->epoch;
    return commit(journal, call, &position, tenant, all, count, entry);
}

int32_t journal_commit(void *instance, signet_call_t *call, const signet_change_t *changes,
                       uint64_t count, const signet_entry_t *entry)
{
    return journal_write(instance, call, call->services->tenant(call), changes, count, entry);
}
