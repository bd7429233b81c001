/* Never comes back from open. */
#include "mock.h"

#include <unistd.h>

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    (void)host;
    (void)call;
    (void)instance;
    while (pause() != 0)
        ;
    return SIGNET_OK;
}

static const signet_plugin_t plugin = {MOCK_SOUND("mock-hang"), .open = open_instance,
                                       .close = mock_close};

MOCK_ENTRY(plugin)
