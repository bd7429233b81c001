/* discovery-files: entry, descriptor and wiring. */
#include <limits.h>
#include <signet/plugin.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdlib.h>

#include "files.h"

static const signet_option_t places[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_PATH,
     .flags = SIGNET_OPTION_REQUIRED,
     .name = SIGNET_TEXT_INIT("path"),
     .help = SIGNET_TEXT_INIT("A file, or a folder whose files are searched.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXTS,
     .name = SIGNET_TEXT_INIT("names"),
     .help =
         SIGNET_TEXT_INIT("Patterns of the names of files that are opened, *.pem for one; none: "
                          "all.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INTEGER,
     .name = SIGNET_TEXT_INIT("depth"),
     .help = SIGNET_TEXT_INIT("Levels of folders below it that are searched, too."),
     .default_value = SIGNET_TEXT_INIT("8"),
     .minimum = 0,
     .maximum = FILES_DEPTH_MAX},
};

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUPS,
     .flags = SIGNET_OPTION_REQUIRED,
     .name = SIGNET_TEXT_INIT("places"),
     .help = SIGNET_TEXT_INIT("Where to look."),
     .members = places,
     .member_count = sizeof places / sizeof *places},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_SIZE,
     .name = SIGNET_TEXT_INIT("max_size"),
     .help = SIGNET_TEXT_INIT("Larger files are not read, and reported."),
     .default_value = SIGNET_TEXT_INIT("4MiB"),
     .minimum = 1024,
     .maximum = 67108864},
};

static const signet_discovery_interface_t interface = {
    .size = sizeof(signet_discovery_interface_t),
    .scan = files_scan,
};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_DISCOVERY_INTERFACE),
     .vtable = &interface},
};

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    const signet_setting_t *list = signet_setting(host->settings, "places");
    files_t *files = calloc(1, sizeof *files);
    if (files == NULL) {
        return signet_fail_memory(call);
    }
    *instance = files;
    files->host = host;
    files->max_size = (uint64_t)signet_setting_integer(host->settings, "max_size", 0);
    if (signet_setting_count(host->settings, "places") == 0) {
        return signet_setting_fail(call, list ? list : host->settings, "files.places",
                                   "Nothing would ever be found: name places.");
    }
    for (uint64_t i = 0; i < signet_setting_count(host->settings, "places"); i++) {
        const signet_setting_t *place = signet_setting_at(list, i);
        signet_text_t path = signet_setting_text(place, "path");
        if (path.length == 0 || path.length >= PATH_MAX || path.data[0] != '/') {
            return signet_setting_fail(call, place, "files.path",
                                       "The path is empty or too long: name a file or a folder.");
        }
    }
    return SIGNET_OK;
}

static void close_instance(void *instance)
{
    free(instance);
}

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("discovery-files"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Finds certificates in files and folders."),
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .provides = provides,
    .provide_count = sizeof provides / sizeof *provides,
    .open = open_instance,
    .close = close_instance,
};

const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
