/* Crashes where it is told to: in start, in a call, in a job. */
#include "mock.h"

#include <string.h>

static int is_told(const mock_t *mock, const char *where)
{
    for (uint64_t i = 0; i < mock->host->settings->member_count; i++) {
        const signet_setting_t *setting = &mock->host->settings->members[i];
        if (setting->text.length == strlen(where) &&
            memcmp(setting->text.data, where, setting->text.length) == 0)
            return 1;
    }
    return 0;
}

static int32_t handle(void *instance, signet_call_t *call, const signet_request_t *request,
                      signet_exchange_t *exchange)
{
    (void)instance;
    (void)call;
    (void)request;
    (void)exchange;
    abort();
}

static int32_t run(void *instance, signet_call_t *call)
{
    (void)instance;
    (void)call;
    abort();
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    const mock_t *mock = instance;
    const signet_host_services_t *services = mock->host->services;
    const signet_route_t route = {.size = sizeof route,
                                  .flags = SIGNET_ROUTE_PUBLIC,
                                  .method = SIGNET_TEXT_INIT("GET"),
                                  .path = SIGNET_TEXT_INIT("/crash"),
                                  .handle = handle};
    const signet_job_t job = {.size = sizeof job,
                              .lane = SIGNET_LANE_BACKGROUND,
                              .name = SIGNET_TEXT_INIT("crash"),
                              .period_ms = 10,
                              .run = run};
    if (is_told(mock, "start"))
        abort();
    if (is_told(mock, "job"))
        return services->add_job(mock->host, call, &job);
    return services->add_routes(mock->host, call, &route, 1);
}

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .name = SIGNET_TEXT_INIT("where"),
     .help = SIGNET_TEXT_INIT("Where it crashes.")},
};

static const signet_plugin_t plugin = {MOCK_SOUND("mock-crash"), .options = options,
                                       .option_count = 1,        .open = mock_open,
                                       .start = start_instance,  .close = mock_close};

MOCK_ENTRY(plugin)
