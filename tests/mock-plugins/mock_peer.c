/* Provides what it needs from another: two of them can be made to need each other. */
#include "mock.h"

static const signet_auth_interface_t unused = {.size = sizeof(signet_auth_interface_t)};

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INSTANCE,
     .flags = SIGNET_OPTION_REQUIRED,
     .name = SIGNET_TEXT_INIT("peer"),
     .help = SIGNET_TEXT_INIT("The other one.")},
};

static const signet_provide_t provides[] = {
    {sizeof(signet_provide_t), 0, SIGNET_TEXT_INIT(MOCK_INTERFACE), &unused},
};

static const signet_need_t needs[] = {
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_REQUIRED,
     .interface = SIGNET_TEXT_INIT(MOCK_INTERFACE),
     .option = SIGNET_TEXT_INIT("peer")},
};

static const signet_plugin_t plugin = {
    MOCK_SOUND("mock-peer"), .options = options, .option_count = 1,
    .provides = provides,    .provide_count = 1, .needs = needs,
    .need_count = 1,         .open = mock_open,  .close = mock_close};

MOCK_ENTRY(plugin)
