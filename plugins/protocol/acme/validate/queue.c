#include "queue.h"

#include <pthread.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>

#include "acme.h"
#include "validate.h"

/* Jobs are woken; this is for what was left by a crash, or while a lane was full. */
#define PERIOD_MS 5000
#define QUEUE_MAX 10000U

typedef struct item {
    struct item *next;
    char *directory;
    char *id;
} item_t;

struct acme_queue {
    const signet_host_t *host;
    pthread_mutex_t lock;
    item_t *first;
    item_t **last;
    uint64_t length;
    acme_task_t *first_task;
    acme_task_t **last_task;
    int closed;
    int busy[ACME_QUEUE_JOBS];
    item_t *current[ACME_QUEUE_JOBS]; /* what each job works on */
};

static const char *const job_names[ACME_QUEUE_JOBS] = {"validate-1", "validate-2", "validate-3",
                                                       "validate-4", "validate-5", "validate-6",
                                                       "validate-7", "validate-8"};

acme_queue_t *acme_queue_new(signet_call_t *call, const signet_host_t *host)
{
    acme_queue_t *queue = calloc(1, sizeof *queue);
    if (queue == NULL || pthread_mutex_init(&queue->lock, NULL) != 0) {
        free(queue);
        signet_fail_memory(call);
        return NULL;
    }
    queue->host = host;
    queue->last = &queue->first;
    queue->last_task = &queue->first_task;
    return queue;
}

static void free_item(item_t *item)
{
    if (item != NULL) {
        free(item->directory);
        free(item->id);
        free(item);
    }
}

void acme_queue_free(acme_queue_t *queue)
{
    if (queue == NULL) {
        return;
    }
    for (unsigned job = 0; job < ACME_QUEUE_JOBS; job++) {
        free_item(queue->current[job]);
    }
    while (queue->first != NULL) {
        item_t *next = queue->first->next;
        free_item(queue->first);
        queue->first = next;
    }
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}

static item_t *make_item(signet_text_t directory, signet_text_t id)
{
    item_t *item = calloc(1, sizeof *item);
    if (item != NULL) {
        item->directory = strndup(directory.data, directory.length);
        item->id = strndup(id.data, id.length);
        if (item->directory == NULL || item->id == NULL) {
            free_item(item);
            item = NULL;
        }
    }
    return item;
}

static int is_same(const item_t *one, const item_t *other)
{
    return strcmp(one->id, other->id) == 0 && strcmp(one->directory, other->directory) == 0;
}

/* Whether it waits or is worked on already. The lock is held. */
static int is_known(const acme_queue_t *queue, const item_t *item)
{
    for (unsigned job = 0; job < ACME_QUEUE_JOBS; job++) {
        if (queue->current[job] != NULL && is_same(queue->current[job], item)) {
            return 1;
        }
    }
    for (const item_t *other = queue->first; other != NULL; other = other->next) {
        if (is_same(other, item)) {
            return 1;
        }
    }
    return 0;
}

/* A job that is to be woken: ACME_QUEUE_JOBS for none, where all run and will come to what was put
 * in. The lock is held. */
static unsigned choose_job(acme_queue_t *queue)
{
    unsigned job = 0;
    while (job < ACME_QUEUE_JOBS && queue->busy[job]) {
        job++;
    }
    if (job < ACME_QUEUE_JOBS) {
        queue->busy[job] = 1;
    }
    return job;
}

static void wake(acme_queue_t *queue, signet_call_t *call, unsigned job)
{
    if (job < ACME_QUEUE_JOBS) {
        queue->host->services->wake_job(queue->host, call, signet_text(job_names[job]));
    }
}

/* Says which job is to be woken. */
static unsigned put(acme_queue_t *queue, item_t *item)
{
    unsigned job = ACME_QUEUE_JOBS;
    pthread_mutex_lock(&queue->lock);
    if (queue->length < QUEUE_MAX && !is_known(queue, item)) {
        *queue->last = item;
        queue->last = &item->next;
        queue->length++;
        item = NULL;
        job = choose_job(queue);
    }
    pthread_mutex_unlock(&queue->lock);
    free_item(item);
    return job;
}

void acme_queue_put(acme_queue_t *queue, signet_call_t *call, signet_text_t directory,
                    signet_text_t id)
{
    item_t *item = make_item(directory, id);
    if (item == NULL) {
        return;
    }
    wake(queue, call, put(queue, item));
}

/* After the last of a round its memory may be gone. */
static void finish(const acme_task_t *task)
{
    signet_call_t *waiter = task->waiter;
    if (atomic_fetch_sub(task->pending, 1) == 1) {
        waiter->services->resume(waiter);
    }
}

