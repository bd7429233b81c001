/* journal: the durable, sealed record of everything that happened. */
#include "journal.h"

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INSTANCE,
     .name = SIGNET_TEXT_INIT("store"),
     .help = SIGNET_TEXT_INIT("The store that keeps the entries; the only one by default.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INSTANCE,
     .name = SIGNET_TEXT_INIT("keys"),
     .help = SIGNET_TEXT_INIT("The key backend that signs the seals; the only one by default.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .name = SIGNET_TEXT_INIT("key"),
     .help = SIGNET_TEXT_INIT("The key that signs the seals; made at the first start."),
     .default_value = SIGNET_TEXT_INIT("journal-seal")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .name = SIGNET_TEXT_INIT("type"),
     .help = SIGNET_TEXT_INIT("The type of the key where it is made."),
     .default_value = SIGNET_TEXT_INIT(SIGNET_KEY_P256),
     .choices = SIGNET_TEXT_INIT("EC-P256|EC-P384|EC-P521|RSA-2048|RSA-3072|RSA-4096|ED25519|"
                                 "ED448")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_DURATION,
     .name = SIGNET_TEXT_INIT("interval"),
     .help = SIGNET_TEXT_INIT("How long after one seal the next is made."),
     .default_value = SIGNET_TEXT_INIT("1s"),
     .minimum = 10,
     .maximum = 3600000},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_PATH,
     .flags = SIGNET_OPTION_WRITTEN,
     .name = SIGNET_TEXT_INIT("head_file"),
     .help = SIGNET_TEXT_INIT("The file that says how far the journal is, by which a store is "
                              "noticed that was put back to an earlier state; beside the store by "
                              "default.")},
};

static const signet_journal_interface_t interface = {
    .size = sizeof(signet_journal_interface_t),
    .commit = journal_commit,
    .denied = journal_denied,
    .query = journal_query,
    .read = journal_read,
    .acknowledge = journal_acknowledge,
    .ready = journal_ready,
};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_JOURNAL_INTERFACE),
     .vtable = &interface},
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_COMMAND_INTERFACE),
     .vtable = &journal_commands},
};

static const signet_need_t needs[] = {
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_REQUIRED,
     .interface = SIGNET_TEXT_INIT(SIGNET_STORE_INTERFACE),
     .option = SIGNET_TEXT_INIT("store")},
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_REQUIRED,
     .interface = SIGNET_TEXT_INIT(SIGNET_KEY_INTERFACE),
     .option = SIGNET_TEXT_INIT("keys")},
};

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("journal"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Records everything that happens, sealed against alteration."),
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .provides = provides,
    .provide_count = sizeof(provides) / sizeof(provides[0]),
    .needs = needs,
    .need_count = sizeof(needs) / sizeof(needs[0]),
    .open = journal_open,
    .start = journal_start,
    .reload = journal_reload,
    .stop = journal_stop,
    .close = journal_close,
};

const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
