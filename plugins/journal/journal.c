#include "journal.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>

#define FLOOD_PERIOD_MS 1000

int32_t journal_store(const journal_t *journal, signet_call_t *call, signet_store_t *store)
{
    return signet_store(call, journal->store, store);
}

static int32_t init(journal_t *journal, signet_call_t *call)
{
    int32_t status = journal_tracker_init(call, &journal->tracker);
    if (status != SIGNET_OK)
        return status;
    status = journal_sealer_init(call, &journal->sealer);
    if (status != SIGNET_OK) {
        journal_tracker_clear(&journal->tracker);
        return status;
    }
    status = journal_flood_init(call, &journal->flood);
    if (status != SIGNET_OK) {
        journal_sealer_clear(&journal->sealer);
        journal_tracker_clear(&journal->tracker);
    }
    return status;
}

int32_t journal_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    if (!journal_name_valid(host->node))
        return signet_fail(call, SIGNET_INVALID, "journal.node",
                           "The node name '%.*s' must be 1 to %u letters, digits, '.', '_' or '-', "
                           "because it begins the keys of journal entries.",
                           SIGNET_FORMAT(host->node), JOURNAL_NODE_LIMIT);
    journal_t *journal = calloc(1, sizeof(*journal));
    if (!journal)
        return signet_fail_memory(call);
    journal->host = host;
    journal->head.file = -1;
    journal->store = signet_setting_text(host->settings, "store");
    journal->keys = signet_setting_text(host->settings, "keys");
    journal->key = signet_setting_text(host->settings, "key");
    journal->key_type = signet_setting_text(host->settings, "type");
    int32_t status = init(journal, call);
    if (status != SIGNET_OK) {
        free(journal);
        return status;
    }
    pthread_mutex_init(&journal->starting, NULL);
    *instance = journal;
    return SIGNET_OK;
}

static int32_t add_job(const journal_t *journal, signet_call_t *call, const char *name,
                       int64_t period_ms, int32_t (*run)(void *, signet_call_t *))
{
    const signet_job_t job = {.size = sizeof(job),
                              .lane = SIGNET_LANE_BACKGROUND,
                              .name = signet_text(name),
                              .period_ms = period_ms,
                              .run = run};
    return journal->host->services->add_job(journal->host, call, &job);
}

/* Takes the next epoch: no two processes write under the same one. */
static int32_t take_epoch(journal_t *journal, signet_call_t *call)
{
    journal_rollback_t *rollback = &journal->rollback;
    signet_field_t fields[JOURNAL_EPOCH_FIELDS];
    signet_change_t change;
    signet_store_t store;
    uint64_t epoch = rollback->epoch;
    rollback->epoch = (epoch > journal->sealer.epoch ? epoch : journal->sealer.epoch) + 1;
    journal_rollback_put(journal, &change, fields);
    int32_t status = journal_store(journal, call, &store);
    if (status == SIGNET_OK)
        status = store.interface->commit(store.instance, call, &change, 1);
    if (status == SIGNET_CONFLICT) {
        call->services->clear(call);
        return signet_fail(
            call, SIGNET_CONFLICT, "journal.two-nodes",
            "Another process starts as node '%.*s' at this moment: give each its own "
            "node name.",
            SIGNET_FORMAT(journal->host->node));
    }
    if (status != SIGNET_OK)
        return status;
    rollback->version++;
    journal->epoch = rollback->epoch;
    return SIGNET_OK;
}

/* Has the head file say that this epoch is taken, and that what it said before is dealt with. */
static void note_epoch(journal_t *journal, signet_call_t *call)
{
    journal_mark_t mark = {.epoch = journal->epoch, .seal = journal->sealer.index};
    memcpy(mark.node, journal->host->node.data, journal->host->node.length);
    memcpy(mark.digest, journal->sealer.digest, JOURNAL_DIGEST);
    journal_head_write(journal, call, &mark);
}

int32_t journal_begin(journal_t *journal, signet_call_t *call)
{
    int32_t status = SIGNET_OK;
    int began = 0;
    if (atomic_load_explicit(&journal->begun, memory_order_acquire))
        return SIGNET_OK;
    pthread_mutex_lock(&journal->starting);
    if (!atomic_load(&journal->begun)) {
        status = journal_sealer_load(journal, call);
        if (status == SIGNET_OK)
            status = journal_rollback_look(journal, call);
        if (status == SIGNET_OK)
            status = journal_sealer_recover(journal, call);
        if (status == SIGNET_OK)
            status = take_epoch(journal, call);
        if (status == SIGNET_OK)
            note_epoch(journal, call);
        if (status == SIGNET_OK)
            atomic_store_explicit(&journal->begun, 1, memory_order_release);
        began = status == SIGNET_OK;
    }
    pthread_mutex_unlock(&journal->starting);
    return began ? journal_rollback_tell(journal, call) : status;
}

int32_t journal_start(void *instance, signet_call_t *call)
{
    journal_t *journal = instance;
    signet_store_t store;
    int32_t status = journal_store(journal, call, &store);
    if (status == SIGNET_OK)
        status = journal_schema_declare(call, &store);
    /* A command that writes nothing leaves no trace; one that does begins when it does. */
    if (status != SIGNET_OK || journal->host->mode == SIGNET_MODE_COMMAND)
        return status;
    status = journal_key_load(journal, call, &journal->sealer.key);
    if (status == SIGNET_OK)
        status = journal_begin(journal, call);
    if (status == SIGNET_OK)
        status = journal_rollback_routes(journal, call);
    if (status == SIGNET_OK)
        status = add_job(journal, call, "seal",
                         signet_setting_integer(journal->host->settings, "interval", 1000),
                         journal_sealer_run);
    if (status == SIGNET_OK)
        status = add_job(journal, call, "summaries", FLOOD_PERIOD_MS, journal_flood_run);
    return status;
}

/* The journal is never opened twice in a process, and takes nothing new without a restart. */
int32_t journal_reload(void *instance, signet_call_t *call, const signet_host_t *host)
{
    const journal_t *journal = instance;
    const signet_setting_t *now = journal->host->settings;
    static const char *const texts[] = {"store", "keys", "key", "type", "head_file"};
    int same = signet_setting_integer(now, "interval", 0) ==
               signet_setting_integer(host->settings, "interval", 0);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        same = same && signet_text_equal(signet_setting_text(now, texts[i]),
                                         signet_setting_text(host->settings, texts[i]));
    if (same)
        return SIGNET_OK;
    return signet_fail(call, SIGNET_CONFLICT, "journal.restart-needed",
                       "The options of journal %.*s only change with a restart.",
                       SIGNET_FORMAT(host->name));
}

int32_t journal_stop(void *instance, signet_call_t *call)
{
    journal_t *journal = instance;
    int32_t summaries = journal_flood_flush(journal, call);
    if (summaries != SIGNET_OK)
        call->services->clear(call);
    int32_t status = journal_sealer_seal(journal, call);
    return status == SIGNET_OK ? summaries : status;
}

void journal_close(void *instance)
{
    journal_t *journal = instance;
    journal_head_close(&journal->head);
    journal_flood_clear(&journal->flood);
    journal_sealer_clear(&journal->sealer);
    journal_tracker_clear(&journal->tracker);
    pthread_mutex_destroy(&journal->starting);
    free(journal);
}
