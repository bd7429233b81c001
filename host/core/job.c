#include "core/job.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <signet/store.h>

#include "core/call.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/text.h"

#define SHORTEST_PERIOD 10   /* ms, of the contract */
#define BUSY_PAUSE 100       /* ms until a full lane is tried again */
#define SHORTEST_LEASE 30000 /* ms */

typedef struct job {
    core_work_t work; /* first: its work is the job */
    core_jobs_t *jobs;
    core_instance_t *instance;
    struct job *next;
    char *name;
    char *lease;
    uint32_t lane;
    int64_t period_ms;
    int64_t deadline_ms;
    int32_t (*run)(void *subject, signet_call_t *call);
    void *subject;       /* NULL: the instance */
    int64_t due;         /* monotonic; of the next run */
    int begun;           /* its instance is in force */
    int running;         /* on a lane: queued or at work */
    int woken;           /* to run once more */
    signet_call_t *call; /* of the run at work */
} job_t;

struct core_jobs {
    core_generations_t *generations;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* something is due earlier, or a run ended, or the end began */
    job_t *first;
    core_lanes_t *lanes;
    pthread_t timer;
    int timer_runs;
    int stopping;
};

static void run_work(core_work_t *work);

core_jobs_t *core_jobs_new(core_generations_t *generations)
{
    core_jobs_t *jobs = calloc(1, sizeof *jobs);
    if (!jobs)
        return NULL;
    jobs->generations = generations;
    pthread_mutex_init(&jobs->lock, NULL);
    pthread_cond_init(&jobs->changed, NULL);
    return jobs;
}

static void free_job(job_t *job)
{
    free(job->name);
    free(job->lease);
    free(job);
}

static char *copy(signet_text_t text)
{
    return strndup(text.length ? text.data : "", (size_t)text.length);
}

static job_t *new_job(core_jobs_t *jobs, core_instance_t *instance, const signet_job_t *from)
{
    job_t *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    job->work.run = run_work;
    job->jobs = jobs;
    job->instance = instance;
    job->name = copy(from->name);
    job->lease = copy(from->lease);
    job->lane = from->lane;
    job->period_ms = from->period_ms < SHORTEST_PERIOD ? SHORTEST_PERIOD : from->period_ms;
    job->deadline_ms = from->deadline_ms;
    job->run = from->run;
    job->subject = SIGNET_HAS(from, subject) ? from->subject : NULL;
    if (job->name && job->lease)
        return job;
    free_job(job);
    return NULL;
}

/* The lock is held. */
static job_t *find(const core_jobs_t *jobs, const core_instance_t *instance, signet_text_t name)
{
    job_t *job = jobs->first;
    while (job && !(job->instance == instance && core_text_is(name, job->name)))
        job = job->next;
    return job;
}

int32_t core_jobs_add(core_jobs_t *jobs, signet_call_t *call, core_instance_t *instance,
                      const signet_job_t *from)
{
    if (!SIGNET_HAS(from, run) || from->name.length == 0 ||
        (from->lane != SIGNET_LANE_BACKGROUND && from->lane != SIGNET_LANE_OUTBOUND))
        return core_fail(call, SIGNET_INVALID, "job.invalid",
                         "instance \"%.*s\" adds a job without a name, a function or a lane that "
                         "jobs may use: report it to the plugin's author",
                         CORE_TEXT_ARG(instance->block->name));
    job_t *job = new_job(jobs, instance, from);
    if (!job)
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "there is no memory for the job %.*s: free some",
                         CORE_TEXT_ARG(from->name));
    pthread_mutex_lock(&jobs->lock);
    int taken = find(jobs, instance, from->name) != NULL;
    if (!taken) {
        job->next = jobs->first;
        jobs->first = job;
    }
    pthread_mutex_unlock(&jobs->lock);
    if (!taken)
        return SIGNET_OK;
    free_job(job);
    return core_fail(call, SIGNET_EXISTS, "job.taken",
                     "instance \"%.*s\" has a job \"%.*s\" already: report it to the plugin's "
                     "author",
                     CORE_TEXT_ARG(instance->block->name), CORE_TEXT_ARG(from->name));
}

int32_t core_jobs_wake(core_jobs_t *jobs, signet_call_t *call, const core_instance_t *instance,
                       signet_text_t name)
{
    pthread_mutex_lock(&jobs->lock);
    job_t *job = find(jobs, instance, name);
    if (job && job->running) {
        job->woken = 1;
    } else if (job) {
        job->due = core_clock_monotonic();
        pthread_cond_broadcast(&jobs->changed);
    }
    pthread_mutex_unlock(&jobs->lock);
    if (job)
        return SIGNET_OK;
    return core_fail(call, SIGNET_NOT_FOUND, "job.not-found",
                     "instance \"%.*s\" has no job \"%.*s\"", CORE_TEXT_ARG(instance->block->name),
                     CORE_TEXT_ARG(name));
}

