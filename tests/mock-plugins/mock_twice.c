/* Answers each request a second time, and takes no notice of what that comes to. */
#include "mock.h"

static int32_t handle(void *instance, signet_call_t *call, const signet_request_t *request,
                      signet_exchange_t *exchange)
{
    const signet_response_t first = {
        .size = sizeof first, .status = 200, .body = {(const uint8_t *)"first", 5}};
    const signet_response_t second = {
        .size = sizeof second, .status = 200, .body = {(const uint8_t *)"second", 6}};
    (void)instance;
    (void)request;
    int32_t status = exchange->services->respond(exchange, call, &first);
    if (status == SIGNET_OK && exchange->services->respond(exchange, call, &second) != SIGNET_OK)
        call->services->clear(call);
    return status;
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    const mock_t *mock = instance;
    const signet_route_t route = {.size = sizeof route,
                                  .flags = SIGNET_ROUTE_PUBLIC,
                                  .method = SIGNET_TEXT_INIT("GET"),
                                  .path = SIGNET_TEXT_INIT("/twice"),
                                  .handle = handle};
    return mock->host->services->add_routes(mock->host, call, &route, 1);
}

static const signet_plugin_t plugin = {MOCK_SOUND("mock-twice"), .open = mock_open,
                                       .start = start_instance, .close = mock_close};

MOCK_ENTRY(plugin)
