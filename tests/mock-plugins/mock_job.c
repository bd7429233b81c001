/* Runs jobs and tells of them through metrics: how often the first ran, and whether two of its runs
 * overlapped; and of two that share a function how often each ran. The first one was built with an
 * SDK that knew no subject. */
#include "mock.h"

#include <stdatomic.h>
#include <string.h>

typedef struct worker {
    const signet_host_t *host;
    uint64_t runs;
    uint64_t overlaps;
    uint64_t strangers;
    atomic_int at_work;
    struct share {
        struct worker *worker;
        uint64_t runs;
    } shares[2];
} worker_t;

static int32_t run(void *instance, signet_call_t *call)
{
    worker_t *worker = instance;
    static const char expected[] = "system:worker";
    signet_text_t actor = call->services->actor(call)->id;
    if (atomic_exchange(&worker->at_work, 1))
        worker->host->services->record(worker->host, worker->overlaps, 1);
    if (actor.length != sizeof expected - 1 || memcmp(actor.data, expected, actor.length) != 0)
        worker->host->services->record(worker->host, worker->strangers, 1);
    worker->host->services->record(worker->host, worker->runs, 1);
    atomic_store(&worker->at_work, 0);
    return mock_fail(call, SIGNET_UNAVAILABLE, SIGNET_TEXT("the mock's job always fails"));
}

static int32_t add_metric(const signet_host_t *host, signet_call_t *call, signet_text_t name,
                          uint64_t *number)
{
    signet_metric_t metric = {.size = sizeof metric,
                              .kind = SIGNET_METRIC_COUNTER,
                              .name = name,
                              .help = SIGNET_TEXT_INIT("For tests.")};
    return host->services->add_metric(host, call, &metric, number);
}

static int32_t run_share(void *subject, signet_call_t *call)
{
    const struct share *share = subject;
    (void)call;
    share->worker->host->services->record(share->worker->host, share->runs, 1);
    return SIGNET_OK;
}

static int32_t add_share(worker_t *worker, signet_call_t *call, int at, signet_text_t job_name,
                         signet_text_t metric_name)
{
    signet_job_t job = {.size = sizeof job,
                        .lane = SIGNET_LANE_OUTBOUND,
                        .name = job_name,
                        .period_ms = 10,
                        .run = run_share,
                        .subject = &worker->shares[at]};
    worker->shares[at].worker = worker;
    int32_t status = add_metric(worker->host, call, metric_name, &worker->shares[at].runs);
    return status == SIGNET_OK ? worker->host->services->add_job(worker->host, call, &job) : status;
}

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    worker_t *worker = calloc(1, sizeof *worker);
    if (!worker)
        return SIGNET_NO_MEMORY;
    worker->host = host;
    *instance = worker;
    int32_t status = add_metric(host, call, SIGNET_TEXT("signet_mock_runs_total"), &worker->runs);
    if (status == SIGNET_OK)
        status =
            add_metric(host, call, SIGNET_TEXT("signet_mock_overlaps_total"), &worker->overlaps);
    if (status == SIGNET_OK)
        status =
            add_metric(host, call, SIGNET_TEXT("signet_mock_strangers_total"), &worker->strangers);
    signet_job_t job = {.size = offsetof(signet_job_t, subject),
                        .lane = SIGNET_LANE_BACKGROUND,
                        .name = SIGNET_TEXT_INIT("work"),
                        .period_ms = 10,
                        .run = run,
                        .subject = &job}; /* none of the job, as its size says */
    if (status == SIGNET_OK)
        status = host->services->add_job(host, call, &job);
    if (status == SIGNET_OK)
        status =
            add_share(worker, call, 0, SIGNET_TEXT("left"), SIGNET_TEXT("signet_mock_left_total"));
    if (status == SIGNET_OK)
        status = add_share(worker, call, 1, SIGNET_TEXT("right"),
                           SIGNET_TEXT("signet_mock_right_total"));
    return status;
}

static const signet_plugin_t plugin = {MOCK_SOUND("mock-job"), .open = open_instance,
                                       .close = mock_close};

MOCK_ENTRY(plugin)
