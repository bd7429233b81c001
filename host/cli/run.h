/* Running a command that a plugin brings. */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/cli.h"

/* Runs it with these options: a local command in an instance started from the configuration, a
 * remote one in an instance of its own. The error is cli->call's. */
int32_t cli_run(cli_t *cli, const cli_command_t *command, const signet_setting_t *options);
/* The input of a run: options, output, and where the host is. */
signet_command_input_t cli_run_input(const cli_t *cli, const signet_setting_t *options,
                                     signet_output_t *output);

#endif
