#include "core/lane.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/metric.h"
#include "core/text.h"

#define LANES 4U

/* Virtual memory alone: what is never touched costs nothing. Sanitizers need more. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WORKER_STACK ((size_t)2 * 1024 * 1024)
#else
#define WORKER_STACK ((size_t)512 * 1024)
#endif

typedef struct lane lane_t;

typedef struct worker {
    lane_t *lane;
    pthread_t thread;
    pthread_cond_t wake;
    core_work_t *work;   /* handed over by the submitter that woke it */
    struct worker *next; /* of the idle ones */
} worker_t;

struct lane {
    pthread_mutex_t lock;
    pthread_cond_t quiet; /* nothing queued, nobody busy */
    core_work_t *head;
    core_work_t *tail;
    uint32_t queued;
    uint32_t bound;
    worker_t *workers; /* `limit` of them, of which `started` run */
    uint32_t limit;
    uint32_t started;
    uint32_t busy;
    worker_t *idle; /* the one that worked last is woken first: its caches are warm */
    int stopping;
    const char *name;
    uint64_t queued_metric;
    uint64_t busy_metric;
    uint64_t rejected_metric;
};

struct core_lanes {
    lane_t lanes[LANES];
};

/* What a lane is, by number. */
static const struct {
    const char *name;
    uint32_t per_core; /* threads for each core; 0: `threads` in all */
    uint32_t threads;
    uint32_t bound;
} shapes[LANES] = {
    {"request", 64, 0, 4096},
    {"stream", 16, 0, 256},
    {"background", 0, 4, 256},
    {"outbound", 0, 16, 1024},
};

/* The next work of this worker: handed over, or queued; NULL when the lane ends. */
static core_work_t *next_work(lane_t *lane, worker_t *worker)
{
    core_work_t *work = lane->head;
    if (work) {
        lane->head = work->next;
        if (!lane->head)
            lane->tail = NULL;
        lane->queued--;
        core_metric_record(lane->queued_metric, -1);
        return work;
    }
    lane->busy--;
    core_metric_record(lane->busy_metric, -1);
    if (lane->busy == 0)
        pthread_cond_broadcast(&lane->quiet);
    worker->next = lane->idle;
    lane->idle = worker;
    while (!worker->work && !lane->stopping)
        pthread_cond_wait(&worker->wake, &lane->lock);
    work = worker->work;
    worker->work = NULL;
    return work;
}

static void *run_worker(void *argument)
{
    worker_t *worker = argument;
    lane_t *lane = worker->lane;
    pthread_mutex_lock(&lane->lock);
    /* The first work was queued before this thread was made. */
    for (core_work_t *work = next_work(lane, worker); work; work = next_work(lane, worker)) {
        pthread_mutex_unlock(&lane->lock);
        work->run(work);
        pthread_mutex_lock(&lane->lock);
    }
    pthread_mutex_unlock(&lane->lock);
    return NULL;
}

/* Starts one more worker, which counts as busy from here on. The lock is held. */
static int start_worker(lane_t *lane)
{
    worker_t *worker = &lane->workers[lane->started];
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return 0;
    /* Signals are the main thread's. */
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int made = pthread_attr_setstacksize(&attributes, WORKER_STACK) == 0 &&
               pthread_create(&worker->thread, &attributes, run_worker, worker) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (!made)
        return 0;
    char name[16];
    snprintf(name, sizeof name, "%.10s-%u", lane->name, (unsigned)(lane->started % 1000));
    pthread_setname_np(worker->thread, name);
    lane->started++;
    lane->busy++;
    core_metric_record(lane->busy_metric, 1);
    return 1;
}

static uint64_t add_metric(uint32_t kind, const char *name, const char *help, const char *lane)
{
    char labels[32];
    snprintf(labels, sizeof labels, "lane=\"%s\"", lane);
    signet_metric_t metric = {.size = sizeof metric,
                              .kind = kind,
                              .name = core_text(name),
                              .help = core_text(help),
                              .labels = core_text(labels)};
    return core_metric_add(&metric);
}

