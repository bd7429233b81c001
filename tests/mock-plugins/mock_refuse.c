/* Fails in open or in start, as its option says, and leaves a file when it is closed, so that a
 * test sees that close follows either. */
#include "mock.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .flags = SIGNET_OPTION_REQUIRED,
     .name = SIGNET_TEXT_INIT("step"),
     .help = SIGNET_TEXT_INIT("The step that fails."),
     .choices = SIGNET_TEXT_INIT("open|start|none")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_PATH,
     .flags = SIGNET_OPTION_REQUIRED | SIGNET_OPTION_WRITTEN,
     .name = SIGNET_TEXT_INIT("trace"),
     .help = SIGNET_TEXT_INIT("File that gets a letter for each step.")},
};

static const signet_setting_t *setting(const signet_host_t *host, const char *name)
{
    for (uint64_t index = 0; index < host->settings->member_count; index++) {
        const signet_setting_t *member = &host->settings->members[index];
        if (member->name.length == strlen(name) &&
            memcmp(member->name.data, name, member->name.length) == 0)
            return member;
    }
    abort();
}

/* Leaves the letter of a step, then says whether it is the one to fail. */
static int32_t step(const signet_host_t *host, signet_call_t *call, const char *name)
{
    char path[4096];
    signet_text_t trace = setting(host, "trace")->text;
    signet_text_t failing = setting(host, "step")->text;
    if (trace.length >= sizeof path)
        abort();
    memcpy(path, trace.data, trace.length);
    path[trace.length] = '\0';
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0 || write(file, name, 1) != 1 || close(file) != 0)
        abort();
    if (call && failing.length == strlen(name) && memcmp(failing.data, name, failing.length) == 0)
        return mock_fail(call, SIGNET_UNAVAILABLE, SIGNET_TEXT("the mock refuses: leave it out"));
    return SIGNET_OK;
}

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    int32_t status = mock_open(host, call, instance);
    return status == SIGNET_OK ? step(host, call, "open") : status;
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    const mock_t *mock = instance;
    return step(mock->host, call, "start");
}

static int32_t drain_instance(void *instance, signet_call_t *call)
{
    const mock_t *mock = instance;
    return step(mock->host, call, "drain");
}

/* The letter of stop is p, since s is that of start. */
static int32_t stop_instance(void *instance, signet_call_t *call)
{
    const mock_t *mock = instance;
    return step(mock->host, call, "pause");
}

static void close_instance(void *instance)
{
    const mock_t *mock = instance;
    step(mock->host, NULL, "close");
    mock_close(instance);
}

static const signet_plugin_t plugin = {MOCK_SOUND("mock-refuse"), .options = options,
                                       .option_count = 2,         .open = open_instance,
                                       .start = start_instance,   .drain = drain_instance,
                                       .stop = stop_instance,     .close = close_instance};

MOCK_ENTRY(plugin)
