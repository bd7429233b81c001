/* Whether the store was put back to an earlier state: an old backup was restored, or an old file
 * copied in its place. What was recorded in between is gone, though it happened. So that none of
 * its numbers is given twice, epochs and seals go on above all that can have been given since; and
 * nothing is signed until an administrator has looked at it and acknowledged it. */
#ifndef JOURNAL_ROLLBACK_H
#define JOURNAL_ROLLBACK_H

#include <signet/http.h>
#include <signet/store.h>
#include <stdatomic.h>

/* How many fields the record of a node has. */
#define JOURNAL_EPOCH_FIELDS 3U

struct journal;

typedef struct journal_rollback {
    _Atomic(int64_t) since; /* when it was noticed; 0: none, or acknowledged */
    uint64_t epoch;         /* the store's record of this node */
    uint64_t floor;         /* seals are numbered above it */
    uint64_t version;
    int fresh;            /* noticed by this process, and not in the journal yet */
    uint64_t known_epoch; /* what the head file told, and what the store had */
    uint64_t known_seal;
    uint64_t found_epoch;
    uint64_t found_seal;
    int restored;    /* by `signet restore` */
    uint64_t metric; /* 1 while `since` is set */
} journal_rollback_t;

/* Compares store and head file and makes durable what follows from it. After the last seal was
 * found, before anything is written. [worker] */
int32_t journal_rollback_look(struct journal *journal, signet_call_t *call);
/* The change that stores what is known of this node. [any] */
void journal_rollback_put(const struct journal *journal, signet_change_t *change,
                          signet_field_t fields[JOURNAL_EPOCH_FIELDS]);
/* Logs a rollback that is not acknowledged, and journals one that this process noticed. [worker] */
int32_t journal_rollback_tell(struct journal *journal, signet_call_t *call);
/* signet.journal/1, ready. */
int32_t journal_ready(void *instance, signet_call_t *call);
/* GET and POST /v1/journal/rollback. */
int32_t journal_rollback_show(void *instance, signet_call_t *call, const signet_request_t *request,
                              signet_exchange_t *exchange);
int32_t journal_rollback_acknowledge(void *instance, signet_call_t *call,
                                     const signet_request_t *request, signet_exchange_t *exchange);
/* Registers both. [any] */
int32_t journal_rollback_routes(struct journal *journal, signet_call_t *call);

#endif
