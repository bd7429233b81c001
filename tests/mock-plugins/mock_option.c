/* Declares an option with a default that its type does not allow. */
#include "mock.h"

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_DURATION,
     .name = SIGNET_TEXT_INIT("period"),
     .help = SIGNET_TEXT_INIT("How often."),
     .default_value = SIGNET_TEXT_INIT("soon")},
};

static const signet_plugin_t plugin = {MOCK_SOUND("mock-option"), .options = options,
                                       .option_count = 1, .open = mock_open, .close = mock_close};

MOCK_ENTRY(plugin)
