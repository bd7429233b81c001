/* Sealing: what has settled since the last seal goes under a new one. */
#ifndef JOURNAL_SEALER_H
#define JOURNAL_SEALER_H

#include "digest.h"
#include "sealkey.h"

#include <pthread.h>

struct journal;

/* The end of this node's chain of seals. */
typedef struct journal_sealer {
    pthread_mutex_t mutex; /* held while sealing */
    journal_key_t key;
    uint64_t floor;        /* seals are numbered above it; set before the first is made */
    int64_t time;          /* of the last seal that an earlier process made; 0: none */
    pthread_mutex_t state; /* of what follows */
    uint64_t index;        /* of the last seal; 0: none */
    uint64_t epoch;        /* what it ended with */
    uint64_t sequence;
    uint8_t digest[JOURNAL_DIGEST]; /* of its stored body; zeros without one */
} journal_sealer_t;

int32_t journal_sealer_init(signet_call_t *call, journal_sealer_t *sealer);
void journal_sealer_clear(journal_sealer_t *sealer);
/* Finds the last seal. [worker] */
int32_t journal_sealer_load(struct journal *journal, signet_call_t *call);
/* Seals what an earlier process left. After the last seal was found, before the epoch is taken.
 * [worker] */
int32_t journal_sealer_recover(struct journal *journal, signet_call_t *call);
/* Seals all that has settled. [worker] */
int32_t journal_sealer_seal(struct journal *journal, signet_call_t *call);
/* Whether an entry of this node is sealed. [any] */
int journal_sealer_covers(journal_sealer_t *sealer, uint64_t epoch, uint64_t sequence);
/* The job. [worker] */
int32_t journal_sealer_run(void *instance, signet_call_t *call);

#endif
