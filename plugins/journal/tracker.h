/* The entries of this process that are not sealed yet: whether each one's commit is still open,
 * and its leaf, so that sealing need not read it back. Any thread. */
#ifndef JOURNAL_TRACKER_H
#define JOURNAL_TRACKER_H

#include "digest.h"

#include <pthread.h>

#define JOURNAL_OPEN 0U    /* its commit is on its way */
#define JOURNAL_PRESENT 1U /* stored */
#define JOURNAL_ABSENT 2U  /* its commit failed: a gap */
#define JOURNAL_DOUBT 3U   /* the store did not say; it must be asked */

/* The most entries that are kept; leaves of older ones are read back from the store. */
#define JOURNAL_TRACKED 65536U

typedef struct journal_slot {
    uint8_t leaf[JOURNAL_DIGEST];
    uint8_t state;
} journal_slot_t;

typedef struct journal_tracker {
    pthread_mutex_t mutex;
    uint64_t next; /* the sequence of the next entry, from 1 */
    uint64_t base; /* the first sequence with a slot; all before it are settled */
    uint64_t capacity;
    journal_slot_t *slots; /* sequence modulo capacity */
} journal_tracker_t;

int32_t journal_tracker_init(signet_call_t *call, journal_tracker_t *tracker);
void journal_tracker_clear(journal_tracker_t *tracker);
/* The next sequence; its commit is open from here on. BUSY where too many are open. */
int32_t journal_tracker_begin(signet_call_t *call, journal_tracker_t *tracker, uint64_t *sequence);
/* The outcome of a commit. `leaf` is read where it is PRESENT. */
void journal_tracker_settle(journal_tracker_t *tracker, uint64_t sequence, uint8_t state,
                            const uint8_t leaf[JOURNAL_DIGEST]);
/* Copies the settled slots from `first` on into `slots`, at most `limit`, and ends before the
 * first open one. Answers their number. Where slots from `first` on are no longer kept, answers 0
 * and `kept` gets the first sequence that is. */
uint64_t journal_tracker_copy(journal_tracker_t *tracker, uint64_t first, uint64_t limit,
                              journal_slot_t *slots, uint64_t *kept);
/* Forgets all up to `last`, which is sealed. */
void journal_tracker_forget(journal_tracker_t *tracker, uint64_t last);

#endif
