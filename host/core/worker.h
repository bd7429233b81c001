/* The threads of a lane. Those of the request lane run their work on fibers, so that a piece that
 * pauses leaves its thread to others. */
#ifndef CORE_WORKER_H
#define CORE_WORKER_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/fiber.h"
#include "core/lane.h"

/* ThreadSanitizer follows threads; under it each piece of work has one. */
#if defined(__SANITIZE_THREAD__)
#define CORE_FIBERS 0
#else
#define CORE_FIBERS 1
#endif

typedef struct core_lane core_lane_t;

typedef struct core_worker {
    core_lane_t *lane;
    pthread_t thread;
    pthread_cond_t wake;
    int base;    /* one of those that take work whenever they are awake */
    int called;  /* it is to look for work */
    int serving; /* it takes work from the queue, not only its own fibers */
    int listed;  /* among the lane's idle ones */
    struct core_worker *next;
    struct core_worker *previous;
    _Atomic(core_fiber_t *) ready; /* fibers to resume, the newest first; pushed by any thread */
    atomic_int asleep;
    core_fiber_t *spare; /* fibers that ended */
    uint32_t spares;
    uint32_t paused;
} core_worker_t;

struct core_lane {
    pthread_mutex_t lock;
    pthread_cond_t quiet; /* nothing queued, nothing begun */
    core_work_t *head;
    core_work_t *tail;
    uint32_t queued;
    uint32_t bound;
    core_worker_t *workers; /* `limit` of them, of which `started` run */
    uint32_t limit;
    uint32_t at_once; /* pieces of work that may have begun and not ended */
    uint32_t started;
    uint32_t serving;
    uint32_t eager; /* so many threads run before work waits for one of them */
    uint32_t busy;
    /* Base workers first; of each kind, the one that worked last: its caches are warm. */
    core_worker_t *idle;
    int stopping;
    int fibers;
    int watching; /* the watcher looks at the queue */
    int watched;  /* it was started */
    pthread_t watcher;
    pthread_cond_t watch;
    atomic_uint_fast64_t progress; /* pieces of work begun or resumed */
    const char *name;
    uint64_t queued_metric;
    uint64_t busy_metric;
    uint64_t rejected_metric;
};

/* A base worker takes work from the queue whenever it is awake; any other only where it was called
 * because those are held up, until it finds the queue empty. */
void core_worker_init(core_worker_t *worker, core_lane_t *lane, int base);
/* Starts one more worker; 0 where there is no thread to be had. The lane's lock is held. */
int core_worker_start(core_lane_t *lane);
/* Wakes an idle worker to look for work. The lane's lock is held. */
void core_worker_call(core_worker_t *worker);
/* A thread with signals blocked, since they are the main thread's, and a modest stack. */
int core_worker_thread(pthread_t *thread, void *(*function)(void *), void *argument);

#endif
