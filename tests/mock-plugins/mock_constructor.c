/* Ends the process that loads it. */
#include "mock.h"

__attribute__((constructor)) static void abort_process(void)
{
    abort();
}

static const signet_plugin_t plugin = {MOCK_SOUND("mock-constructor"), .open = mock_open,
                                       .close = mock_close};

MOCK_ENTRY(plugin)
