/* The only owner of something: it takes its text in place, and what it owns needs a restart. */
#include "mock_trace.h"

#define OPTION(kind, key)                                                                          \
    .size = sizeof(signet_option_t), .type = SIGNET_OPTION_##kind, .name = SIGNET_TEXT_INIT(key),  \
    .help = SIGNET_TEXT_INIT("For tests.")

static const signet_option_t options[] = {
    {OPTION(TEXT, "text"), .flags = SIGNET_OPTION_RELOADABLE},
    {OPTION(BOOLEAN, "refuse"), .flags = SIGNET_OPTION_RELOADABLE},
    {OPTION(PATH, "trace"), .flags = SIGNET_OPTION_REQUIRED | SIGNET_OPTION_WRITTEN},
};

static int refuses(const signet_host_t *host)
{
    for (uint64_t index = 0; index < host->settings->member_count; index++) {
        const signet_setting_t *member = &host->settings->members[index];
        if (member->name.length == 6 && memcmp(member->name.data, "refuse", 6) == 0)
            return member->integer != 0;
    }
    return 0;
}

static int32_t reload(void *instance, signet_call_t *call, const signet_host_t *host)
{
    mock_t *mock = instance;
    mock_trace(host, "reload");
    if (refuses(host))
        return mock_fail(call, SIGNET_CONFLICT, SIGNET_TEXT("the mock does not take it"));
    mock->host = host;
    return SIGNET_OK;
}

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    if (host->mode == SIGNET_MODE_SERVE)
        mock_trace(host, "open");
    return mock_open(host, call, instance);
}

static void close_instance(void *instance)
{
    const mock_t *mock = instance;
    if (mock->host->mode == SIGNET_MODE_SERVE)
        mock_trace(mock->host, "close");
    mock_close(instance);
}

static const signet_plugin_t plugin = {MOCK_SOUND("mock-place"),
                                       .options = options,
                                       .option_count = sizeof options / sizeof options[0],
                                       .open = open_instance,
                                       .reload = reload,
                                       .close = close_instance};

MOCK_ENTRY(plugin)
