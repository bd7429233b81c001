#include "core/worker.h"

#include <signal.h>
#include <stdio.h>

#include "core/metric.h"

/* Virtual memory alone: what is never touched costs nothing. Sanitizers need more. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WORKER_STACK ((size_t)2 * 1024 * 1024)
#else
#define WORKER_STACK ((size_t)512 * 1024)
#endif

/* Fibers that a worker keeps for the next work. */
#define SPARES 128U

/* A fiber of this worker can go on. Any thread. */
static void make_ready(core_fiber_t *fiber, void *owner)
{
    core_worker_t *worker = owner;
    core_fiber_t *head = atomic_load(&worker->ready);
    do
        *core_fiber_next(fiber) = head;
    while (!atomic_compare_exchange_weak(&worker->ready, &head, fiber));
    /* Whoever came first has woken it already. */
    if (head || !atomic_exchange(&worker->asleep, 0))
        return;
    pthread_mutex_lock(&worker->lane->lock);
    pthread_cond_signal(&worker->wake);
    pthread_mutex_unlock(&worker->lane->lock);
}

void core_worker_init(core_worker_t *worker, core_lane_t *lane, int base)
{
    worker->lane = lane;
    worker->base = base;
    pthread_cond_init(&worker->wake, NULL);
}

static void unlist(core_worker_t *worker)
{
    if (!worker->listed)
        return;
    if (worker->previous)
        worker->previous->next = worker->next;
    else
        worker->lane->idle = worker->next;
    if (worker->next)
        worker->next->previous = worker->previous;
    worker->next = worker->previous = NULL;
    worker->listed = 0;
}

/* Among the idle ones, behind base workers where it is none. */
static void list(core_worker_t *worker)
{
    core_worker_t *before = NULL;
    core_worker_t *after = worker->lane->idle;
    while (after && after->base && !worker->base) {
        before = after;
        after = after->next;
    }
    worker->previous = before;
    worker->next = after;
    if (before)
        before->next = worker;
    else
        worker->lane->idle = worker;
    if (after)
        after->previous = worker;
    worker->listed = 1;
}

static void set_serving(core_worker_t *worker, int serving)
{
    if (serving && !worker->serving)
        worker->lane->serving++;
    else if (!serving && worker->serving)
        worker->lane->serving--;
    worker->serving = serving;
}

void core_worker_call(core_worker_t *worker)
{
    unlist(worker);
    set_serving(worker, 1);
    worker->called = 1;
    pthread_cond_signal(&worker->wake);
}

/* Sleeps until it is called or one of its fibers can go on. The lock is held. */
static void sleep_idle(core_worker_t *worker)
{
    core_lane_t *lane = worker->lane;
    list(worker);
    set_serving(worker, 0);
    atomic_store(&worker->asleep, 1);
    while (!worker->called && !atomic_load(&worker->ready))
        pthread_cond_wait(&worker->wake, &lane->lock);
    atomic_store(&worker->asleep, 0);
    worker->called = 0;
    unlist(worker);
    if (worker->base)
        set_serving(worker, 1);
}

static core_work_t *take_work(const core_worker_t *worker)
{
    core_lane_t *lane = worker->lane;
    core_work_t *work = lane->head;
    if (!work || lane->busy == lane->at_once || !(worker->serving || lane->stopping))
        return NULL;
    lane->head = work->next;
    if (!lane->head)
        lane->tail = NULL;
    lane->queued--;
    lane->busy++;
    core_metric_record(lane->queued_metric, -1);
    core_metric_record(lane->busy_metric, 1);
    return work;
}

static void end_work(core_lane_t *lane)
{
    core_metric_record(lane->busy_metric, -1);
    pthread_mutex_lock(&lane->lock);
    lane->busy--;
    if (lane->busy == 0)
        pthread_cond_broadcast(&lane->quiet);
    /* One that sleeps because as much had begun as may would not see the end of the lane. */
    while (lane->stopping && lane->idle)
        core_worker_call(lane->idle);
    pthread_mutex_unlock(&lane->lock);
}

static void run_work(void *argument)
{
    core_work_t *work = argument;
    work->run(work);
}

/* After a fiber came back. */
static void settle(core_worker_t *worker, core_fiber_t *fiber, int ended)
{
    if (!ended) {
        worker->paused++;
        return;
    }
    if (worker->spares == SPARES) {
        core_fiber_free(fiber);
    } else {
        *core_fiber_next(fiber) = worker->spare;
        worker->spare = fiber;
        worker->spares++;
    }
    end_work(worker->lane);
}

static void begin_work(core_worker_t *worker, core_work_t *work)
{
    core_fiber_t *fiber = worker->spare;
    if (fiber) {
        worker->spare = *core_fiber_next(fiber);
        worker->spares--;
    } else if (worker->lane->fibers) {
        fiber = core_fiber_new(WORKER_STACK, make_ready, worker);
    }
    if (fiber) {
        settle(worker, fiber, core_fiber_run(fiber, run_work, work));
        return;
    }
    /* On the thread's own stack a pause blocks the thread. */
    work->run(work);
    end_work(worker->lane);
}

/* Resumes what can go on, in the order in which it was woken; 0 where there is nothing. */
static int resume_ready(core_worker_t *worker)
{
    core_fiber_t *newest = atomic_exchange(&worker->ready, NULL);
    core_fiber_t *oldest = NULL;
    while (newest) {
        core_fiber_t *next = *core_fiber_next(newest);
        *core_fiber_next(newest) = oldest;
        oldest = newest;
        newest = next;
    }
    int some = oldest != NULL;
    while (oldest) {
        core_fiber_t *fiber = oldest;
        oldest = *core_fiber_next(fiber);
        worker->paused--;
        atomic_fetch_add_explicit(&worker->lane->progress, 1, memory_order_relaxed);
        settle(worker, fiber, core_fiber_resume(fiber));
    }
    return some;
}

static void *run_worker(void *argument)
{
    core_worker_t *worker = argument;
    core_lane_t *lane = worker->lane;
    for (;;) {
        while (resume_ready(worker))
            continue;
        pthread_mutex_lock(&lane->lock);
        core_work_t *work = take_work(worker);
        int ended = !work && lane->stopping && !lane->head && worker->paused == 0;
        if (!work && !ended)
            sleep_idle(worker);
        pthread_mutex_unlock(&lane->lock);
        if (ended)
            break;
        if (work) {
            atomic_fetch_add_explicit(&lane->progress, 1, memory_order_relaxed);
            begin_work(worker, work);
        }
    }
    while (worker->spare) {
        core_fiber_t *fiber = worker->spare;
        worker->spare = *core_fiber_next(fiber);
        core_fiber_free(fiber);
    }
    return NULL;
}

int core_worker_thread(pthread_t *thread, void *(*function)(void *), void *argument)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return 0;
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int made = pthread_attr_setstacksize(&attributes, WORKER_STACK) == 0 &&
               pthread_create(thread, &attributes, function, argument) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return made;
}

int core_worker_start(core_lane_t *lane)
{
    core_worker_t *worker = &lane->workers[lane->started];
    if (!core_worker_thread(&worker->thread, run_worker, worker))
        return 0;
    char name[16];
    snprintf(name, sizeof name, "%.10s-%u", lane->name, (unsigned)(lane->started % 1000));
    pthread_setname_np(worker->thread, name);
    set_serving(worker, 1);
    lane->started++;
    return 1;
}
