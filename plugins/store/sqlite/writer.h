/* The writer: one thread, one connection, and a queue of commits.
 *
 * It takes what has queued up while it wrote the last batch and makes all of it durable with one
 * sync. So a lone commit waits for nobody, and many commits share a sync. */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "change.h"
#include "failure.h"

#include <pthread.h>
#include <signet/host.h>
#include <stdatomic.h>

struct store;
typedef struct store_commit store_commit_t;

typedef struct store_writer {
    sqlite3 *database;
    pthread_mutex_t gate; /* held while the connection is in use, by whomever */
    sqlite3_stmt *begin;
    sqlite3_stmt *commit;
    sqlite3_stmt *rollback;
    atomic_int missing;  /* 1: there are rows whose entries are to be merged */
    int64_t merge_again; /* after a failure, when it is tried again; monotonic, in ms */
    pthread_t thread;
    int running;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t wake;
    store_commit_t *first;
    store_commit_t *last;
    uint64_t queued;
    uint64_t wanted; /* at so many the writer is woken; 0: at none */
    uint64_t users;  /* how many have commits written, one after the other each */
    int is_slow;     /* 1: the last transaction was */
    int ending;
    uint64_t commits; /* numbers of metrics */
    uint64_t batches;
    uint64_t duration;
} store_writer_t;

/* For a new instance. */
int32_t store_writer_init(signet_call_t *call, store_writer_t *writer);
void store_writer_clear(store_writer_t *writer);
/* Connects and starts the thread. [worker] */
int32_t store_writer_start(signet_call_t *call, struct store *store);
/* Writes what is queued, ends the thread and disconnects. [worker] */
void store_writer_stop(struct store *store);

#endif
