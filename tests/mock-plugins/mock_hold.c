/* Holds the loop that serves it: its route is inline and sleeps. */
#include "mock.h"

#include <unistd.h>

/* A name of its own, to be found in the stack. */
__attribute__((noinline)) static void sleep_on_the_loop(void)
{
    for (int count = 0; count < 30; count++)
        usleep(50000);
}

static int32_t handle(void *instance, signet_call_t *call, const signet_request_t *request,
                      signet_exchange_t *exchange)
{
    (void)instance;
    (void)request;
    sleep_on_the_loop();
    signet_response_t response = {
        .size = sizeof response, .status = 200, .body = {(const uint8_t *)"held", 4}};
    return exchange->services->respond(exchange, call, &response);
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    static const signet_route_t route = {.size = sizeof(signet_route_t),
                                         .flags = SIGNET_ROUTE_PUBLIC | SIGNET_ROUTE_INLINE,
                                         .method = SIGNET_TEXT_INIT("GET"),
                                         .path = SIGNET_TEXT_INIT("/hold"),
                                         .handle = handle};
    const mock_t *mock = instance;
    return mock->host->services->add_routes(mock->host, call, &route, 1);
}

static const signet_plugin_t plugin = {MOCK_SOUND("mock-hold"), .open = mock_open,
                                       .start = start_instance, .close = mock_close};

MOCK_ENTRY(plugin)
