/* A plugin that does as it should, with an option of every type. */
#include "mock.h"

#define OPTION(kind, key)                                                                          \
    .size = sizeof(signet_option_t), .type = SIGNET_OPTION_##kind, .name = SIGNET_TEXT_INIT(key),  \
    .help = SIGNET_TEXT_INIT("For tests.")

static const signet_option_t part_options[] = {
    {OPTION(TEXT, "name"), .flags = SIGNET_OPTION_REQUIRED},
    {OPTION(INSTANCE, "other")},
    {OPTION(INTEGER, "weight"), .default_value = SIGNET_TEXT_INIT("7")},
};

static const signet_option_t options[] = {
    {OPTION(TEXT, "text")},
    {OPTION(TEXT, "colour"), .choices = SIGNET_TEXT_INIT("red|green"),
     .default_value = SIGNET_TEXT_INIT("green")},
    {OPTION(INTEGER, "number"), .minimum = -5, .maximum = INT64_MAX},
    {OPTION(BOOLEAN, "flag"), .default_value = SIGNET_TEXT_INIT("true")},
    {OPTION(DURATION, "period"), .default_value = SIGNET_TEXT_INIT("90d")},
    {OPTION(SIZE, "limit"), .default_value = SIGNET_TEXT_INIT("64KiB")},
    {OPTION(PATH, "folder")},
    {OPTION(SECRET, "secret")},
    {OPTION(TEXTS, "words"), .default_value = SIGNET_TEXT_INIT("[ \"a\", \"b\" ]")},
    {OPTION(GROUP, "part"), .members = part_options, .member_count = 3},
    {OPTION(GROUPS, "parts"), .members = part_options, .member_count = 3},
};

static const signet_auth_interface_t unused = {.size = sizeof(signet_auth_interface_t)};

static const signet_provide_t provides[] = {
    {sizeof(signet_provide_t), 0, SIGNET_TEXT_INIT("test.good/1"), &unused},
};

static const signet_need_t needs[] = {
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_REQUIRED,
     .interface = SIGNET_TEXT_INIT("test.good/1"),
     .option = SIGNET_TEXT_INIT("parts.other")},
};

static const signet_plugin_t plugin = {
    MOCK_SOUND("mock-good"), .options = options, .option_count = sizeof options / sizeof options[0],
    .provides = provides,    .provide_count = 1, .needs = needs,
    .need_count = 1,         .open = mock_open,  .close = mock_close};

MOCK_ENTRY(plugin)
