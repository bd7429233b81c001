#include "reader.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CACHE_KIB 8192
/* How often, in steps of SQLite's virtual machine, a long read looks at its call. */
#define CHECK_STEPS 50000
#define CHECK_NANOSECONDS 50000000L

void store_readers_init(store_readers_t *readers)
{
    pthread_condattr_t attributes;
    pthread_mutex_init(&readers->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&readers->freed, &attributes);
    pthread_condattr_destroy(&attributes);
}

void store_readers_clear(store_readers_t *readers)
{
    pthread_cond_destroy(&readers->freed);
    pthread_mutex_destroy(&readers->mutex);
}

static void close_reader(store_reader_t *reader)
{
    for (uint32_t i = 0; i < STORE_KEPT_STATEMENTS; i++)
        sqlite3_finalize(reader->statements[i]);
    sqlite3_close(reader->database);
    free(reader);
}

static int32_t open_reader(signet_call_t *call, const store_readers_t *readers,
                           store_reader_t **reader)
{
    store_reader_t *made = calloc(1, sizeof(*made));
    if (!made)
        return signet_fail_memory(call);
    int32_t status = store_file_connect(call, readers->file, 0, CACHE_KIB, &made->database);
    if (status != SIGNET_OK) {
        close_reader(made);
        return status;
    }
    *reader = made;
    return SIGNET_OK;
}

int32_t store_readers_start(signet_call_t *call, store_readers_t *readers, const store_file_t *file,
                            uint32_t limit)
{
    readers->file = file;
    readers->limit = limit;
    int32_t status = open_reader(call, readers, &readers->idle);
    readers->open = status == SIGNET_OK ? 1 : 0;
    return status;
}

void store_readers_stop(store_readers_t *readers)
{
    while (readers->idle) {
        store_reader_t *reader = readers->idle;
        readers->idle = reader->next;
        close_reader(reader);
    }
    readers->open = 0;
    readers->limit = 0;
}

static int interrupted(void *argument)
{
    signet_call_t *call = argument;
    return call->services->check(call) != SIGNET_OK;
}

/* An idle reader, or NULL where one more may be opened. */
static int32_t wait_idle(signet_call_t *call, store_readers_t *readers, store_reader_t **reader)
{
    int32_t status = call->services->check(call);
    while (status == SIGNET_OK && !readers->idle && readers->open >= readers->limit) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += CHECK_NANOSECONDS;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000L;
        }
        pthread_cond_timedwait(&readers->freed, &readers->mutex, &until);
        status = readers->limit == 0 ? signet_fail(call, SIGNET_UNAVAILABLE, "store.stopped",
                                                   "The store has stopped.")
                                     : call->services->check(call);
    }
    if (status != SIGNET_OK)
        return status;
    *reader = readers->idle;
    if (readers->idle)
        readers->idle = readers->idle->next;
    else
        readers->open++;
    return SIGNET_OK;
}

int32_t store_readers_take(signet_call_t *call, store_readers_t *readers, store_reader_t **reader)
{
    *reader = NULL;
    pthread_mutex_lock(&readers->mutex);
    int32_t status = wait_idle(call, readers, reader);
    pthread_mutex_unlock(&readers->mutex);
    if (status == SIGNET_OK && !*reader) {
        status = open_reader(call, readers, reader);
        if (status != SIGNET_OK) {
            pthread_mutex_lock(&readers->mutex);
            readers->open--;
            pthread_mutex_unlock(&readers->mutex);
        }
    }
    if (status != SIGNET_OK || !*reader)
        return status;
    sqlite3_progress_handler((*reader)->database, CHECK_STEPS, interrupted, call);
    return SIGNET_OK;
}

void store_readers_give(store_readers_t *readers, store_reader_t *reader)
{
    sqlite3_progress_handler(reader->database, 0, NULL, NULL);
    pthread_mutex_lock(&readers->mutex);
    reader->next = readers->idle;
    readers->idle = reader;
    pthread_cond_signal(&readers->freed);
    pthread_mutex_unlock(&readers->mutex);
}

sqlite3_stmt *store_reader_statement(store_reader_t *reader, signet_text_t sql)
{
    uint32_t slot = 0;
    for (uint32_t i = 0; i < STORE_KEPT_STATEMENTS; i++) {
        sqlite3_stmt *statement = reader->statements[i];
        if (statement && signet_text_is(sql, sqlite3_sql(statement))) {
            reader->uses[i] = ++reader->clock;
            return statement;
        }
        if (reader->uses[i] < reader->uses[slot])
            slot = i;
    }
    /* The one that was used longest ago makes room. */
    sqlite3_finalize(reader->statements[slot]);
    reader->statements[slot] = NULL;
    reader->uses[slot] = ++reader->clock;
    if (sqlite3_prepare_v3(reader->database, sql.data, (int)sql.length, SQLITE_PREPARE_PERSISTENT,
                           &reader->statements[slot], NULL) != SQLITE_OK)
        return NULL;
    return reader->statements[slot];
}
