#include "writer.h"

#include "merge.h"
#include "store.h"
#include "transaction.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <string.h>
#include <time.h>

/* The most commits of one transaction: bounds how long the first of them waits for the last. */
#define BATCH_LIMIT 512U
/* At each commit SQLite walks through what is cached, so more than is of use costs. */
#define CACHE_KIB 8192
/* From how many waiting commits on it gathers more, and how long without another is taken for their
 * end. */
#define GATHER_FROM 4
#define GATHER_NANOSECONDS 200000L
/* Of the users that were seen, one in so many is forgotten with each transaction. */
#define FORGETTING 256
/* A transaction that takes longer is held up by its sync, and is best shared by all. */
#define SLOW_MICROSECONDS 2000
/* How long there is no commit before entries are merged. */
#define REST_NANOSECONDS 200000000L

/* A commit on its way; it lives on the stack of the thread that waits for it. */
struct store_commit {
    store_commit_t *next;
    store_change_t *changes;
    uint64_t count;
    uint64_t at; /* the change that a conflict is about */
    int32_t status;
    store_failure_t failure;
    signet_call_t *call; /* pauses meanwhile */
};

int32_t store_writer_init(signet_call_t *call, store_writer_t *writer)
{
    if (pthread_mutex_init(&writer->gate, NULL) != 0)
        return signet_fail_memory(call);
    if (pthread_mutex_init(&writer->mutex, NULL) != 0) {
        pthread_mutex_destroy(&writer->gate);
        return signet_fail_memory(call);
    }
    pthread_condattr_t attributes;
    int failed = pthread_condattr_init(&attributes);
    if (!failed) {
        failed = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) ||
                 pthread_cond_init(&writer->wake, &attributes);
        pthread_condattr_destroy(&attributes);
    }
    if (!failed)
        return SIGNET_OK;
    pthread_mutex_destroy(&writer->gate);
    pthread_mutex_destroy(&writer->mutex);
    return signet_fail_memory(call);
}

void store_writer_clear(store_writer_t *writer)
{
    pthread_cond_destroy(&writer->wake);
    pthread_mutex_destroy(&writer->mutex);
    pthread_mutex_destroy(&writer->gate);
}

/* One transaction with every commit of the batch. A conflict leaves out its own commit; any other
 * failure undoes all. BUSY: it was undone, and is to be done again carefully. */
static int32_t write_all(store_t *store, store_commit_t *batch, int careful,
                         store_failure_t *failure)
{
    store_writer_t *writer = &store->writer;
    if (store_transaction_begin(store, failure) != SIGNET_OK)
        return failure->status;
    for (store_commit_t *commit = batch; commit; commit = commit->next) {
        commit->status = store_changes_apply(writer->database, &store->leases, commit->changes,
                                             commit->count, careful, &commit->at);
        if (commit->status == SIGNET_BUSY) {
            store_transaction_undo(store);
            return SIGNET_BUSY;
        }
        if (commit->status != SIGNET_OK && commit->status != SIGNET_CONFLICT) {
            *failure = store_failure(writer->database);
            store_transaction_undo(store);
            return failure->status;
        }
    }
    return store_transaction_commit(store, failure);
}

static int64_t microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Those who use the store now are those that are answered and those that wait at least. What was
 * seen once is forgotten slowly: most of them compute at the time. */
static void learn(store_writer_t *writer, uint64_t answered, int64_t duration)
{
    pthread_mutex_lock(&writer->mutex);
    uint64_t seen = answered + writer->queued;
    uint64_t before = writer->users - (writer->users + FORGETTING - 1) / FORGETTING;
    writer->users = seen > before ? seen : before;
    writer->is_slow = duration > SLOW_MICROSECONDS;
    pthread_mutex_unlock(&writer->mutex);
}

