/* Built against another revision of the contract. */
#include "mock.h"

static const signet_plugin_t plugin = {.size = sizeof(signet_plugin_t),
                                       .abi = SIGNET_ABI + 1,
                                       MOCK_HEAD("mock-abi"),
                                       .open = mock_open,
                                       .close = mock_close};

MOCK_ENTRY(plugin)
