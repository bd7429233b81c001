/* Calls itself otherwise than its file. */
#include "mock.h"

static const signet_plugin_t plugin = {MOCK_SOUND("mock-somebody-else"), .open = mock_open,
                                       .close = mock_close};

MOCK_ENTRY(plugin)
