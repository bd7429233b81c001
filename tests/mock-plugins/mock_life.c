/* Leaves a trace of its life, answers with its text, and has a job that leaves a trace, too. One of
 * its routes answers only once the file `gate` is there. */
#include "mock_trace.h"

#define OPTION(kind, key)                                                                          \
    .size = sizeof(signet_option_t), .type = SIGNET_OPTION_##kind, .name = SIGNET_TEXT_INIT(key),  \
    .help = SIGNET_TEXT_INIT("For tests.")

static const signet_option_t options[] = {
    {OPTION(TEXT, "text")},
    {OPTION(PATH, "trace"), .flags = SIGNET_OPTION_REQUIRED | SIGNET_OPTION_WRITTEN},
    {OPTION(PATH, "gate")},
    {OPTION(TEXT, "fail"), .choices = SIGNET_TEXT_INIT("open|start")},
};

static int32_t answer(const mock_t *mock, signet_call_t *call, signet_exchange_t *exchange)
{
    signet_text_t text = mock_text(mock->host, "text");
    signet_response_t response = {
        .size = sizeof response, .status = 200, .body = {(const uint8_t *)text.data, text.length}};
    return exchange->services->respond(exchange, call, &response);
}

static int32_t handle(void *instance, signet_call_t *call, const signet_request_t *request,
                      signet_exchange_t *exchange)
{
    (void)request;
    return answer(instance, call, exchange);
}

static int32_t wait(void *instance, signet_call_t *call, const signet_request_t *request,
                    signet_exchange_t *exchange)
{
    const mock_t *mock = instance;
    char gate[4096];
    (void)request;
    mock_path(mock->host, "gate", gate);
    mock_trace(mock->host, "waits");
    while (access(gate, F_OK) != 0)
        usleep(1000);
    return answer(mock, call, exchange);
}

static int32_t work(void *instance, signet_call_t *call)
{
    const mock_t *mock = instance;
    (void)call;
    mock_trace(mock->host, "works");
    return SIGNET_OK;
}

static int fails_in(const signet_host_t *host, const char *step)
{
    signet_text_t text = mock_text(host, "fail");
    return text.length == strlen(step) && memcmp(text.data, step, text.length) == 0;
}

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    static const signet_route_t routes[] = {
        {.size = sizeof(signet_route_t),
         .flags = SIGNET_ROUTE_PUBLIC,
         .method = SIGNET_TEXT_INIT("GET"),
         .path = SIGNET_TEXT_INIT("/life"),
         .handle = handle},
        {.size = sizeof(signet_route_t),
         .flags = SIGNET_ROUTE_PUBLIC,
         .method = SIGNET_TEXT_INIT("GET"),
         .path = SIGNET_TEXT_INIT("/life/wait"),
         .handle = wait},
    };
    static const signet_job_t job = {.size = sizeof(signet_job_t),
                                     .lane = SIGNET_LANE_BACKGROUND,
                                     .name = SIGNET_TEXT_INIT("work"),
                                     .period_ms = 1000000,
                                     .run = work};
    if (host->mode != SIGNET_MODE_SERVE)
        return mock_open(host, call, instance);
    mock_trace(host, "open");
    int32_t status = fails_in(host, "open")
                         ? mock_fail(call, SIGNET_INVALID, SIGNET_TEXT("the mock does not open"))
                         : mock_open(host, call, instance);
    if (status == SIGNET_OK)
        status = host->services->add_routes(host, call, routes, 2);
    return status == SIGNET_OK ? host->services->add_job(host, call, &job) : status;
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    const mock_t *mock = instance;
    mock_trace(mock->host, "start");
    return fails_in(mock->host, "start")
               ? mock_fail(call, SIGNET_UNAVAILABLE, SIGNET_TEXT("the mock does not start"))
               : SIGNET_OK;
}

static int32_t drain_instance(void *instance, signet_call_t *call)
{
    const mock_t *mock = instance;
    (void)call;
    mock_trace(mock->host, "drain");
    return SIGNET_OK;
}

static int32_t stop_instance(void *instance, signet_call_t *call)
{
    const mock_t *mock = instance;
    (void)call;
    mock_trace(mock->host, "stop");
    return SIGNET_OK;
}

static void close_instance(void *instance)
{
    const mock_t *mock = instance;
    if (mock->host->mode == SIGNET_MODE_SERVE)
        mock_trace(mock->host, "close");
    mock_close(instance);
}

static const signet_plugin_t plugin = {MOCK_SOUND("mock-life"),
                                       .options = options,
                                       .option_count = sizeof options / sizeof options[0],
                                       .open = open_instance,
                                       .start = start_instance,
                                       .drain = drain_instance,
                                       .stop = stop_instance,
                                       .close = close_instance};

MOCK_ENTRY(plugin)
