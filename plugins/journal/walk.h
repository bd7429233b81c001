/* Walking through all records of a collection in the order of their keys, a page at a time, in
 * memory for one page. */
#ifndef JOURNAL_WALK_H
#define JOURNAL_WALK_H

#include <signet/sdk/record.h>

typedef struct journal_walk {
    signet_call_t *call;  /* the caller's */
    signet_call_t *child; /* holds the page */
    signet_store_t store;
    const char *collection;
    uint64_t limit;
    const signet_page_t *page;
    uint64_t at;
    char *after; /* the last key seen, on the heap; NULL: at the beginning */
    int from;    /* 1: `after` itself belongs to the walk */
} journal_walk_t;

/* Begins before the first record whose key is `from` or after it. [worker] */
int32_t journal_walk_begin(signet_call_t *call, const signet_store_t *store, const char *collection,
                           uint64_t limit, signet_text_t from, journal_walk_t *walk);
/* The record it stands on, or NULL at the end; valid until journal_walk_next. [worker] */
int32_t journal_walk_peek(journal_walk_t *walk, const signet_record_t **record);
void journal_walk_next(journal_walk_t *walk);
void journal_walk_end(journal_walk_t *walk);

#endif
