/* A plugin that others need. It notes each start in a file. */
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <signet/signet.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct base_interface {
    uint32_t size;
    uint32_t reserved;
} base_interface_t;

typedef struct base {
    const signet_host_t *host;
} base_t;

static int32_t base_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    base_t *base = calloc(1, sizeof(*base));
    if (!base) {
        return signet_fail_memory(call);
    }
    base->host = host;
    *instance = base;
    return SIGNET_OK;
}

static int32_t base_note(const base_t *base, signet_call_t *call, const char *what)
{
    const char *path = signet_text_string(call, signet_setting_text(base->host->settings, "trace"));
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file) {
        return signet_fail(call, SIGNET_UNAVAILABLE, "base.trace", "the trace cannot be written");
    }
    (void)fprintf(file, "%s %.*s\n", what, SIGNET_FORMAT(base->host->name));
    (void)fclose(file);
    return SIGNET_OK;
}

static int32_t base_start(void *instance, signet_call_t *call)
{
    return base_note(instance, call, "start");
}

static int32_t base_stop(void *instance, signet_call_t *call)
{
    return base_note(instance, call, "stop");
}

static void base_close(void *instance)
{
    free(instance);
}

static const base_interface_t interface = {.size = sizeof(interface)};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT("test.base/1"),
     .vtable = &interface},
};

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_PATH,
     .flags = SIGNET_OPTION_REQUIRED,
     .name = SIGNET_TEXT_INIT("trace"),
     .help = SIGNET_TEXT_INIT("Where starts are noted.")},
};

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("cli-base"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("What others need."),
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .provides = provides,
    .provide_count = sizeof(provides) / sizeof(provides[0]),
    .open = base_open,
    .start = base_start,
    .stop = base_stop,
    .close = base_close,
};

__attribute__((visibility("default"))) const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