static int begin_lane(lane_t *lane, uint32_t number, uint32_t cores)
{
    lane->name = shapes[number].name;
    lane->bound = shapes[number].bound;
    lane->limit =
        shapes[number].per_core ? shapes[number].per_core * cores : shapes[number].threads;
    lane->workers = calloc(lane->limit, sizeof *lane->workers);
    if (!lane->workers)
        return 0;
    pthread_mutex_init(&lane->lock, NULL);
    pthread_cond_init(&lane->quiet, NULL);
    for (uint32_t index = 0; index < lane->limit; index++) {
        lane->workers[index].lane = lane;
        pthread_cond_init(&lane->workers[index].wake, NULL);
    }
    lane->queued_metric = add_metric(SIGNET_METRIC_GAUGE, "signet_host_lane_queued",
                                     "Work that waits for a worker.", lane->name);
    lane->busy_metric =
        add_metric(SIGNET_METRIC_GAUGE, "signet_host_lane_busy", "Workers at work.", lane->name);
    lane->rejected_metric = add_metric(SIGNET_METRIC_COUNTER, "signet_host_lane_rejected_total",
                                       "Work refused because the queue was full.", lane->name);
    return 1;
}

core_lanes_t *core_lanes_new(uint32_t cores)
{
    core_lanes_t *lanes = calloc(1, sizeof *lanes);
    if (!lanes)
        return NULL;
    for (uint32_t number = 0; number < LANES; number++) {
        if (!begin_lane(&lanes->lanes[number], number, cores ? cores : 1)) {
            core_lanes_free(lanes);
            return NULL;
        }
    }
    return lanes;
}

int32_t core_lanes_submit(core_lanes_t *lanes, uint32_t number, core_work_t *work)
{
    if (number < 1 || number > LANES)
        return SIGNET_INVALID;
    lane_t *lane = &lanes->lanes[number - 1];
    work->next = NULL;
    pthread_mutex_lock(&lane->lock);
    worker_t *worker = lane->idle;
    if (worker && !lane->stopping) {
        lane->idle = worker->next;
        worker->work = work;
        lane->busy++;
        core_metric_record(lane->busy_metric, 1);
        pthread_mutex_unlock(&lane->lock);
        pthread_cond_signal(&worker->wake);
        return SIGNET_OK;
    }
    int taken = !lane->stopping && lane->queued < lane->bound;
    if (taken && lane->started < lane->limit && !start_worker(lane))
        taken = lane->started > 0;
    if (taken) {
        if (lane->tail)
            lane->tail->next = work;
        else
            lane->head = work;
        lane->tail = work;
        lane->queued++;
        core_metric_record(lane->queued_metric, 1);
    } else {
        core_metric_record(lane->rejected_metric, 1);
    }
    pthread_mutex_unlock(&lane->lock);
    return taken ? SIGNET_OK : SIGNET_BUSY;
}

/* Waits for one lane; 1 where it had to wait, 0 where it was quiet, -1 where time ran out. */
static int wait_quiet(lane_t *lane, const struct timespec *until)
{
    int waited = 0;
    pthread_mutex_lock(&lane->lock);
    while (lane->busy || lane->queued) {
        waited = 1;
        if (pthread_cond_clockwait(&lane->quiet, &lane->lock, CLOCK_MONOTONIC, until) != 0) {
            waited = lane->busy || lane->queued ? -1 : 1;
            break;
        }
    }
    pthread_mutex_unlock(&lane->lock);
    return waited;
}

int core_lanes_drain(core_lanes_t *lanes, int64_t wait_ms)
{
    struct timespec until = core_clock_after(wait_ms);
    /* Work of one lane may submit to another: quiet is a whole round without waiting. */
    for (int again = 1; again;) {
        again = 0;
        for (uint32_t number = 0; number < LANES; number++) {
            int waited = wait_quiet(&lanes->lanes[number], &until);
            if (waited < 0)
                return 0;
            again |= waited;
        }
    }
    return 1;
}

static void end_lane(lane_t *lane)
{
    if (!lane->workers)
        return;
    pthread_mutex_lock(&lane->lock);
    lane->stopping = 1;
    for (worker_t *worker = lane->idle; worker; worker = worker->next)
        pthread_cond_signal(&worker->wake);
    lane->idle = NULL;
    uint32_t started = lane->started;
    pthread_mutex_unlock(&lane->lock);
    for (uint32_t index = 0; index < started; index++)
        pthread_join(lane->workers[index].thread, NULL);
    for (uint32_t index = 0; index < lane->limit; index++)
        pthread_cond_destroy(&lane->workers[index].wake);
    pthread_cond_destroy(&lane->quiet);
    pthread_mutex_destroy(&lane->lock);
    free(lane->workers);
}

void core_lanes_free(core_lanes_t *lanes)
{
    if (!lanes)
        return;
    for (uint32_t number = 0; number < LANES; number++)
        end_lane(&lanes->lanes[number]);
    free(lanes);
}
