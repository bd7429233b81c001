/* command-host: entry, descriptor and wiring. */
#include "host_reload.h"

#include <signet/sdk/command_plugin.h>

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXTS,
     .flags = SIGNET_OPTION_REPEATABLE,
     .name = SIGNET_TEXT_INIT("instance"),
     .help =
         SIGNET_TEXT_INIT("Replace this instance although its block is the same, because a file "
                          "that it names has changed.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_BOOLEAN,
     .name = SIGNET_TEXT_INIT("all"),
     .help = SIGNET_TEXT_INIT("Show what stays unchanged, too.")},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const signet_command_t commands[] = {
    {.size = sizeof(signet_command_t),
     .name = SIGNET_TEXT_INIT("reload"),
     .summary = SIGNET_TEXT_INIT("Have the host take its changed configuration."),
     .help = SIGNET_TEXT_INIT("signet --url unix:/run/signet/signet.sock reload"),
     .options = options,
     .option_count = COUNT(options),
     .run = host_reload},
    {.size = sizeof(signet_command_t),
     .name = SIGNET_TEXT_INIT("config diff"),
     .summary = SIGNET_TEXT_INIT("Show what a reload would do, without doing it."),
     .help = SIGNET_TEXT_INIT("signet --url unix:/run/signet/signet.sock config diff"),
     .options = options,
     .option_count = COUNT(options),
     .run = host_difference},
};

SIGNET_COMMAND_PLUGIN("command-host", "Commands for a running host: reload and config diff.",
                      commands)
