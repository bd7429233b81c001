/* Ends the process that opens it. */
#include "mock.h"

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    (void)host;
    (void)call;
    (void)instance;
    abort();
}

static const signet_plugin_t plugin = {MOCK_SOUND("mock-abort"), .open = open_instance,
                                       .close = mock_close};

MOCK_ENTRY(plugin)
