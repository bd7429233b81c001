/* Threads that work for a token. */
#include "pkcs11_runner.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* How often it is looked whose time is over, while somebody waits. */
#define TICK_MS 50
/* How long the end waits for what is overdue. */
#define LAST_MS 300
/* While the token does not answer, one task is let in so often, to see whether it does again. */
#define PROBE_MS 2000
/* As long as none has ended, there are no more threads than so many times the cores. */
#define BLIND_THREADS 4U
/* A task that took longer than so many times its computing, and this much, waited elsewhere. */
#define WAITED_TIMES 4
#define WAITED_NANOSECONDS 300000

#define DONE 1
#define LATE 2 /* it never began */
#define LEFT 3 /* its thread still has it */

static int64_t nanoseconds(clockid_t clock)
{
    struct timespec now = {0};
    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct timespec from_now(int64_t duration_ms)
{
    struct timespec until = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += duration_ms * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    return until;
}

void pkcs11_task_free(pkcs11_task_t *task)
{
    if (task) {
        signet_wipe(task, task->size);
        free(task);
    }
}

static int make_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0) {
        return 0;
    }
    int made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
               pthread_cond_init(condition, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    return made;
}

int32_t pkcs11_runner_begin(signet_call_t *call, pkcs11_runner_t *runner, uint64_t limit,
                            int64_t timeout_ms)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    runner->cores = cores > 0 ? (uint64_t)cores : 1;
    runner->limit = limit;
    runner->timeout_ms = timeout_ms;
    if (pthread_mutex_init(&runner->lock, NULL) != 0) {
        return signet_fail_memory(call);
    }
    if (!make_condition(&runner->work) || !make_condition(&runner->tick) ||
        !make_condition(&runner->left)) {
        return signet_fail_memory(call);
    }
    runner->ready = 1;
    return SIGNET_OK;
}

/* --- lists, under the lock --------------------------------------------------------------- */

static void wait_for(pkcs11_runner_t *runner, pkcs11_task_t *task)
{
    task->after = runner->waited;
    if (task->after) {
        task->after->before = task;
    }
    runner->waited = task;
    if (runner->last) {
        runner->last->next = task;
    } else {
        runner->first = task;
    }
    runner->last = task;
    runner->queued++;
}

static void wait_no_more(pkcs11_runner_t *runner, const pkcs11_task_t *task)
{
    if (task->before) {
        task->before->after = task->after;
    } else {
        runner->waited = task->after;
    }
    if (task->after) {
        task->after->before = task->before;
    }
}

static void unqueue(pkcs11_runner_t *runner, const pkcs11_task_t *task)
{
    pkcs11_task_t *before = NULL;
    pkcs11_task_t *at = runner->first;
    while (at && at != task) {
        before = at;
        at = at->next;
    }
    if (!at) {
        return;
    }
    if (before) {
        before->next = at->next;
    } else {
        runner->first = at->next;
    }
    if (runner->last == at) {
        runner->last = before;
    }
    runner->queued--;
}

/* --- threads ----------------------------------------------------------------------------- */

/* Runs one task, and notes whether it waited elsewhere. */
static int run_task(pkcs11_task_t *task)
{
    int64_t began = nanoseconds(CLOCK_MONOTONIC);
    int64_t computed = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
    task->run(task);
    computed = nanoseconds(CLOCK_THREAD_CPUTIME_ID) - computed;
    return nanoseconds(CLOCK_MONOTONIC) - began > WAITED_TIMES * computed + WAITED_NANOSECONDS;
}

static void *work(void *argument)
{
    pkcs11_runner_t *runner = argument;
    (void)pthread_mutex_lock(&runner->lock);
    for (;;) {
        while (!runner->first && !runner->ending) {
            runner->idle++;
            (void)pthread_cond_wait(&runner->work, &runner->lock);
            runner->idle--;
        }
        pkcs11_task_t *task = runner->first;
        if (!task) {
            break;
        }
        unqueue(runner, task);
        task->running = 1;
        (void)pthread_mutex_unlock(&runner->lock);
        int waited = run_task(task);
        (void)pthread_mutex_lock(&runner->lock);
        runner->finished++;
        runner->waits = waited;
        runner->hung = 0;
        if (task->abandoned) {
            runner->overdue--;
            (void)pthread_mutex_unlock(&runner->lock);
            pkcs11_task_free(task);
        } else {
            signet_call_t *call = task->call;
            wait_no_more(runner, task);
            *task->outcome = DONE;
            (void)pthread_mutex_unlock(&runner->lock);
            call->services->resume(call);
        }
        (void)pthread_mutex_lock(&runner->lock);
    }
    runner->threads--;
    (void)pthread_cond_broadcast(&runner->left);
    (void)pthread_mutex_unlock(&runner->lock);
    return NULL;
}

/* One more thread, under the lock, where there may be one. */
static void start_thread(pkcs11_runner_t *runner)
{
    pthread_t thread;
    if (runner->threads >= runner->limit + runner->overdue ||
        pthread_create(&thread, NULL, work, runner) != 0) {
        return;
    }
    (void)pthread_detach(thread);
    runner->threads++;
}

/* Ends the wait of those whose time is over, under the lock. */
static void give_up_late(pkcs11_runner_t *runner)
{
    int64_t now = signet_monotonic();
    for (pkcs11_task_t *task = runner->waited, *after = NULL; task; task = after) {
        after = task->after;
        if (task->deadline > now) {
            continue;
        }
        signet_call_t *call = task->call;
        wait_no_more(runner, task);
        *task->outcome = task->running ? LEFT : LATE;
        if (task->running) {
            task->abandoned = 1;
            runner->overdue++;
            runner->hung = 1;
        } else {
            unqueue(runner, task);
        }
        call->services->resume(call);
    }
    (void)pthread_cond_broadcast(&runner->left);
}

