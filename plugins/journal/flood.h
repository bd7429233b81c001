/* Floods of denials: the first of a source and event is an entry of its own, further ones within
 * a minute are counted and become one summary. Sources are many and chosen by attackers, so the
 * table is bounded; what finds no place in it is counted together, as source "others". */
#ifndef JOURNAL_FLOOD_H
#define JOURNAL_FLOOD_H

#include <pthread.h>
#include <signet/call.h>

struct journal;
typedef struct journal_flood_entry journal_flood_entry_t;

#define JOURNAL_FLOOD_BUCKETS 1024U

typedef struct journal_flood {
    pthread_mutex_t mutex;
    journal_flood_entry_t *buckets[JOURNAL_FLOOD_BUCKETS];
    journal_flood_entry_t *others; /* the one for what finds no place */
    uint32_t count;
} journal_flood_t;

int32_t journal_flood_init(signet_call_t *call, journal_flood_t *flood);
void journal_flood_clear(journal_flood_t *flood);
/* The job: writes the summaries that are due. [worker] */
int32_t journal_flood_run(void *instance, signet_call_t *call);
/* Writes all summaries now. [worker] */
int32_t journal_flood_flush(struct journal *journal, signet_call_t *call);

#endif
