#include "range.h"

#include "journal.h"

#include <signet/sdk/error.h>
#include <string.h>

#define PAGE 500U

int32_t journal_range_begin(signet_call_t *call, uint64_t epoch, uint64_t first,
                            journal_range_t *range)
{
    memset(range, 0, sizeof(*range));
    range->epoch = epoch;
    range->first = first;
    range->last = first - 1;
    range->leaves = signet_alloc(call, JOURNAL_SPAN, JOURNAL_DIGEST);
    range->gaps = signet_alloc(call, (uint64_t)JOURNAL_SPAN, 2 * sizeof(uint64_t));
    return range->leaves && range->gaps ? SIGNET_OK : signet_status(call);
}

void journal_range_present(journal_range_t *range, const uint8_t leaf[JOURNAL_DIGEST])
{
    memcpy(range->leaves + range->count * JOURNAL_DIGEST, leaf, JOURNAL_DIGEST);
    range->count++;
    range->last++;
}

void journal_range_absent(journal_range_t *range)
{
    range->last++;
    if (range->gap_count > 0 && range->gaps[2 * range->gap_count - 1] + 1 == range->last) {
        range->gaps[2 * range->gap_count - 1] = range->last;
        return;
    }
    range->gaps[2 * range->gap_count] = range->last;
    range->gaps[2 * range->gap_count + 1] = range->last;
    range->gap_count++;
}

static uint64_t span(const journal_range_t *range)
{
    return range->last + 1 - range->first;
}

/* One page of stored entries, from the sequence after the range's last up to `last`. */
static int32_t load_page(const journal_t *journal, signet_call_t *call, uint64_t last,
                         journal_range_t *range, int *more)
{
    const journal_position_t from = {journal->host->node, range->epoch, range->last + 1};
    const journal_position_t to = {journal->host->node, range->epoch, last};
    const signet_field_t low = signet_field_text("key", journal_entry_key(call, &from));
    const signet_field_t high = signet_field_text("key", journal_entry_key(call, &to));
    const signet_condition_t conditions[] = {journal_condition(SIGNET_COMPARE_AT_LEAST, &low),
                                             journal_condition(SIGNET_COMPARE_AT_MOST, &high)};
    const signet_query_t query = {.size = sizeof(query),
                                  .collection = SIGNET_TEXT(JOURNAL_ENTRIES),
                                  .conditions = conditions,
                                  .condition_count = 2,
                                  .limit = PAGE};
    signet_store_t store;
    const signet_page_t *page = NULL;
    int32_t status = journal_store(journal, call, &store);
    if (status == SIGNET_OK)
        status = store.interface->query(store.instance, call, &query, &page);
    for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++) {
        const signet_record_t *record = page->records[i];
        journal_position_t position;
        uint8_t leaf[JOURNAL_DIGEST];
        /* A key that is no entry's is left for verification to name. */
        if (!journal_entry_position(record->key, &position))
            continue;
        while (range->last + 1 < position.sequence && span(range) < JOURNAL_SPAN)
            journal_range_absent(range);
        if (span(range) == JOURNAL_SPAN)
            break;
        status = journal_leaf(call, record->key, record->body, leaf);
        if (status == SIGNET_OK)
            journal_range_present(range, leaf);
    }
    *more = status == SIGNET_OK && page->cursor.length > 0 && span(range) < JOURNAL_SPAN;
    return status;
}

int32_t journal_range_load(journal_t *journal, signet_call_t *call, uint64_t last,
                           journal_range_t *range)
{
    int32_t status = SIGNET_OK;
    int more = 1;
    while (more && status == SIGNET_OK) {
        signet_call_t *child = call->services->child(call);
        if (!child)
            return signet_status(call);
        status = load_page(journal, child, last, range, &more);
        status = signet_child_end(call, child, status);
    }
    while (status == SIGNET_OK && range->last < last && span(range) < JOURNAL_SPAN)
        journal_range_absent(range);
    return status;
}

/* Asks the store about an entry whose commit had no certain outcome. */
static int32_t resolve(journal_t *journal, signet_call_t *call, uint64_t sequence,
                       journal_slot_t *slot)
{
    const journal_position_t position = {journal->host->node, journal->epoch, sequence};
    signet_text_t key = journal_entry_key(call, &position);
    const signet_record_t *record = NULL;
    signet_store_t store;
    int32_t status = journal_store(journal, call, &store);
    if (status == SIGNET_OK)
        status =
            store.interface->get(store.instance, call, SIGNET_TEXT(JOURNAL_ENTRIES), key, &record);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        slot->state = JOURNAL_ABSENT;
    } else if (status == SIGNET_OK) {
        status = journal_leaf(call, key, record->body, slot->leaf);
        slot->state = JOURNAL_PRESENT;
    }
    if (status != SIGNET_OK && status != SIGNET_NOT_FOUND)
        return status;
    journal_tracker_settle(&journal->tracker, sequence, slot->state, slot->leaf);
    return SIGNET_OK;
}

int32_t journal_range_track(journal_t *journal, signet_call_t *call, journal_range_t *range)
{
    journal_slot_t *slots = signet_alloc(call, JOURNAL_SPAN, sizeof(*slots));
    uint64_t kept = 0;
    if (!slots)
        return signet_status(call);
    uint64_t count =
        journal_tracker_copy(&journal->tracker, range->first, JOURNAL_SPAN, slots, &kept);
    if (kept > range->first)
        return journal_range_load(journal, call, kept - 1, range);
    for (uint64_t i = 0; i < count; i++) {
        if (slots[i].state == JOURNAL_DOUBT) {
            int32_t status = resolve(journal, call, range->first + i, &slots[i]);
            if (status != SIGNET_OK)
                return status;
        }
        if (slots[i].state == JOURNAL_PRESENT)
            journal_range_present(range, slots[i].leaf);
        else
            journal_range_absent(range);
    }
    return SIGNET_OK;
}
