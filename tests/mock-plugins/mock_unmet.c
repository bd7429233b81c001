/* Needs what nobody provides. */
#include "mock.h"

static const signet_need_t needs[] = {
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_REQUIRED,
     .interface = SIGNET_TEXT_INIT("test.nowhere/1")},
};

static const signet_plugin_t plugin = {MOCK_SOUND("mock-unmet"), .needs = needs, .need_count = 1,
                                       .open = mock_open, .close = mock_close};

MOCK_ENTRY(plugin)
