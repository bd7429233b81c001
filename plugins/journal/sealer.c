#include "sealer.h"

#include "journal.h"
#include "seal.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <string.h>

int32_t journal_sealer_init(signet_call_t *call, journal_sealer_t *sealer)
{
    if (pthread_mutex_init(&sealer->mutex, NULL) != 0)
        return signet_fail_memory(call);
    if (pthread_mutex_init(&sealer->state, NULL) != 0) {
        pthread_mutex_destroy(&sealer->mutex);
        return signet_fail_memory(call);
    }
    return SIGNET_OK;
}

void journal_sealer_clear(journal_sealer_t *sealer)
{
    journal_key_clear(&sealer->key);
    pthread_mutex_destroy(&sealer->state);
    pthread_mutex_destroy(&sealer->mutex);
}

int journal_sealer_covers(journal_sealer_t *sealer, uint64_t epoch, uint64_t sequence)
{
    pthread_mutex_lock(&sealer->state);
    int covered = epoch < sealer->epoch || (epoch == sealer->epoch && sequence <= sealer->sequence);
    pthread_mutex_unlock(&sealer->state);
    return covered;
}

static void set_end(journal_sealer_t *sealer, uint64_t index, uint64_t epoch, uint64_t sequence,
                    const uint8_t digest[JOURNAL_DIGEST])
{
    pthread_mutex_lock(&sealer->state);
    sealer->index = index;
    sealer->epoch = epoch;
    sealer->sequence = sequence;
    memcpy(sealer->digest, digest, JOURNAL_DIGEST);
    pthread_mutex_unlock(&sealer->state);
}

/* Stores a seal. Where one stands there already that covers the same entries, an earlier try of
 * ours went through after all, and that one counts: `body` and `last` are then its own. */
static int32_t store_seal(const journal_t *journal, signet_call_t *call, const journal_seal_t *seal,
                          signet_bytes_t *body, uint64_t *last)
{
    const signet_record_t *record = NULL;
    signet_store_t store;
    signet_text_t key = journal_seal_key(call, seal->node, seal->index);
    const signet_field_t fields[] = {
        signet_field_integer("epoch", (int64_t)seal->range.epoch),
        signet_field_integer("first", (int64_t)seal->range.first),
        signet_field_integer("last", (int64_t)seal->range.last),
    };
    const signet_change_t change =
        signet_put(JOURNAL_SEALS, key, SIGNET_VERSION_ABSENT, fields, 3, *body);
    *last = seal->range.last;
    int32_t status = journal_store(journal, call, &store);
    if (status == SIGNET_OK)
        status = store.interface->commit(store.instance, call, &change, 1);
    if (status != SIGNET_CONFLICT && status != SIGNET_UNKNOWN)
        return status;
    call->services->clear(call);
    status = store.interface->get(store.instance, call, SIGNET_TEXT(JOURNAL_SEALS), key, &record);
    if (status != SIGNET_OK)
        return status;
    if ((uint64_t)signet_record_integer(record, "epoch") != seal->range.epoch ||
        (uint64_t)signet_record_integer(record, "first") != seal->range.first)
        return signet_fail(call, SIGNET_CONFLICT, "journal.two-nodes",
                           "Another process writes the journal of node '%.*s': give each its own "
                           "node name.",
                           SIGNET_FORMAT(seal->node));
    *last = (uint64_t)signet_record_integer(record, "last");
    *body = record->body;
    return SIGNET_OK;
}

/* Has the head file say how far the journal is. */
static void note_head(journal_t *journal, signet_call_t *call)
{
    const journal_sealer_t *sealer = &journal->sealer;
    journal_mark_t mark = journal->head.mark;
    if (mark.restored)
        return;
    memset(mark.node, 0, sizeof(mark.node));
    memcpy(mark.node, journal->host->node.data, journal->host->node.length);
    mark.epoch = sealer->epoch > mark.epoch ? sealer->epoch : mark.epoch;
    mark.seal = sealer->index;
    memcpy(mark.digest, sealer->digest, JOURNAL_DIGEST);
    journal_head_write(journal, call, &mark);
}

