/* What signet says about itself. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/cli.h"

/* All commands, grouped by where they work. */
void cli_help_overview(const cli_t *cli);
/* One command: usage, options, example. */
void cli_help_command(const cli_t *cli, const cli_command_t *command);
/* What an option takes, in a word: "DURATION", or its choices. */
signet_text_t cli_option_value(signet_call_t *call, const signet_option_t *option);

#endif
