/* Calls a function that exists nowhere. */
#include "mock.h"

extern int32_t mock_function_that_exists_nowhere(void);

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    return mock_function_that_exists_nowhere() ? SIGNET_INTERNAL : mock_open(host, call, instance);
}

static const signet_plugin_t plugin = {MOCK_SOUND("mock-symbol"), .open = open_instance,
                                       .close = mock_close};

MOCK_ENTRY(plugin)
