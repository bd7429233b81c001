#include "transparency/queue.h"

#include "ca.h"
#include "transparency/transparency.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <string.h>

#define PATH "/ct/v1/add-pre-chain"
/* A log that failed is asked after the others for so long. */
#define REST_MS (INT64_C(60) * 1000)
/* Jobs are woken; this is only for the case that a lane was full just then. */
#define PERIOD_MS 1000

static const char *const job_names[CA_QUEUE_JOBS] = {"log-1", "log-2", "log-3", "log-4",
                                                     "log-5", "log-6", "log-7", "log-8"};

int32_t ca_queue_init(ca_queue_t *queue, signet_call_t *call, const signet_host_t *host)
{
    queue->host = host;
    queue->last = &queue->first;
    return pthread_mutex_init(&queue->lock, NULL) == 0 ? SIGNET_OK : signet_fail_memory(call);
}

static int32_t send(const ca_queue_t *queue, signet_call_t *call, const ca_submission_t *submission,
                    signet_bytes_t *sct)
{
    const ca_log_t *log = submission->log;
    const signet_outbound_response_t *response = NULL;
    const signet_pair_t headers[] = {
        signet_pair("Content-Type", SIGNET_TEXT("application/json")),
        signet_pair("Accept", SIGNET_TEXT("application/json")),
    };
    int64_t left = submission->deadline - signet_monotonic();
    if (left <= 0)
        return signet_fail(call, SIGNET_TIMEOUT, "transparency.late",
                           "there was no time left to ask the log \"%.*s\"",
                           SIGNET_FORMAT(log->name));
    const signet_outbound_request_t request = {
        .method = "POST",
        .url = signet_format(call, "%.*s" PATH, SIGNET_FORMAT(log->url)),
        .headers = headers,
        .header_count = sizeof headers / sizeof *headers,
        .body = signet_text_bytes(submission->body),
        .timeout_ms = left < queue->timeout_ms ? left : queue->timeout_ms,
        .body_limit = CA_SCT_ANSWER_MAX,
    };
    if (request.url.data == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = signet_outbound_send(call, queue->outbound, &request, &response);
    if (status == SIGNET_OK && response->status != 200)
        return signet_fail(call, SIGNET_UNAVAILABLE, "transparency.refused",
                           "the log \"%.*s\" answered with the status %u", SIGNET_FORMAT(log->name),
                           response->status);
    return status == SIGNET_OK ? ca_sct_read(call, log, submission->entry, response->body, sct)
                               : status;
}

/* Asks the log, in an arena of its own. */
static void perform(const ca_queue_t *queue, signet_call_t *call, ca_submission_t *submission)
{
    signet_bytes_t sct = {NULL, 0};
    signet_call_t *child = call->services->child(call);
    if (child == NULL) {
        call->services->clear(call);
        return;
    }
    if (send(queue, child, submission, &sct) == SIGNET_OK && sct.length > 0 &&
        sct.length <= CA_SCT_MAX) {
        memcpy(submission->sct, sct.data, sct.length);
        submission->length = sct.length;
        submission->done = 1;
        atomic_store(&submission->log->resting_until, 0);
    } else {
        atomic_store(&submission->log->resting_until, signet_monotonic() + REST_MS);
        queue->host->services->record(queue->host, submission->log->failed_metric, 1);
        signet_log_error(queue->host, child, SIGNET_LOG_WARNING, "ca.log-failed");
    }
    call->services->end(child);
}

/* After the last of a round its memory may be gone. */
static void finish(const ca_submission_t *submission)
{
    signet_call_t *waiter = submission->waiter;
    if (atomic_fetch_sub(submission->pending, 1) == 1)
        waiter->services->resume(waiter);
}

/* The next submission, or NULL: the job's run is then over. */
static ca_submission_t *take(ca_queue_t *queue, unsigned job)
{
    pthread_mutex_lock(&queue->lock);
    ca_submission_t *taken = queue->first;
    queue->busy[job] = taken != NULL;
    if (taken != NULL) {
        queue->first = taken->next;
        if (queue->first == NULL)
            queue->last = &queue->first;
        queue->length--;
    }
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

static int32_t run(void *instance, signet_call_t *call, unsigned job)
{
    ca_queue_t *queue = &((ca_t *)instance)->transparency->queue;
    ca_submission_t *submission = NULL;
    while ((submission = take(queue, job)) != NULL) {
        perform(queue, call, submission);
        finish(submission);
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

int32_t ca_queue_start(ca_queue_t *queue, signet_call_t *call)
{
    int32_t (*const runs[CA_QUEUE_JOBS])(void *, signet_call_t *) = {run_0, run_1, run_2, run_3,
                                                                     run_4, run_5, run_6, run_7};
    int32_t status = SIGNET_OK;
    for (unsigned i = 0; status == SIGNET_OK && i < CA_QUEUE_JOBS; i++) {
        const signet_job_t job = {.size = sizeof job,
                                  .lane = SIGNET_LANE_OUTBOUND,
                                  .name = signet_text(job_names[i]),
                                  .period_ms = PERIOD_MS,
                                  .run = runs[i]};
        status = queue->host->services->add_job(queue->host, call, &job);
    }
    return status;
}

/* Puts one at the end and says which job is to be woken: CA_QUEUE_JOBS for none, where all run and
 * will come to it. 0 where the queue takes none. */
static int put(ca_queue_t *queue, ca_submission_t *submission, unsigned *job)
{
    pthread_mutex_lock(&queue->lock);
    int taken = !queue->closed && queue->length < CA_QUEUE_MAX;
    if (taken) {
        submission->next = NULL;
        *queue->last = submission;
        queue->last = &submission->next;
        queue->length++;
        for (*job = 0; *job < CA_QUEUE_JOBS && queue->busy[*job];)
            (*job)++;
        if (*job < CA_QUEUE_JOBS)
            queue->busy[*job] = 1;
    }
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

void ca_queue_run(ca_queue_t *queue, signet_call_t *call, ca_submission_t *submissions,
                  uint64_t count)
{
    /* A local command has no lanes and waits itself. */
    if (queue->host->mode != SIGNET_MODE_SERVE) {
        for (uint64_t i = 0; i < count; i++)
            perform(queue, call, &submissions[i]);
        return;
    }
    atomic_uint pending;
    atomic_init(&pending, (unsigned)count);
    for (uint64_t i = 0; i < count; i++) {
        submissions[i].waiter = call;
        submissions[i].pending = &pending;
    }
    for (uint64_t i = 0; i < count; i++) {
        unsigned job = CA_QUEUE_JOBS;
        if (!put(queue, &submissions[i], &job))
            finish(&submissions[i]);
        else if (job < CA_QUEUE_JOBS)
            queue->host->services->wake_job(queue->host, call, signet_text(job_names[job]));
    }
    call->services->pause(call);
}

void ca_queue_close(ca_queue_t *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->closed = 1;
    ca_submission_t *left = queue->first;
    queue->first = NULL;
    queue->last = &queue->first;
    queue->length = 0;
    pthread_mutex_unlock(&queue->lock);
    while (left != NULL) {
        ca_submission_t *next = left->next;
        finish(left);
        left = next;
    }
}

void ca_queue_free(ca_queue_t *queue)
{
    signet_outbound_close(queue->outbound);
    pthread_mutex_destroy(&queue->lock);
}
