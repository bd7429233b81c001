#include "checkpoint.h"

#include "failure.h"
#include "store.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

/* From this many pages on (128 MiB) the log is moved: pages that change often are then moved once
 * for many changes. */
#define LOG_PAGES 32768
/* What may be left to move while the writer is held up: about 1 MiB. */
#define TAIL_PAGES 256
/* A writer that outpaces the checkpointer is held up after so many rounds all the same. */
#define ROUNDS 8
#define CACHE_KIB 2048

int32_t store_checkpoint_init(signet_call_t *call, store_checkpoint_t *checkpoint)
{
    if (pthread_mutex_init(&checkpoint->mutex, NULL) != 0)
        return signet_fail_memory(call);
    if (pthread_cond_init(&checkpoint->wake, NULL) != 0) {
        pthread_mutex_destroy(&checkpoint->mutex);
        return signet_fail_memory(call);
    }
    return SIGNET_OK;
}

void store_checkpoint_clear(store_checkpoint_t *checkpoint)
{
    pthread_cond_destroy(&checkpoint->wake);
    pthread_mutex_destroy(&checkpoint->mutex);
}

void store_checkpoint_notice(store_checkpoint_t *checkpoint, int pages)
{
    atomic_store(&checkpoint->pages, pages);
    if (pages < LOG_PAGES)
        return;
    pthread_mutex_lock(&checkpoint->mutex);
    if (!checkpoint->wanted) {
        checkpoint->wanted = 1;
        pthread_cond_signal(&checkpoint->wake);
    }
    pthread_mutex_unlock(&checkpoint->mutex);
}

/* Moves what is in the log now; `left` gets the pages that came meanwhile or could not be moved. */
static int move(store_t *store, int *left)
{
    store_checkpoint_t *checkpoint = &store->checkpoint;
    int pages = 0;
    int moved = 0;
    int code = sqlite3_wal_checkpoint_v2(checkpoint->database, NULL, SQLITE_CHECKPOINT_PASSIVE,
                                         &pages, &moved);
    if (code == SQLITE_OK || code == SQLITE_BUSY) {
        *left = atomic_load(&checkpoint->pages) - moved;
        return 1;
    }
    store_failure_t failure = store_failure(checkpoint->database);
    if (store_failure_is_fatal(&failure))
        store->host->services->fatal(store->host, SIGNET_TEXT("store.sync-failed"),
                                     SIGNET_TEXT("A write to the disk failed."));
    signet_log(store->host, NULL, SIGNET_LOG_WARNING, "store.checkpoint-failed",
               "The log of %.*s cannot be moved to the database: %s.", SIGNET_FORMAT(store->path),
               sqlite3_errstr(failure.code));
    return 0;
}

/* The log begins anew only once all of it was moved, which a busy writer would never let happen.
 * So the bulk is moved beside the writer, and for the little that is left it is held up. */
static void move_all(store_t *store)
{
    int left = 0;
    for (int round = 0; round < ROUNDS; round++) {
        if (!move(store, &left))
            return;
        if (left <= TAIL_PAGES)
            break;
    }
    pthread_mutex_lock(&store->writer.gate);
    move(store, &left);
    pthread_mutex_unlock(&store->writer.gate);
}

static int wait_for_work(store_checkpoint_t *checkpoint)
{
    pthread_mutex_lock(&checkpoint->mutex);
    while (!checkpoint->wanted && !checkpoint->ending)
        pthread_cond_wait(&checkpoint->wake, &checkpoint->mutex);
    int ending = checkpoint->ending;
    pthread_mutex_unlock(&checkpoint->mutex);
    return !ending;
}

static void *run(void *argument)
{
    store_t *store = argument;
    while (wait_for_work(&store->checkpoint)) {
        move_all(store);
        pthread_mutex_lock(&store->checkpoint.mutex);
        store->checkpoint.wanted = 0;
        pthread_mutex_unlock(&store->checkpoint.mutex);
    }
    return NULL;
}

int32_t store_checkpoint_start(signet_call_t *call, store_t *store)
{
    store_checkpoint_t *checkpoint = &store->checkpoint;
    int32_t status = store_file_connect(call, &store->file, 1, CACHE_KIB, &checkpoint->database);
    if (status != SIGNET_OK)
        return status;
    if (pthread_create(&checkpoint->thread, NULL, run, store) != 0)
        return signet_fail(call, SIGNET_NO_MEMORY, "store.thread",
                           "The checkpointer's thread cannot be started.");
    checkpoint->running = 1;
    return SIGNET_OK;
}

void store_checkpoint_stop(store_checkpoint_t *checkpoint)
{
    pthread_mutex_lock(&checkpoint->mutex);
    checkpoint->ending = 1;
    pthread_cond_signal(&checkpoint->wake);
    pthread_mutex_unlock(&checkpoint->mutex);
    if (checkpoint->running)
        pthread_join(checkpoint->thread, NULL);
    checkpoint->running = 0;
    sqlite3_close(checkpoint->database);
    checkpoint->database = NULL;
}
