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
/* So many logs are asked at a time. */
#define JOBS 8U
/* So many submissions wait for their turn; with more the log counts as failed. */
#define WAITING_MAX 256U

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

/* Asks the log; `call` is the submission's own. */
static void work(signet_queue_item_t *item, signet_call_t *call)
{
    ca_submission_t *submission = (ca_submission_t *)item;
    const ca_queue_t *queue = submission->queue;
    signet_bytes_t sct = {NULL, 0};
    if (send(queue, call, submission, &sct) == SIGNET_OK && sct.length > 0 &&
        sct.length <= CA_SCT_MAX) {
        memcpy(submission->sct, sct.data, sct.length);
        submission->length = sct.length;
        submission->done = 1;
        atomic_store(&submission->log->resting_until, 0);
    } else {
        atomic_store(&submission->log->resting_until, signet_monotonic() + REST_MS);
        queue->host->services->record(queue->host, submission->log->failed_metric, 1);
        signet_log_error(queue->host, call, SIGNET_LOG_WARNING, "ca.log-failed");
    }
}

int32_t ca_queue_init(ca_queue_t *queue, signet_call_t *call, const signet_host_t *host)
{
    const signet_queue_kind_t kind = {.job = "log",
                                      .jobs = JOBS,
                                      .lane = SIGNET_LANE_OUTBOUND,
                                      .most = WAITING_MAX,
                                      .period_ms = PERIOD_MS};
    queue->host = host;
    queue->submissions = signet_queue_new(call, host, &kind);
    return queue->submissions != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
}

int32_t ca_queue_run(const ca_queue_t *queue, signet_call_t *call, ca_submission_t *submissions,
                     uint64_t count)
{
    signet_queue_item_t **items = signet_alloc(call, count, sizeof(signet_queue_item_t *));
    if (items == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++) {
        submissions[i].queue = queue;
        submissions[i].item = (signet_queue_item_t){.work = work};
        items[i] = &submissions[i].item;
    }
    signet_queue_run(queue->submissions, call, items, count);
    return SIGNET_OK;
}

void ca_queue_free(ca_queue_t *queue)
{
    signet_outbound_close(queue->outbound);
    signet_queue_free(queue->submissions);
}
