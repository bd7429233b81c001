/* command-plugin: entry, descriptor and wiring. */
#include "plugin_new.h"

#include <signet/sdk/command_plugin.h>

static const signet_option_t new_options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .flags = SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL,
     .name = SIGNET_TEXT_INIT("kind"),
     .help = SIGNET_TEXT_INIT("What kind of plugin."),
     .choices = SIGNET_TEXT_INIT("auth|command|discovery|exporter|key|notifier|policy|protocol")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .flags = SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL,
     .name = SIGNET_TEXT_INIT("name"),
     .help = SIGNET_TEXT_INIT("Its name: small letters, digits and '-'.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .name = SIGNET_TEXT_INIT("folder"),
     .help = SIGNET_TEXT_INIT("The folder to be made; by default KIND-NAME.")},
};

static const signet_command_t commands[] = {
    {.size = sizeof(signet_command_t),
     .name = SIGNET_TEXT_INIT("plugin new"),
     .summary = SIGNET_TEXT_INIT("Write a plugin to start from, built and tested as it is."),
     .help = SIGNET_TEXT_INIT("signet plugin new notifier my-pager"),
     .options = new_options,
     .option_count = sizeof new_options / sizeof new_options[0],
     .run = plugin_new},
};

SIGNET_COMMAND_PLUGIN("command-plugin", "Commands for authors of plugins: new.", commands)
