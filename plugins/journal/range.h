/* A range of sequences about to be sealed: the leaves of the entries that are there, and which
 * sequences are gaps because their commits failed. */
#ifndef JOURNAL_RANGE_H
#define JOURNAL_RANGE_H

#include "tracker.h"

/* The most sequences under one seal: their leaves fit into its body. */
#define JOURNAL_SPAN 8192U

struct journal;

typedef struct journal_range {
    uint64_t epoch;
    uint64_t first;
    uint64_t last;
    uint8_t *leaves; /* count × JOURNAL_DIGEST, in the order of sequences */
    uint64_t count;
    uint64_t *gaps; /* gap_count pairs: first and last sequence of each gap */
    uint64_t gap_count;
} journal_range_t;

/* A range that begins with `first`, empty, with room for JOURNAL_SPAN sequences, in the call's
 * arena. [any] */
int32_t journal_range_begin(signet_call_t *call, uint64_t epoch, uint64_t first,
                            journal_range_t *range);
/* Appends the sequence that follows the last. [any] */
void journal_range_present(journal_range_t *range, const uint8_t leaf[JOURNAL_DIGEST]);
void journal_range_absent(journal_range_t *range);
/* Fills a range from the store, up to `last` or JOURNAL_SPAN sequences. [worker] */
int32_t journal_range_load(struct journal *journal, signet_call_t *call, uint64_t last,
                           journal_range_t *range);
/* Fills a range from the tracker with what has settled. [worker] */
int32_t journal_range_track(struct journal *journal, signet_call_t *call, journal_range_t *range);

#endif
