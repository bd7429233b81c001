/* Lacks a required function. */
#include "mock.h"

static const signet_plugin_t plugin = {MOCK_SOUND("mock-member"), .close = mock_close};

MOCK_ENTRY(plugin)
