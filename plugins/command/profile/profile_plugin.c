/* command-profile: entry, descriptor and wiring. */
#include "profile.h"

#include <signet/sdk/command_plugin.h>

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

SIGNET_COMMAND_PLUGIN("command-profile", "Commands that read profiles: list, show.", commands)
