/* command-tenant: entry, descriptor and wiring. */
#include "tenant.h"

#include <signet/sdk/command_plugin.h>

static const signet_option_t show_options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .flags = SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL,
     .name = SIGNET_TEXT_INIT("name"),
     .help = SIGNET_TEXT_INIT("Name of the tenant.")},
};

static const signet_command_t commands[] = {
    {.size = sizeof(signet_command_t),
     .name = SIGNET_TEXT_INIT("tenant list"),
     .summary = SIGNET_TEXT_INIT("List the tenants, with their quotas."),
     .run = tenant_list},
    {.size = sizeof(signet_command_t),
     .name = SIGNET_TEXT_INIT("tenant show"),
     .summary = SIGNET_TEXT_INIT("Show one tenant."),
     .help = SIGNET_TEXT_INIT("signet tenant show acme"),
     .options = show_options,
     .option_count = sizeof show_options / sizeof show_options[0],
     .run = tenant_show},
};

SIGNET_COMMAND_PLUGIN("command-tenant", "Commands that read tenants: list, show.", commands)