static void write_batch(store_t *store, store_commit_t *batch, uint64_t count)
{
    const signet_host_services_t *services = store->host->services;
    store_failure_t failure = {SIGNET_OK, 0, 0};
    int64_t begin = microseconds();
    pthread_mutex_lock(&store->writer.gate);
    int32_t status = write_all(store, batch, 0, &failure);
    if (status == SIGNET_BUSY)
        status = write_all(store, batch, 1, &failure);
    store_merge_look(store);
    pthread_mutex_unlock(&store->writer.gate);
    services->record(store->host, store->writer.commits, (int64_t)count);
    services->record(store->host, store->writer.batches, 1);
    int64_t duration = microseconds() - begin;
    services->record(store->host, store->writer.duration, duration);
    learn(&store->writer, count, duration);
    if (status != SIGNET_OK)
        signet_log(store->host, NULL, SIGNET_LOG_ERROR, "store.commit-failed",
                   "%llu commits to %.*s failed: %s.", (unsigned long long)count,
                   SIGNET_FORMAT(store->path), sqlite3_errstr(failure.code));
    while (batch) {
        /* Once woken, the waiter's stack is its own again. */
        store_commit_t *next = batch->next;
        if (status != SIGNET_OK) {
            batch->status = status;
            batch->failure = failure;
        }
        batch->call->services->resume(batch->call);
        batch = next;
    }
}

static struct timespec after(long nanoseconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += nanoseconds;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    return until;
}

/* Waits for a commit, or for so long a rest that entries are to be merged in it. [any] */
static void wait_for_work(store_writer_t *writer)
{
    struct timespec until = after(REST_NANOSECONDS);
    int resting = 0;
    while (!writer->first && !writer->ending && !resting) {
        if (atomic_load(&writer->missing))
            resting = pthread_cond_timedwait(&writer->wake, &writer->mutex, &until) != 0;
        else
            pthread_cond_wait(&writer->wake, &writer->mutex);
    }
}

/* How many commits to write at once. One sync serves all that wait, so more are waited for as long
 * as they come. But while all users' commits are written nobody computes; so one half of them is
 * waited for and written, and the other half goes on meanwhile. */
static uint64_t gather(store_writer_t *writer)
{
    uint64_t half = writer->users / 2 < BATCH_LIMIT ? writer->users / 2 : BATCH_LIMIT;
    uint64_t seen = 0;
    while (writer->queued >= GATHER_FROM && writer->queued < half && writer->queued > seen &&
           !writer->ending) {
        struct timespec until = after(GATHER_NANOSECONDS);
        seen = writer->queued;
        writer->wanted = half;
        pthread_cond_timedwait(&writer->wake, &writer->mutex, &until);
        writer->wanted = 0;
    }
    int divides = !writer->is_slow && half >= GATHER_FROM && writer->queued >= half + half / 2;
    return divides ? half : BATCH_LIMIT;
}

/* Takes the queue's head off, as many commits as are best written at once; waits for one. None:
 * after a rest, or at the end. */
static store_commit_t *take(store_writer_t *writer, uint64_t *count, int *ending)
{
    pthread_mutex_lock(&writer->mutex);
    wait_for_work(writer);
    uint64_t limit = gather(writer);
    *ending = writer->ending;
    store_commit_t *batch = writer->first;
    store_commit_t *end = batch;
    *count = batch ? 1 : 0;
    while (end && end->next && *count < limit) {
        end = end->next;
        ++*count;
    }
    if (end) {
        writer->first = end->next;
        end->next = NULL;
    }
    if (!writer->first)
        writer->last = NULL;
    writer->queued -= *count;
    pthread_mutex_unlock(&writer->mutex);
    return batch;
}

static void *run(void *argument)
{
    store_t *store = argument;
    for (;;) {
        uint64_t count = 0;
        int ending = 0;
        store_commit_t *batch = take(&store->writer, &count, &ending);
        if (batch) {
            write_batch(store, batch, count);
            store_merge_due(store);
        } else {
            store_merge_rest(store);
            if (ending)
                return NULL;
        }
    }
}

static int on_log_growth(void *argument, sqlite3 *database, const char *name, int pages)
{
    (void)database;
    (void)name;
    store_checkpoint_notice(argument, pages);
    return SQLITE_OK;
}

static int32_t add_metrics(signet_call_t *call, store_t *store)
{
    store_writer_t *writer = &store->writer;
    const struct {
        uint32_t kind;
        const char *name;
        const char *help;
        uint64_t *number;
    } metrics[] = {
        {SIGNET_METRIC_COUNTER, "signet_store_commits_total", "Commits written or refused.",
         &writer->commits},
        {SIGNET_METRIC_COUNTER, "signet_store_batches_total", "Transactions, each with one sync.",
         &writer->batches},
        {SIGNET_METRIC_HISTOGRAM, "signet_store_batch_microseconds", "Duration of a transaction.",
         &writer->duration},
    };
    signet_text_t labels = signet_format(call, "store=\"%.*s\"", SIGNET_FORMAT(store->host->name));
    for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
        const signet_metric_t metric = {.size = sizeof(metric),
                                        .kind = metrics[i].kind,
                                        .name = signet_text(metrics[i].name),
                                        .help = signet_text(metrics[i].help),
                                        .labels = labels};
        int32_t status =
            store->host->services->add_metric(store->host, call, &metric, metrics[i].number);
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}