/* 1 where this node may run the job: it needs no lease, or holds it. */
static int take_lease(const job_t *job, signet_call_t *call)
{
    if (!job->lease[0])
        return 1;
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_STORE_INTERFACE), SIGNET_TEXT(""));
    if (!provider)
        return 0;
    const signet_store_interface_t *store = provider->interface;
    int64_t duration = job->deadline_ms + 3 * job->period_ms;
    int32_t status = store->lease(provider->instance, call, core_text(job->lease),
                                  job->instance->first->host.node,
                                  duration < SHORTEST_LEASE ? SHORTEST_LEASE : duration);
    /* Another node runs it: nothing is wrong. */
    if (status == SIGNET_CONFLICT)
        call->services->clear(call);
    return status == SIGNET_OK;
}

static void log_failure(const job_t *job, signet_call_t *call)
{
    const signet_error_t *error = call->services->error(call);
    if (!error)
        return;
    const signet_pair_t fields[] = {
        {.size = sizeof(signet_pair_t),
         .name = SIGNET_TEXT_INIT("job"),
         .value = core_text(job->name)},
        {.size = sizeof(signet_pair_t), .name = SIGNET_TEXT_INIT("reason"), .value = error->reason},
        {.size = sizeof(signet_pair_t), .name = SIGNET_TEXT_INIT("detail"), .value = error->detail},
    };
    core_log_line(SIGNET_LOG_ERROR, job->instance->block->name, "job.failed", error->message,
                  call->services->trace(call), fields, error->detail.length ? 3 : 2);
}

/* The registry in force, held, for a run that may begin; NULL where none may any more. While the
 * lock is held no instance is retired, so the registry has the job's instance. */
static core_registry_t *may_run(job_t *job)
{
    core_jobs_t *jobs = job->jobs;
    core_registry_t *registry = NULL;
    pthread_mutex_lock(&jobs->lock);
    if (!jobs->stopping && job->begun)
        registry = core_registry_hold_current(jobs->generations);
    pthread_mutex_unlock(&jobs->lock);
    return registry;
}

/* Publishes the call of a run, so that it can be cancelled; 0 where the end has begun. */
static int set_call(job_t *job, signet_call_t *call)
{
    pthread_mutex_lock(&job->jobs->lock);
    job->call = job->jobs->stopping ? NULL : call;
    int set = job->call != NULL;
    pthread_mutex_unlock(&job->jobs->lock);
    return set;
}

static void unset_call(job_t *job)
{
    pthread_mutex_lock(&job->jobs->lock);
    job->call = NULL;
    pthread_mutex_unlock(&job->jobs->lock);
}

static int32_t run_job(const job_t *job, signet_call_t *call)
{
    return job->run(job->subject ? job->subject : job->instance->instance, call);
}

static void run_in(core_registry_t *registry, job_t *job)
{
    signet_call_t *call = core_registry_call(registry, job->instance, job->deadline_ms);
    if (!call) {
        core_log(SIGNET_LOG_ERROR, "job.failed", "There is no memory to run the job %s.",
                 job->name);
    } else if (set_call(job, call)) {
        /* A run that reports a failure without saying which is still a failure. */
        if (take_lease(job, call) && run_job(job, call) != SIGNET_OK &&
            !call->services->error(call))
            core_fail(call, SIGNET_INTERNAL, "job.failed", "the job failed and did not say why");
        log_failure(job, call);
        unset_call(job);
    }
    core_call_free(call);
}

static void run_work(core_work_t *work)
{
    job_t *job = (job_t *)(void *)work;
    core_jobs_t *jobs = job->jobs;
    core_registry_t *registry = may_run(job);
    /* Whoever closes the registry waits for the end of the run. */
    if (registry) {
        run_in(registry, job);
        core_registry_release(registry);
    }
    pthread_mutex_lock(&jobs->lock);
    job->running = 0;
    job->due = core_clock_monotonic() + (job->woken ? 0 : job->period_ms);
    job->woken = 0;
    pthread_cond_broadcast(&jobs->changed);
    pthread_mutex_unlock(&jobs->lock);
}

/* 1 while the same job of another instance of this name, which it replaced, still runs. The lock is
 * held. */
