/* store-sqlite: the embedded store. */
#include "store.h"

#include <signet/signet.h>

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_PATH,
     .flags = SIGNET_OPTION_REQUIRED | SIGNET_OPTION_WRITTEN,
     .name = SIGNET_TEXT_INIT("path"),
     .help = SIGNET_TEXT_INIT(
         "The database's file; its folder must exist, on a local disk, and be private.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INTEGER,
     .name = SIGNET_TEXT_INIT("readers"),
     .help = SIGNET_TEXT_INIT("The most connections that read at the same time."),
     .default_value = SIGNET_TEXT_INIT("4"),
     .minimum = 1,
     .maximum = 64},
};

static const signet_store_interface_t interface = {
    .size = sizeof(signet_store_interface_t),
    .declare = store_declare,
    .commit = store_commit,
    .get = store_get,
    .query = store_query,
    .count = store_count,
    .lease = store_lease,
    .release = store_release,
};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_STORE_INTERFACE),
     .vtable = &interface},
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_BACKUP_INTERFACE),
     .vtable = &store_backup},
};

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("store-sqlite"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Keeps records in one SQLite file, for a single node."),
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .provides = provides,
    .provide_count = sizeof(provides) / sizeof(provides[0]),
    .open = store_open,
    .start = store_start,
    .reload = store_reload,
    .stop = store_stop,
    .close = store_close,
};

const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
