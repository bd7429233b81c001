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

/* Says which job is to be woken: ACME_QUEUE_JOBS for none, where all run and will come to it. */
static unsigned put(acme_queue_t *queue, item_t *item)
{
    unsigned job = ACME_QUEUE_JOBS;
    pthread_mutex_lock(&queue->lock);
    if (queue->length < QUEUE_MAX && !is_known(queue, item)) {
        *queue->last = item;
        queue->last = &item->next;
        queue->length++;
        item = NULL;
        for (job = 0; job < ACME_QUEUE_JOBS && queue->busy[job];) {
            job++;
        }
        if (job < ACME_QUEUE_JOBS) {
            queue->busy[job] = 1;
        }
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
    unsigned job = put(queue, item);
    if (job < ACME_QUEUE_JOBS) {
        queue->host->services->wake_job(queue->host, call, signet_text(job_names[job]));
    }
}

/* The next one in place of the one before, or NULL: the job's run is then over. */
static item_t *take(acme_queue_t *queue, unsigned job)
{
    pthread_mutex_lock(&queue->lock);
    free_item(queue->current[job]);
    item_t *taken = queue->first;
    queue->busy[job] = taken != NULL;
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

static int32_t run(void *instance, signet_call_t *call, unsigned job)
{
    acme_t *acme = instance;
    item_t *item = NULL;
    while ((item = take(acme->queue, job)) != NULL) {
        signet_call_t *child = call->services->child(call);
        if (child == NULL) {
            return SIGNET_NO_MEMORY;
        }
        if (acme_validate(acme, child, signet_text(item->directory), signet_text(item->id)) !=
            SIGNET_OK) {
            signet_log_error(acme->host, child, SIGNET_LOG_WARNING, "acme.validation-failed");
        }
        call->services->end(child);
    }
    return SIGNET_OK;
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
