/* Its descriptor ends before the functions that the host needs. */
#include "mock.h"

static const signet_plugin_t plugin = {.size = offsetof(signet_plugin_t, open),
                                       .abi = SIGNET_ABI,
                                       MOCK_HEAD("mock-size"),
                                       .open = mock_open,
                                       .close = mock_close};

MOCK_ENTRY(plugin)
