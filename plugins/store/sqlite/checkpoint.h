/* The checkpointer: moves what is in the write-ahead log to the database, on a thread and a
 * connection of its own, so that commits need not wait for it. */
#ifndef STORE_CHECKPOINT_H
#define STORE_CHECKPOINT_H

#include <pthread.h>
#include <signet/call.h>
#include <sqlite3.h>
#include <stdatomic.h>

struct store;

typedef struct store_checkpoint {
    sqlite3 *database;
    pthread_t thread;
    int running;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t wake;
    int wanted;
    int ending;
    atomic_int pages; /* in the log after the last commit */
} store_checkpoint_t;

int32_t store_checkpoint_init(signet_call_t *call, store_checkpoint_t *checkpoint);
void store_checkpoint_clear(store_checkpoint_t *checkpoint);
/* Connects and starts the thread. [worker] */
int32_t store_checkpoint_start(signet_call_t *call, struct store *store);
void store_checkpoint_stop(store_checkpoint_t *checkpoint);
/* Tells how many pages the log has now. By the writer. [worker] */
void store_checkpoint_notice(store_checkpoint_t *checkpoint, int pages);

#endif
