/* A store that grants or refuses leases, as its option says, and a job that needs one. */
#include "mock.h"

#include <string.h>

typedef struct lease {
    const signet_host_t *host;
    uint64_t runs;
    uint64_t asked;
    int granted;
} lease_t;

static int32_t refuse(signet_call_t *call)
{
    return mock_fail(call, SIGNET_UNSUPPORTED, SIGNET_TEXT("the mock stores nothing"));
}

static int32_t declare(void *instance, signet_call_t *call, const signet_collection_t *collection)
{
    (void)instance;
    (void)collection;
    return refuse(call);
}

static int32_t commit(void *instance, signet_call_t *call, const signet_change_t *changes,
                      uint64_t count)
{
    (void)instance;
    (void)changes;
    (void)count;
    return refuse(call);
}

static int32_t get(void *instance, signet_call_t *call, signet_text_t collection, signet_text_t key,
                   const signet_record_t **record)
{
    (void)instance;
    (void)collection;
    (void)key;
    (void)record;
    return refuse(call);
}

static int32_t query(void *instance, signet_call_t *call, const signet_query_t *asked,
                     const signet_page_t **page)
{
    (void)instance;
    (void)asked;
    (void)page;
    return refuse(call);
}

static int32_t count_records(void *instance, signet_call_t *call, const signet_query_t *asked,
                             uint64_t *count)
{
    (void)instance;
    (void)asked;
    (void)count;
    return refuse(call);
}

static int32_t lease(void *instance, signet_call_t *call, signet_text_t name, signet_text_t owner,
                     int64_t duration_ms)
{
    lease_t *mock = instance;
    mock->host->services->record(mock->host, mock->asked, 1);
    if (name.length == 0 || owner.length == 0 || duration_ms < 10)
        return refuse(call);
    return mock->granted
               ? SIGNET_OK
               : mock_fail(call, SIGNET_CONFLICT, SIGNET_TEXT("another node holds the lease"));
}

static int32_t release(void *instance, signet_call_t *call, signet_text_t name, signet_text_t owner)
{
    (void)instance;
    (void)call;
    (void)name;
    (void)owner;
    return SIGNET_OK;
}

static const signet_store_interface_t store = {.size = sizeof(signet_store_interface_t),
                                               .declare = declare,
                                               .commit = commit,
                                               .get = get,
                                               .query = query,
                                               .count = count_records,
                                               .lease = lease,
                                               .release = release};

static int32_t run(void *instance, signet_call_t *call)
{
    lease_t *mock = instance;
    mock->host->services->record(mock->host, mock->runs, 1);
    /* Woken by itself once: the period is far too long for a second run. */
    return mock->host->services->wake_job(mock->host, call, SIGNET_TEXT("singleton"));
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

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    lease_t *mock = calloc(1, sizeof *mock);
    if (!mock)
        return SIGNET_NO_MEMORY;
    mock->host = host;
    *instance = mock;
    mock->granted = host->settings->member_count > 0 && host->settings->members[0].integer == 1;
    signet_job_t job = {.size = sizeof job,
                        .lane = SIGNET_LANE_BACKGROUND,
                        .name = SIGNET_TEXT_INIT("singleton"),
                        .period_ms = 3600000,
                        .lease = SIGNET_TEXT_INIT("mock.singleton"),
                        .run = run};
    int32_t status =
        add_metric(host, call, SIGNET_TEXT("signet_mock_singleton_total"), &mock->runs);
    if (status == SIGNET_OK)
        status = add_metric(host, call, SIGNET_TEXT("signet_mock_asked_total"), &mock->asked);
    if (status == SIGNET_OK)
        status = host->services->add_job(host, call, &job);
    return status;
}

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_BOOLEAN,
     .flags = SIGNET_OPTION_REQUIRED,
     .name = SIGNET_TEXT_INIT("granted"),
     .help = SIGNET_TEXT_INIT("Whether leases are granted.")},
};

static const signet_provide_t provides[] = {
    {sizeof(signet_provide_t), 0, SIGNET_TEXT_INIT(SIGNET_STORE_INTERFACE), &store},
};

static const signet_plugin_t plugin = {
    MOCK_SOUND("mock-lease"), .options = options,    .option_count = 1,  .provides = provides,
    .provide_count = 1,       .open = open_instance, .close = mock_close};

MOCK_ENTRY(plugin)
