/* Manual pages, made from the declarations of commands. */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include "cli/cli.h"

/* The page of one command, signet-COMMAND(1), or with NULL that of signet(1) itself, in the call's
 * arena. */
int32_t cli_manual(const cli_t *cli, signet_call_t *call, const cli_command_t *entry,
                   signet_text_t *text);
/* Writes all pages into a folder that exists: signet.1, signet-config-check.1, … */
int32_t cli_manual_write(const cli_t *cli, signet_call_t *call, signet_text_t folder);

#endif
