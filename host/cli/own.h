/* signet's own commands, declared as those of plugins are. */
#ifndef CLI_OWN_H
#define CLI_OWN_H

#include "cli/cli.h"

/* The instance that their functions are given is the cli_t. */
extern const signet_command_interface_t cli_own_commands;

#endif