static void *watch(void *argument)
{
    pkcs11_runner_t *runner = argument;
    uint64_t seen = 0;
    (void)pthread_mutex_lock(&runner->lock);
    while (!runner->ending || runner->waited) {
        if (!runner->waited) {
            (void)pthread_cond_wait(&runner->tick, &runner->lock);
            continue;
        }
        const struct timespec until = from_now(TICK_MS);
        (void)pthread_cond_timedwait(&runner->tick, &runner->lock, &until);
        give_up_late(runner);
        /* Nothing went forward: perhaps each has to wait for an answer from far away. */
        if (runner->queued && runner->finished == seen &&
            runner->threads - runner->overdue < BLIND_THREADS * runner->cores) {
            start_thread(runner);
        }
        seen = runner->finished;
    }
    (void)pthread_mutex_unlock(&runner->lock);
    return NULL;
}

/* --- running ----------------------------------------------------------------------------- */

static int32_t fail_overdue(signet_call_t *call)
{
    const signet_error_t error = {
        .size = sizeof(error),
        .status = SIGNET_UNAVAILABLE,
        .reason = SIGNET_TEXT("key.token-hung"),
        .message =
            SIGNET_TEXT("the token does not answer; it is asked again every few seconds, and "
                        "goes on by itself once it answers"),
        .retry_after_ms = PROBE_MS};
    return call->services->fail(call, &error);
}

/* Whether a task is let in, under the lock. */
static int admits(pkcs11_runner_t *runner)
{
    int64_t now = signet_monotonic();
    if (!runner->hung) {
        return 1;
    }
    if (runner->overdue >= runner->limit || now - runner->probed < PROBE_MS) {
        return 0;
    }
    runner->probed = now;
    return 1;
}

int32_t pkcs11_runner_check(signet_call_t *call, pkcs11_runner_t *runner)
{
    (void)pthread_mutex_lock(&runner->lock);
    int admitted = admits(runner);
    (void)pthread_mutex_unlock(&runner->lock);
    return admitted ? SIGNET_OK : fail_overdue(call);
}

/* Queues a task under the lock, with a thread to run it. */
static int32_t submit(signet_call_t *call, pkcs11_runner_t *runner, pkcs11_task_t *task)
{
    if (!runner->watching) {
        runner->watching = pthread_create(&runner->watch, NULL, watch, runner) == 0;
    }
    if (!runner->watching) {
        return signet_fail(call, SIGNET_UNAVAILABLE, "key.no-thread",
                           "no thread can be started: raise the limit of processes");
    }
    int first = !runner->waited;
    wait_for(runner, task);
    if (first) {
        (void)pthread_cond_signal(&runner->tick);
    }
    uint64_t working = runner->threads - runner->overdue;
    if (runner->idle >= runner->queued) {
        (void)pthread_cond_signal(&runner->work);
    } else if (working < runner->cores || runner->waits) {
        start_thread(runner);
    }
    return SIGNET_OK;
}

int32_t pkcs11_runner_run(signet_call_t *call, pkcs11_runner_t *runner, pkcs11_task_t **task)
{
    int outcome = 0;
    pkcs11_task_t *made = *task;
    int64_t time = call->services->remaining(call);
    if (time > runner->timeout_ms) {
        time = runner->timeout_ms;
    }
    made->next = made->before = made->after = NULL;
    made->running = made->abandoned = 0;
    made->call = call;
    made->outcome = &outcome;
    made->deadline = signet_monotonic() + time;
    (void)pthread_mutex_lock(&runner->lock);
    int32_t status = SIGNET_OK;
    if (runner->ending || !admits(runner)) {
        status = fail_overdue(call);
    }
    if (status == SIGNET_OK) {
        status = submit(call, runner, made);
    }
    (void)pthread_mutex_unlock(&runner->lock);
    if (status != SIGNET_OK) {
        return status;
    }
    call->services->pause(call);
    if (outcome == DONE) {
        return SIGNET_OK;
    }
    if (outcome == LEFT) {
        *task = NULL;
    }
    return signet_fail(call, SIGNET_TIMEOUT, "key.token-late",
                       "the token did not answer within %lld ms; check the HSM and its connection",
                       (long long)time);
}

int pkcs11_runner_end(pkcs11_runner_t *runner)
{
    if (!runner->ready) {
        return 1;
    }
    (void)pthread_mutex_lock(&runner->lock);
    runner->ending = 1;
    (void)pthread_cond_broadcast(&runner->work);
    (void)pthread_cond_signal(&runner->tick);
    while (runner->threads > runner->overdue) {
        (void)pthread_cond_wait(&runner->left, &runner->lock);
    }
    /* What answers in the last moment leaves nothing behind. */
    const struct timespec until = from_now(LAST_MS);
    int late = 0;
    while (runner->threads > 0 && late == 0) {
        late = pthread_cond_timedwait(&runner->left, &runner->lock, &until);
    }
    int clean = runner->threads == 0;
    (void)pthread_mutex_unlock(&runner->lock);
    if (runner->watching) {
        (void)pthread_join(runner->watch, NULL);
    }
    runner->watching = 0;
    if (!clean) {
        return 0;
    }
    (void)pthread_cond_destroy(&runner->left);
    (void)pthread_cond_destroy(&runner->tick);
    (void)pthread_cond_destroy(&runner->work);
    (void)pthread_mutex_destroy(&runner->lock);
    runner->ready = 0;
    return 1;
}
