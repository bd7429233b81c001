/* Readers: connections that only read, each used by one thread at a time. A read begins after the
 * caller asked, so it sees every commit that was acknowledged before. */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "file.h"

#include <pthread.h>

/* Statements kept by a connection, found by their text. */
#define STORE_KEPT_STATEMENTS 64U

typedef struct store_reader {
    struct store_reader *next;
    sqlite3 *database;
    sqlite3_stmt *statements[STORE_KEPT_STATEMENTS];
    uint64_t uses[STORE_KEPT_STATEMENTS]; /* when each was last used */
    uint64_t clock;
} store_reader_t;

typedef struct store_readers {
    const store_file_t *file;
    pthread_mutex_t mutex;
    pthread_cond_t freed;
    store_reader_t *idle;
    uint32_t limit;
    uint32_t open;
} store_readers_t;

void store_readers_init(store_readers_t *readers);
void store_readers_clear(store_readers_t *readers);
/* Opens the first connection; others are opened when they are needed. [worker] */
int32_t store_readers_start(signet_call_t *call, store_readers_t *readers, const store_file_t *file,
                            uint32_t limit);
/* Closes all; none is in use. [worker] */
void store_readers_stop(store_readers_t *readers);
/* Waits for a reader. From here on a call that is cancelled or past its deadline interrupts what
 * the connection does. [worker] */
int32_t store_readers_take(signet_call_t *call, store_readers_t *readers, store_reader_t **reader);
void store_readers_give(store_readers_t *readers, store_reader_t *reader);
/* A prepared statement, kept by the connection; reset it, never finalise it. One text can be in
 * use once at a time. NULL with SQLite's error in the connection. [worker] */
sqlite3_stmt *store_reader_statement(store_reader_t *reader, signet_text_t sql);

#endif
