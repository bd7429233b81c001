/* Registers a route, the same for every instance but for the name of its parameter. */
#include "mock.h"

static int32_t handle(void *instance, signet_call_t *call, const signet_request_t *request,
                      signet_exchange_t *exchange)
{
    (void)instance;
    (void)request;
    signet_response_t response = {
        .size = sizeof response, .status = 200, .body = {(const uint8_t *)"mock", 4}};
    return exchange->services->respond(exchange, call, &response);
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    const mock_t *mock = instance;
    const signet_route_t routes[] = {
        {.size = sizeof(signet_route_t),
         .flags = SIGNET_ROUTE_PUBLIC,
         .method = SIGNET_TEXT_INIT("GET"),
         .path = mock->host->number % 2 ? SIGNET_TEXT("/mock/{one}") : SIGNET_TEXT("/mock/{other}"),
         .handle = handle},
    };
    return mock->host->services->add_routes(mock->host, call, routes, 1);
}

static const signet_plugin_t plugin = {MOCK_SOUND("mock-route"), .open = mock_open,
                                       .start = start_instance, .close = mock_close};

MOCK_ENTRY(plugin)
