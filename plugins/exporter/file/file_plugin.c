/* exporter-file: entry, descriptor and wiring. */
#include <limits.h>
#include <signet/plugin.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_PATH,
     .flags = SIGNET_OPTION_REQUIRED | SIGNET_OPTION_WRITTEN,
     .name = SIGNET_TEXT_INIT("path"),
     .help = SIGNET_TEXT_INIT("The file; its folder must exist.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_SIZE,
     .name = SIGNET_TEXT_INIT("rotate_size"),
     .help =
         SIGNET_TEXT_INIT("The file is renamed to PATH.1, and PATH.1 to PATH.2, before it would "
                          "grow beyond this."),
     .default_value = SIGNET_TEXT_INIT("64MiB"),
     .minimum = 4096,
     .maximum = INT64_C(1) << 40},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INTEGER,
     .name = SIGNET_TEXT_INIT("keep"),
     .help = SIGNET_TEXT_INIT("Renamed files that are kept; older ones are overwritten."),
     .default_value = SIGNET_TEXT_INIT("10"),
     .minimum = 1,
     .maximum = 10000},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_BOOLEAN,
     .name = SIGNET_TEXT_INIT("sync"),
     .help = SIGNET_TEXT_INIT("Whether entries count as delivered only once they are on the disk; "
                              "without it a power cut may lose the last seconds."),
     .default_value = SIGNET_TEXT_INIT("true")},
};

static const signet_exporter_interface_t interface = {
    .size = sizeof(signet_exporter_interface_t),
    .deliver = file_deliver,
};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_EXPORTER_INTERFACE),
     .vtable = &interface},
};

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    signet_text_t path = signet_setting_text(host->settings, "path");
    file_t *file = calloc(1, sizeof *file);
    if (file == NULL) {
        return signet_fail_memory(call);
    }
    file->host = host;
    file->descriptor = -1;
    file->rotate_size = signet_setting_integer(host->settings, "rotate_size", 0);
    file->keep = signet_setting_integer(host->settings, "keep", 1);
    file->is_synced = signet_setting_integer(host->settings, "sync", 1) != 0;
    pthread_mutex_init(&file->lock, NULL);
    *instance = file;
    /* Room for the number of a rotated file. */
    if (path.length > PATH_MAX - 32) {
        return signet_setting_fail(call, signet_setting(host->settings, "path"), "file.path",
                                   "The path is too long: choose a shorter one.");
    }
    file->path = strndup(path.data, (size_t)path.length);
    return file->path ? SIGNET_OK : signet_fail_memory(call);
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    file_t *file = instance;
    pthread_mutex_lock(&file->lock);
    int32_t status = file_open(call, file);
    pthread_mutex_unlock(&file->lock);
    return status;
}

static void close_instance(void *instance)
{
    file_t *file = instance;
    file_close(file);
    pthread_mutex_destroy(&file->lock);
    free(file->path);
    free(file);
}

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("exporter-file"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Writes the journal to a file of JSON lines."),
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .provides = provides,
    .provide_count = sizeof provides / sizeof provides[0],
    .open = open_instance,
    .start = start_instance,
    .close = close_instance,
};

const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