static int32_t prepare(signet_call_t *call, store_t *store)
{
    store_writer_t *writer = &store->writer;
    int code = sqlite3_prepare_v3(writer->database, "BEGIN IMMEDIATE", -1,
                                  SQLITE_PREPARE_PERSISTENT, &writer->begin, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v3(writer->database, "COMMIT", -1, SQLITE_PREPARE_PERSISTENT,
                                  &writer->commit, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v3(writer->database, "ROLLBACK", -1, SQLITE_PREPARE_PERSISTENT,
                                  &writer->rollback, NULL);
    if (code == SQLITE_OK) {
        sqlite3_wal_hook(writer->database, on_log_growth, &store->checkpoint);
        return SIGNET_OK;
    }
    store_failure_t failure = store_failure(writer->database);
    return store_fail(call, &failure, store->path);
}

int32_t store_writer_start(signet_call_t *call, store_t *store)
{
    store_writer_t *writer = &store->writer;
    int32_t status = add_metrics(call, store);
    if (status == SIGNET_OK)
        status = store_file_connect(call, &store->file, 1, CACHE_KIB, &writer->database);
    if (status == SIGNET_OK)
        status = prepare(call, store);
    if (status != SIGNET_OK)
        return status;
    if (pthread_create(&writer->thread, NULL, run, store) != 0)
        return signet_fail(call, SIGNET_NO_MEMORY, "store.thread",
                           "The writer's thread cannot be started.");
    writer->running = 1;
    return SIGNET_OK;
}

void store_writer_stop(store_t *store)
{
    store_writer_t *writer = &store->writer;
    pthread_mutex_lock(&writer->mutex);
    writer->ending = 1;
    pthread_cond_signal(&writer->wake);
    pthread_mutex_unlock(&writer->mutex);
    if (writer->running)
        pthread_join(writer->thread, NULL);
    writer->running = 0;
    pthread_mutex_lock(&writer->gate);
    sqlite3_finalize(writer->begin);
    sqlite3_finalize(writer->commit);
    sqlite3_finalize(writer->rollback);
    writer->begin = writer->commit = writer->rollback = NULL;
    store_catalogue_finalize(&store->catalogue);
    sqlite3_close(writer->database);
    writer->database = NULL;
    pthread_mutex_unlock(&writer->gate);
}

static int enqueue(store_writer_t *writer, store_commit_t *commit)
{
    pthread_mutex_lock(&writer->mutex);
    int open = writer->running && !writer->ending;
    if (open) {
        if (writer->last)
            writer->last->next = commit;
        else
            writer->first = commit;
        writer->last = commit;
        /* The writer waits only where there is none, or for so many. */
        if (++writer->queued == 1 || writer->queued == writer->wanted)
            pthread_cond_signal(&writer->wake);
    }
    pthread_mutex_unlock(&writer->mutex);
    return open;
}

int32_t store_commit(void *instance, signet_call_t *call, const signet_change_t *changes,
                     uint64_t count)
{
    store_t *store = instance;
    store_commit_t commit;
    memset(&commit, 0, sizeof(commit));
    if (store->file.read_only)
        return store_fail_read_only(call);
    int32_t status =
        store_changes_prepare(&store->catalogue, call, changes, count, &commit.changes);
    if (status == SIGNET_OK)
        status = call->services->check(call);
    if (status != SIGNET_OK)
        return status;
    commit.count = count;
    commit.call = call;
    if (!enqueue(&store->writer, &commit))
        return signet_fail(call, SIGNET_UNAVAILABLE, "store.stopped", "The store has stopped.");
    /* Once queued, the outcome is waited for whatever the deadline: it is local and certain. */
    call->services->pause(call);
    if (commit.failure.status != SIGNET_OK)
        return store_fail(call, &commit.failure, store->path);
    if (commit.status == SIGNET_CONFLICT)
        return store_changes_fail_conflict(call, &commit.changes[commit.at]);
    return SIGNET_OK;
}
