#include "rollback.h"

#include "journal.h"

#include <inttypes.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <string.h>

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* What the store says about this node. */
static int32_t load_record(journal_t *journal, signet_call_t *call)
{
    journal_rollback_t *rollback = &journal->rollback;
    const signet_record_t *record = NULL;
    signet_store_t store;
    int32_t status = journal_store(journal, call, &store);
    if (status == SIGNET_OK)
        status = store.interface->get(store.instance, call, SIGNET_TEXT(JOURNAL_EPOCHS),
                                      journal->host->node, &record);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        rollback->version = SIGNET_VERSION_ABSENT;
        return SIGNET_OK;
    }
    if (status != SIGNET_OK)
        return status;
    rollback->version = record->version;
    rollback->epoch = (uint64_t)signet_record_integer(record, "epoch");
    rollback->floor = (uint64_t)signet_record_integer(record, "seal_floor");
    atomic_store(&rollback->since, signet_record_integer(record, "rolled_back"));
    return SIGNET_OK;
}

/* Whether the store is behind what its head file says, or has another past. */
static int is_behind(const journal_t *journal, const journal_mark_t *mark)
{
    const journal_sealer_t *sealer = &journal->sealer;
    if (mark->restored)
        return 1;
    if (!signet_text_is(journal->host->node, mark->node))
        return 0;
    if (mark->epoch > larger(journal->rollback.epoch, sealer->epoch))
        return 1;
    uint64_t end = larger(sealer->index, journal->rollback.floor);
    return mark->seal > end || (mark->seal == sealer->index && mark->seal > 0 &&
                                memcmp(mark->digest, sealer->digest, JOURNAL_DIGEST) != 0);
}

void journal_rollback_put(const journal_t *journal, signet_change_t *change,
                          signet_field_t fields[JOURNAL_EPOCH_FIELDS])
{
    const journal_rollback_t *rollback = &journal->rollback;
    fields[0] = signet_field_integer("epoch", (int64_t)rollback->epoch);
    fields[1] = signet_field_integer("seal_floor", (int64_t)rollback->floor);
    fields[2] = signet_field_time("rolled_back", atomic_load(&rollback->since));
    *change = signet_put(JOURNAL_EPOCHS, journal->host->node, rollback->version, fields,
                         JOURNAL_EPOCH_FIELDS, signet_text_bytes(SIGNET_TEXT("{}")));
}

/* No node takes more than an epoch a second or makes more than a seal a millisecond: numbers from
 * the clock lie above all that was given and lost. Where the clock is behind, at least above all
 * that is known. */
static int32_t go_above(journal_t *journal, signet_call_t *call, const journal_mark_t *mark)
{
    journal_rollback_t *rollback = &journal->rollback;
    int64_t now = signet_now();
    uint64_t time = now > 0 ? (uint64_t)now : 0;
    signet_field_t fields[JOURNAL_EPOCH_FIELDS];
    signet_change_t change;
    signet_store_t store;
    rollback->fresh = 1;
    rollback->restored = mark->restored;
    rollback->known_epoch = mark->epoch;
    rollback->known_seal = mark->seal;
    rollback->found_epoch = rollback->epoch;
    rollback->found_seal = journal->sealer.index;
    rollback->epoch = larger(larger(rollback->epoch, mark->epoch), time / 1000);
    rollback->floor = larger(larger(journal->sealer.index, rollback->floor), mark->seal);
    rollback->floor = larger(rollback->floor, time);
    atomic_store(&rollback->since, now > 0 ? now : 1);
    journal_rollback_put(journal, &change, fields);
    int32_t status = journal_store(journal, call, &store);
    if (status == SIGNET_OK)
        status = store.interface->commit(store.instance, call, &change, 1);
    if (status == SIGNET_OK)
        rollback->version++;
    return status;
}

int32_t journal_rollback_look(journal_t *journal, signet_call_t *call)
{
    int32_t status = load_record(journal, call);
    if (status == SIGNET_OK)
        status = journal_head_open(journal, call);
    if (status == SIGNET_OK && is_behind(journal, &journal->head.mark))
        status = go_above(journal, call, &journal->head.mark);
    if (status == SIGNET_OK)
        journal->sealer.floor = journal->rollback.floor;
    return status;
}

/* The journal's entry about a rollback that was noticed just now. */
static int32_t write_entry(journal_t *journal, signet_call_t *call)
{
    const journal_rollback_t *rollback = &journal->rollback;
    const signet_pair_t fields[] = {
        signet_pair("cause", rollback->restored ? SIGNET_TEXT("a backup was restored")
                                                : SIGNET_TEXT("the store is older than its head")),
        signet_pair("known_epoch", signet_format(call, "%" PRIu64, rollback->known_epoch)),
        signet_pair("known_seal", signet_format(call, "%" PRIu64, rollback->known_seal)),
        signet_pair("found_epoch", signet_format(call, "%" PRIu64, rollback->found_epoch)),
        signet_pair("found_seal", signet_format(call, "%" PRIu64, rollback->found_seal)),
    };
    const signet_entry_t entry = {
        .size = sizeof(entry),
        .event = SIGNET_TEXT(SIGNET_EVENT_JOURNAL_ROLLED_BACK),
        .object = signet_format(call, "node:%.*s", SIGNET_FORMAT(journal->host->node)),
        .fields = fields,
        .field_count = sizeof(fields) / sizeof(fields[0])};
    return journal_write(journal, call, call->services->tenant(call), NULL, 0, &entry);
}

int32_t journal_rollback_tell(journal_t *journal, signet_call_t *call)
{
    const journal_rollback_t *rollback = &journal->rollback;
    if (atomic_load(&rollback->since) == 0)
        return SIGNET_OK;
    if (rollback->fresh)
        signet_log(journal->host, call, SIGNET_LOG_ERROR, "journal.rolled-back",
                   "The store was put back to an earlier state: it ends at seal %" PRIu64
                   ", and this node was at seal %" PRIu64 " when it was last heard of. What lies "
                   "between is lost. Nothing is signed until an administrator acknowledges it: "
                   "signet journal acknowledge.",
                   rollback->found_seal, rollback->known_seal);
    else
        signet_log(
            journal->host, call, SIGNET_LOG_ERROR, "journal.rolled-back",
            "The store was put back to an earlier state, and nobody has acknowledged it yet: "
            "nothing is signed. See signet journal acknowledge.");
    return rollback->fresh ? write_entry(journal, call) : SIGNET_OK;
}

int32_t journal_ready(void *instance, signet_call_t *call)
{
    journal_t *journal = instance;
    int32_t status = journal_begin(journal, call);
    if (status != SIGNET_OK || atomic_load(&journal->rollback.since) == 0)
        return status;
    return signet_fail(call, SIGNET_UNAVAILABLE, "journal.rolled-back",
                       "The records were put back to an earlier state; nothing is signed until an "
                       "administrator acknowledges it.");
}