static int must_wait(const job_t *job)
{
    for (const job_t *other = job->jobs->first; other; other = other->next) {
        if (other != job && other->running && strcmp(other->name, job->name) == 0 &&
            core_text_equal(other->instance->block->name, job->instance->block->name))
            return 1;
    }
    return 0;
}

/* Submits what is due; the time of the next that is not. The lock is held. */
static int64_t submit_due(core_jobs_t *jobs)
{
    int64_t now = core_clock_monotonic();
    int64_t next = INT64_MAX;
    for (job_t *job = jobs->first; job; job = job->next) {
        /* The end of the run that it waits for has this done again. */
        if (!job->begun || (!job->running && must_wait(job)))
            continue;
        if (!job->running && job->due <= now) {
            job->running = 1;
            if (core_lanes_submit(jobs->lanes, job->lane, &job->work) != SIGNET_OK) {
                job->running = 0;
                job->due = now + BUSY_PAUSE;
            }
        }
        if (!job->running && job->due < next)
            next = job->due;
    }
    return next;
}

static void *run_timer(void *argument)
{
    core_jobs_t *jobs = argument;
    pthread_mutex_lock(&jobs->lock);
    while (!jobs->stopping) {
        int64_t next = submit_due(jobs);
        if (next == INT64_MAX) {
            pthread_cond_wait(&jobs->changed, &jobs->lock);
        } else {
            struct timespec until = core_clock_after(next - core_clock_monotonic());
            pthread_cond_clockwait(&jobs->changed, &jobs->lock, CLOCK_MONOTONIC, &until);
        }
    }
    pthread_mutex_unlock(&jobs->lock);
    return NULL;
}

void core_jobs_begin(core_jobs_t *jobs, const core_instance_t *instance)
{
    pthread_mutex_lock(&jobs->lock);
    for (job_t *job = jobs->first; job; job = job->next)
        job->begun |= job->instance == instance;
    pthread_cond_broadcast(&jobs->changed);
    pthread_mutex_unlock(&jobs->lock);
}

void core_jobs_retire(core_jobs_t *jobs, const core_instance_t *instance)
{
    pthread_mutex_lock(&jobs->lock);
    for (job_t *job = jobs->first; job; job = job->next) {
        if (job->instance == instance)
            job->begun = 0;
    }
    pthread_mutex_unlock(&jobs->lock);
}

void core_jobs_remove(core_jobs_t *jobs, const core_instance_t *instance)
{
    pthread_mutex_lock(&jobs->lock);
    for (job_t **at = &jobs->first; *at;) {
        job_t *job = *at;
        if (job->instance == instance && job->running) {
            pthread_cond_wait(&jobs->changed, &jobs->lock);
            at = &jobs->first;
        } else if (job->instance == instance) {
            *at = job->next;
            free_job(job);
        } else {
            at = &job->next;
        }
    }
    pthread_mutex_unlock(&jobs->lock);
}

int32_t core_jobs_run(core_jobs_t *jobs, core_lanes_t *lanes)
{
    sigset_t all;
    sigset_t before;
    jobs->lanes = lanes;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    jobs->timer_runs = pthread_create(&jobs->timer, NULL, run_timer, jobs) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!jobs->timer_runs)
        return SIGNET_UNAVAILABLE;
    pthread_setname_np(jobs->timer, "timer");
    return SIGNET_OK;
}

void core_jobs_stop(core_jobs_t *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    jobs->stopping = 1;
    pthread_cond_broadcast(&jobs->changed);
    pthread_mutex_unlock(&jobs->lock);
    if (jobs->timer_runs)
        pthread_join(jobs->timer, NULL);
    jobs->timer_runs = 0;
}

void core_jobs_end(core_jobs_t *jobs)
{
    core_jobs_stop(jobs);
    pthread_mutex_lock(&jobs->lock);
    for (job_t *job = jobs->first; job; job = job->next) {
        if (job->call)
            core_call_cancel(job->call);
    }
    for (job_t *job = jobs->first; job;) {
        if (job->running)
            pthread_cond_wait(&jobs->changed, &jobs->lock);
        else
            job = job->next;
    }
    pthread_mutex_unlock(&jobs->lock);
}

void core_jobs_free(core_jobs_t *jobs)
{
    if (!jobs)
        return;
    core_jobs_end(jobs);
    while (jobs->first) {
        job_t *job = jobs->first;
        jobs->first = job->next;
        free_job(job);
    }
    pthread_cond_destroy(&jobs->changed);
    pthread_mutex_destroy(&jobs->lock);
    free(jobs);
}