/* 0 where no task is taken any more. */
static int put_task(acme_queue_t *queue, acme_task_t *task, unsigned *job)
{
    pthread_mutex_lock(&queue->lock);
    int taken = !queue->closed;
    if (taken) {
        task->next = NULL;
        *queue->last_task = task;
        queue->last_task = &task->next;
        *job = choose_job(queue);
    }
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

void acme_queue_run(acme_queue_t *queue, signet_call_t *call, acme_task_t *const *tasks,
                    uint64_t count)
{
    atomic_uint pending;
    atomic_init(&pending, (unsigned)count);
    if (count == 0) {
        return;
    }
    for (uint64_t i = 0; i < count; i++) {
        tasks[i]->waiter = call;
        tasks[i]->pending = &pending;
    }
    for (uint64_t i = 0; i < count; i++) {
        unsigned job = ACME_QUEUE_JOBS;
        if (put_task(queue, tasks[i], &job)) {
            wake(queue, call, job);
        } else {
            finish(tasks[i]);
        }
    }
    call->services->pause(call);
}

static acme_task_t *take_task(acme_queue_t *queue)
{
    acme_task_t *task = queue->first_task;
    if (task != NULL) {
        queue->first_task = task->next;
        if (queue->first_task == NULL) {
            queue->last_task = &queue->first_task;
        }
    }
    return task;
}

void acme_queue_close(acme_queue_t *queue)
{
    acme_task_t *task = NULL;
    do {
        pthread_mutex_lock(&queue->lock);
        queue->closed = 1;
        task = take_task(queue);
        pthread_mutex_unlock(&queue->lock);
        if (task != NULL) {
            finish(task);
        }
    } while (task != NULL);
}

/* A task, or the next item in place of the one before, or neither: the job's run is then over. */
static item_t *take(acme_queue_t *queue, unsigned job, acme_task_t **task)
{
    pthread_mutex_lock(&queue->lock);
    free_item(queue->current[job]);
    *task = take_task(queue);
    item_t *taken = *task == NULL ? queue->first : NULL;
    queue->busy[job] = *task != NULL || taken != NULL;
    queue->current[job] = taken;
    if (taken != NULL) {
        queue->first = taken->next;
        if (queue->first == NULL) {
            queue->last = &queue->first;
        }
        queue->length--;
    }
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

/* Without memory it is not run, which whoever waits for it sees. */
static void run_task(acme_task_t *task, signet_call_t *call)
{
    signet_call_t *child = call->services->child(call);
    if (child != NULL) {
        task->run(task, child);
        call->services->end(child);
    }
    finish(task);
}

static int32_t run_item(acme_t *acme, const item_t *item, signet_call_t *call)
{
    signet_call_t *child = call->services->child(call);
    if (child == NULL) {
        return SIGNET_NO_MEMORY;
    }
    if (acme_validate(acme, child, signet_text(item->directory), signet_text(item->id)) !=
        SIGNET_OK) {
        signet_log_error(acme->host, child, SIGNET_LOG_WARNING, "acme.validation-failed");
    }
    call->services->end(child);
    return SIGNET_OK;
}

static int32_t run(void *instance, signet_call_t *call, unsigned job)
{
    acme_t *acme = instance;
    acme_task_t *task = NULL;
    int32_t status = SIGNET_OK;
    const item_t *item = take(acme->queue, job, &task);
    while (status == SIGNET_OK && (item != NULL || task != NULL)) {
        if (task != NULL) {
            run_task(task, call);
        } else {
            status = run_item(acme, item, call);
        }
        if (status == SIGNET_OK) {
            item = take(acme->queue, job, &task);
        }
    }
    return status;
}

#define RUN(number)                                                                                \
    static int32_t run_##number(void *instance, signet_call_t *call)                               \
    {                                                                                              \
        return run(instance, call, number);                                                        \
    }
RUN(0)
RUN(1)
RUN(2)
RUN(3)
RUN(4)
RUN(5)
RUN(6)
RUN(7)

/* Finds in the store what is in no queue. */
static int32_t sweep(void *instance, signet_call_t *call)
{
    acme_t *acme = instance;
    return acme_validate_sweep(acme, call);
}

int32_t acme_queue_start(signet_call_t *call, acme_queue_t *queue)
{
    int32_t (*const runs[ACME_QUEUE_JOBS])(void *, signet_call_t *) = {run_0, run_1, run_2, run_3,
                                                                       run_4, run_5, run_6, run_7};
    const signet_host_services_t *services = queue->host->services;
    int32_t status = SIGNET_OK;
    for (unsigned i = 0; status == SIGNET_OK && i < ACME_QUEUE_JOBS; i++) {
        const signet_job_t job = {.size = sizeof job,
                                  .lane = SIGNET_LANE_OUTBOUND,
                                  .name = signet_text(job_names[i]),
                                  .period_ms = PERIOD_MS,
                                  .run = runs[i]};
        status = services->add_job(queue->host, call, &job);
    }
    const signet_job_t job = {.size = sizeof job,
                              .lane = SIGNET_LANE_BACKGROUND,
                              .name = SIGNET_TEXT("sweep"),
                              .period_ms = PERIOD_MS,
                              .run = sweep};
    return status == SIGNET_OK ? services->add_job(queue->host, call, &job) : status;
}