/* Signs a range and appends it to the chain. */
static int32_t seal_range(journal_t *journal, signet_call_t *call, const journal_range_t *range)
{
    journal_sealer_t *sealer = &journal->sealer;
    uint64_t before = sealer->floor > sealer->index ? sealer->floor : sealer->index;
    journal_seal_t seal = {.node = journal->host->node,
                           .index = before + 1,
                           .follows = sealer->index,
                           .time = signet_now(),
                           .range = *range};
    signet_bytes_t message;
    signet_bytes_t body;
    uint8_t digest[JOURNAL_DIGEST];
    uint64_t last = 0;
    int32_t status = journal_key_load(journal, call, &sealer->key);
    if (status != SIGNET_OK)
        return status;
    seal.key = signet_text(sealer->key.fingerprint);
    seal.uri = signet_text(sealer->key.uri);
    seal.algorithm = signet_text(sealer->key.algorithm);
    memcpy(seal.previous, sealer->digest, JOURNAL_DIGEST);
    signet_bytes_t leaves =
        signet_bytes_copy(call, (signet_bytes_t){range->leaves, range->count * JOURNAL_DIGEST});
    if (range->count && !leaves.data)
        return signet_status(call);
    status = journal_root(call, (uint8_t *)(uintptr_t)leaves.data, range->count, seal.root);
    if (status == SIGNET_OK)
        status = journal_seal_message(call, &seal, &message);
    if (status == SIGNET_OK)
        status = journal_key_sign(journal, call, &sealer->key, message, &seal.signature);
    if (status == SIGNET_OK)
        status = journal_seal_write(call, &seal, &body);
    if (status == SIGNET_OK)
        status = store_seal(journal, call, &seal, &body, &last);
    if (status == SIGNET_OK)
        status = journal_digest(call, body, digest);
    if (status != SIGNET_OK)
        return status;
    set_end(sealer, seal.index, range->epoch, last, digest);
    note_head(journal, call);
    return SIGNET_OK;
}

/* Runs a step in a child call, so that a long backlog needs the memory of one seal only. */
static int32_t in_child(journal_t *journal, signet_call_t *call,
                        int32_t (*step)(journal_t *, signet_call_t *, int *), int *more)
{
    signet_call_t *child = call->services->child(call);
    if (!child)
        return signet_status(call);
    *more = 0;
    int32_t status = step(journal, child, more);
    status = signet_child_end(call, child, status);
    return status;
}

/* --- recovery ---------------------------------------------------------------------------- */

int32_t journal_sealer_load(journal_t *journal, signet_call_t *call)
{
    journal_sealer_t *sealer = &journal->sealer;
    signet_text_t prefix = signet_format(call, "%.*s/", SIGNET_FORMAT(journal->host->node));
    const signet_field_t value = signet_field_text("key", prefix);
    const signet_condition_t condition = journal_condition(SIGNET_COMPARE_PREFIX, &value);
    const signet_query_t query = {.size = sizeof(query),
                                  .flags = SIGNET_QUERY_DESCENDING,
                                  .collection = SIGNET_TEXT(JOURNAL_SEALS),
                                  .conditions = &condition,
                                  .condition_count = 1,
                                  .limit = 1};
    const signet_page_t *page = NULL;
    signet_store_t store;
    int32_t status = journal_store(journal, call, &store);
    if (status == SIGNET_OK)
        status = store.interface->query(store.instance, call, &query, &page);
    if (status != SIGNET_OK || page->count == 0)
        return status;
    const signet_record_t *record = page->records[0];
    signet_text_t number;
    signet_text_split(record->key, '/', &number);
    uint64_t index = 0;
    uint8_t digest[JOURNAL_DIGEST];
    if (!journal_number(number, &index))
        return signet_fail(call, SIGNET_CORRUPT, "journal.seal", "'%.*s' is no seal's key.",
                           SIGNET_FORMAT(record->key));
    journal_seal_t seal;
    status = journal_digest(call, record->body, digest);
    /* A damaged one is what `journal verify` tells about. */
    if (status == SIGNET_OK && journal_seal_read(call, record->body, &seal) == SIGNET_OK)
        sealer->time = seal.time;
    else if (status == SIGNET_OK)
        call->services->clear(call);
    if (status == SIGNET_OK)
        set_end(sealer, index, (uint64_t)signet_record_integer(record, "epoch"),
                (uint64_t)signet_record_integer(record, "last"), digest);
    return status;
}

