/* command-profile: entry, descriptor and wiring. */
#include "profile.h"

static const signet_option_t show_options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .flags = SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL,
     .name = SIGNET_TEXT_INIT("name"),
     .help = SIGNET_TEXT_INIT("Name of the profile.")},
};

static const signet_command_t commands[] = {
    {.size = sizeof(signet_command_t),
     .name = SIGNET_TEXT_INIT("profile list"),
     .summary = SIGNET_TEXT_INIT("List the profiles that you may use."),
     .run = profile_list},
    {.size = sizeof(signet_command_t),
     .name = SIGNET_TEXT_INIT("profile show"),
     .summary = SIGNET_TEXT_INIT("Show one profile with the whole of its rules."),
     .help = SIGNET_TEXT_INIT("signet profile show tls-server"),
     .options = show_options,
     .option_count = sizeof show_options / sizeof show_options[0],
     .run = profile_show},
};

static const signet_command_interface_t interface = {
    .size = sizeof(signet_command_interface_t),
    .commands = commands,
    .command_count = sizeof commands / sizeof commands[0],
};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_COMMAND_INTERFACE),
     .vtable = &interface},
};

/* The commands keep nothing between runs; an instance is only a name. */
static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    (void)host;
    (void)call;
    *instance = NULL;
    return SIGNET_OK;
}

static void close_instance(void *instance)
{
    (void)instance;
}

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("command-profile"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Commands that read profiles: list, show."),
    .provides = provides,
    .provide_count = sizeof provides / sizeof provides[0],
    .open = open_instance,
    .close = close_instance,
};

const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
