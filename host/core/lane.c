#include "core/lane.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/metric.h"
#include "core/text.h"
#include "core/worker.h"

#define LANES 4U
#define LANE_AT(lanes, number) (&(lanes)->lanes[(number)-1])
/* Work that waits this long while nothing goes forward: its workers are held up outside. */
#define STALL_MS 2
/* What pauses costs a stack, not a thread: so many pieces of work for each thread of a lane. The
 * more wait for one commit, the less it costs each. */
#define PAUSED_EACH 4U

struct core_lanes {
    core_lane_t lanes[LANES];
};

/* What a lane is, by number. */
static const struct {
    const char *name;
    uint32_t per_core; /* threads for each core; 0: `threads` in all */
    uint32_t threads;
    uint32_t bound;
    int fibers;
} shapes[LANES] = {
    {"request", 64, 0, 4096, 1},
    {"stream", 16, 0, 256, 0},
    {"background", 0, 4, 256, 0},
    {"outbound", 0, 16, 1024, 0},
};

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

static int begin_lane(core_lane_t *lane, uint32_t number, uint32_t cores)
{
    lane->name = shapes[number].name;
    lane->bound = shapes[number].bound;
    lane->limit =
        shapes[number].per_core ? shapes[number].per_core * cores : shapes[number].threads;
    lane->fibers = shapes[number].fibers && CORE_FIBERS;
    /* Where work pauses, as many threads as there are cores have enough to do; where it blocks,
     * each piece needs a thread. */
    lane->eager = lane->fibers ? cores : lane->limit;
    lane->at_once = lane->fibers ? lane->limit * PAUSED_EACH : lane->limit;
    lane->workers = calloc(lane->limit, sizeof *lane->workers);
    if (!lane->workers)
        return 0;
    pthread_mutex_init(&lane->lock, NULL);
    pthread_cond_init(&lane->quiet, NULL);
    pthread_cond_init(&lane->watch, NULL);
    for (uint32_t index = 0; index < lane->limit; index++)
        core_worker_init(&lane->workers[index], lane, index < lane->eager);
    lane->queued_metric = add_metric(SIGNET_METRIC_GAUGE, "signet_host_lane_queued",
                                     "Work that waits for a worker.", lane->name);
    lane->busy_metric = add_metric(SIGNET_METRIC_GAUGE, "signet_host_lane_busy",
                                   "Work that has begun and not ended.", lane->name);
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

/* Has one more worker look for work: one that sleeps, or a new one. The lock is held. 0 where there
 * is none to be had. */
static int call_worker(core_lane_t *lane)
{
    core_worker_t *worker = lane->idle;
    if (worker) {
        core_worker_call(worker);
        return 1;
    }
    return lane->started < lane->limit && core_worker_start(lane);
}

/* Few workers suffice while they pause rather than block. When one blocks all the same, in a token
 * or on a lock, this thread sees that nothing goes forward and calls others. */
static void *watch(void *argument)
{
    core_lane_t *lane = argument;
    char name[16];
    snprintf(name, sizeof name, "%.9s-watch", lane->name);
    pthread_setname_np(pthread_self(), name);
    pthread_mutex_lock(&lane->lock);
    while (!lane->stopping) {
        if (!lane->queued) {
            lane->watching = 0;
            pthread_cond_wait(&lane->watch, &lane->lock);
            continue;
        }
        uint64_t before = atomic_load_explicit(&lane->progress, memory_order_relaxed);
        struct timespec until = core_clock_after(STALL_MS);
        pthread_cond_clockwait(&lane->watch, &lane->lock, CLOCK_MONOTONIC, &until);
        if (atomic_load_explicit(&lane->progress, memory_order_relaxed) == before)
            for (uint32_t index = lane->queued; index > 0 && call_worker(lane); index--)
                continue;
    }
    pthread_mutex_unlock(&lane->lock);
    return NULL;
}

/* The lock is held. */
static void begin_watch(core_lane_t *lane)
{
    if (lane->watching)
        return;
    if (lane->watched)
        pthread_cond_signal(&lane->watch);
    else
        lane->watched = core_worker_thread(&lane->watcher, watch, lane);
    /* Where no thread was to be had, the next submission tries again. */
    lane->watching = lane->watched;
}

int32_t core_lanes_submit(core_lanes_t *lanes, uint32_t number, core_work_t *work)
{
    if (number < 1 || number > LANES)
        return SIGNET_INVALID;
    core_lane_t *lane = LANE_AT(lanes, number);
    work->next = NULL;
    pthread_mutex_lock(&lane->lock);
    int taken = !lane->stopping && lane->queued < lane->bound;
    /* Work is never queued where no worker could take it. */
    if (taken && lane->serving < lane->eager)
        taken = call_worker(lane) || lane->started > 0;
    else if (taken && lane->fibers)
        begin_watch(lane);
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
static int wait_quiet(core_lane_t *lane, const struct timespec *until)
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

static void end_lane(core_lane_t *lane)
{
    if (!lane->workers)
        return;
    pthread_mutex_lock(&lane->lock);
    lane->stopping = 1;
    while (lane->idle)
        core_worker_call(lane->idle);
    pthread_cond_signal(&lane->watch);
    uint32_t started = lane->started;
    pthread_mutex_unlock(&lane->lock);
    if (lane->watched)
        pthread_join(lane->watcher, NULL);
    for (uint32_t index = 0; index < started; index++)
        pthread_join(lane->workers[index].thread, NULL);
    for (uint32_t index = 0; index < lane->limit; index++)
        pthread_cond_destroy(&lane->workers[index].wake);
    pthread_cond_destroy(&lane->watch);
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