/* The key of one entry of this node: the first after `from`, or the last of an epoch. */
static int32_t find_entry(const journal_t *journal, signet_call_t *call,
                          const journal_position_t *from, const journal_position_t *to,
                          uint32_t flags, journal_position_t *found)
{
    const signet_field_t low = signet_field_text("key", journal_entry_key(call, from));
    const signet_field_t high = signet_field_text("key", journal_entry_key(call, to));
    const signet_condition_t conditions[] = {journal_condition(SIGNET_COMPARE_GREATER, &low),
                                             journal_condition(SIGNET_COMPARE_AT_MOST, &high)};
    const signet_query_t query = {.size = sizeof(query),
                                  .flags = flags | SIGNET_QUERY_NO_BODY,
                                  .collection = SIGNET_TEXT(JOURNAL_ENTRIES),
                                  .conditions = conditions,
                                  .condition_count = 2,
                                  .limit = 1};
    const signet_page_t *page = NULL;
    signet_store_t store;
    memset(found, 0, sizeof(*found));
    int32_t status = journal_store(journal, call, &store);
    if (status == SIGNET_OK)
        status = store.interface->query(store.instance, call, &query, &page);
    if (status != SIGNET_OK || page->count == 0)
        return status;
    if (!journal_entry_position(page->records[0]->key, found))
        return signet_fail(call, SIGNET_CORRUPT, "journal.entry", "'%.*s' is no entry's key.",
                           SIGNET_FORMAT(page->records[0]->key));
    return SIGNET_OK;
}

/* Seals the next range that an earlier process left behind. */
static int32_t recover_step(journal_t *journal, signet_call_t *call, int *more)
{
    const journal_sealer_t *sealer = &journal->sealer;
    const journal_position_t sealed = {journal->host->node, sealer->epoch, sealer->sequence};
    const journal_position_t end = {journal->host->node, UINT64_MAX, UINT64_MAX};
    journal_position_t next;
    journal_position_t last;
    journal_range_t range;
    int32_t status = find_entry(journal, call, &sealed, &end, 0, &next);
    if (status != SIGNET_OK || next.epoch == 0)
        return status;
    const journal_position_t epoch_begin = {journal->host->node, next.epoch, 0};
    const journal_position_t epoch_end = {journal->host->node, next.epoch, UINT64_MAX};
    status = find_entry(journal, call, &epoch_begin, &epoch_end, SIGNET_QUERY_DESCENDING, &last);
    if (status == SIGNET_OK)
        status = journal_range_begin(
            call, next.epoch, next.epoch == sealer->epoch ? sealer->sequence + 1 : 1, &range);
    if (status == SIGNET_OK)
        status = journal_range_load(journal, call, last.sequence, &range);
    if (status == SIGNET_OK)
        status = seal_range(journal, call, &range);
    *more = status == SIGNET_OK;
    return status;
}

int32_t journal_sealer_recover(journal_t *journal, signet_call_t *call)
{
    int more = 1;
    pthread_mutex_lock(&journal->sealer.mutex);
    int32_t status = SIGNET_OK;
    while (status == SIGNET_OK && more)
        status = in_child(journal, call, recover_step, &more);
    pthread_mutex_unlock(&journal->sealer.mutex);
    return status;
}

/* --- sealing ----------------------------------------------------------------------------- */

static int32_t seal_step(journal_t *journal, signet_call_t *call, int *more)
{
    const journal_sealer_t *sealer = &journal->sealer;
    journal_range_t range;
    uint64_t first = sealer->epoch == journal->epoch ? sealer->sequence + 1 : 1;
    int32_t status = journal_range_begin(call, journal->epoch, first, &range);
    if (status == SIGNET_OK)
        status = journal_range_track(journal, call, &range);
    if (status != SIGNET_OK)
        return status;
    uint64_t span = range.last + 1 - range.first;
    /* Gaps alone wait for the entry after them. */
    if (range.count == 0 && span < JOURNAL_SPAN)
        return SIGNET_OK;
    status = seal_range(journal, call, &range);
    if (status == SIGNET_OK)
        journal_tracker_forget(&journal->tracker, sealer->sequence);
    *more = status == SIGNET_OK;
    return status;
}

int32_t journal_sealer_seal(journal_t *journal, signet_call_t *call)
{
    int more = 1;
    int32_t status = SIGNET_OK;
    if (!atomic_load(&journal->begun))
        return SIGNET_OK;
    pthread_mutex_lock(&journal->sealer.mutex);
    while (status == SIGNET_OK && more)
        status = in_child(journal, call, seal_step, &more);
    pthread_mutex_unlock(&journal->sealer.mutex);
    return status;
}

int32_t journal_sealer_run(void *instance, signet_call_t *call)
{
    int32_t status = journal_clock_look(instance, call);
    return status == SIGNET_OK ? journal_sealer_seal(instance, call) : status;
}
