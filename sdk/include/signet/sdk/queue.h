/* A queue in memory that several jobs of an instance take turns at, so that as many items are
 * worked on at a time. What must outlive the process is in the store besides, and swept from it. */
#ifndef SIGNET_SDK_QUEUE_H
#define SIGNET_SDK_QUEUE_H

#include <signet/host.h>
#include <stdatomic.h>

typedef struct signet_queue signet_queue_t;

/* The first member of whatever is queued, which the queue never copies, moves or frees. All zero
 * but the functions at first. */
typedef struct signet_queue_item {
    /* Works on it, in a call of its own. Required. [worker] */
    void (*work)(struct signet_queue_item *item, signet_call_t *call);
    /* It left the queue, worked on or not, and is its owner's again. Required to be put. [any] */
    void (*leave)(struct signet_queue_item *item);
    /* 1 where both stand for the same work, which is queued once. Asked of items with the same
     * function. Optional. [any] */
    int (*is_same)(const struct signet_queue_item *one, const struct signet_queue_item *other);
    struct signet_queue_item *next; /* these are the queue's */
    signet_call_t *waiter;
    atomic_uint *pending;
} signet_queue_item_t;

/* What a queue is made of. */
typedef struct signet_queue_kind {
    const char *job;   /* the jobs are "JOB-1", "JOB-2", … */
    uint32_t jobs;     /* items at work at a time */
    uint32_t lane;     /* SIGNET_LANE_* of the jobs */
    uint64_t most;     /* items that wait for their turn */
    int64_t period_ms; /* Jobs are woken; this is for when their lane was full just then. */
} signet_queue_kind_t;

/* `kind` is copied. NULL on NO_MEMORY. [any] */
signet_queue_t *signet_queue_new(signet_call_t *call, const signet_host_t *host,
                                 const signet_queue_kind_t *kind);
/* Registers the jobs: in open or start of the instance. [worker] */
int32_t signet_queue_start(signet_queue_t *queue, signet_call_t *call);
/* Puts one at the end. 1 where the queue took it; 0 where it is full, closed, or has the same one:
 * the item is then still the caller's, and `leave` is not called. [any] */
int signet_queue_put(signet_queue_t *queue, signet_call_t *call, signet_queue_item_t *item);
/* Has items worked on, before those that were put, and returns once all were, or will not be
 * because the queue is full or closed; their `leave` is not called. The caller's worker is free
 * meanwhile. For a local command, which has no jobs, they are worked on one after the other here.
 * [worker] */
void signet_queue_run(signet_queue_t *queue, signet_call_t *call, signet_queue_item_t *const *items,
                      uint64_t count);
/* Has all that waits for its turn leave, and takes no more: in the instance's drain. [any] */
void signet_queue_close(signet_queue_t *queue);
/* Closes it and frees it, in the instance's close, when no job runs any more. NULL is allowed. */
void signet_queue_free(signet_queue_t *queue);

#endif
