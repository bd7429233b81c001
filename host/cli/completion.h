/* Scripts that complete commands and options in a shell, made from the declarations. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "cli/cli.h"

/* The script for "bash", "zsh" or "fish", in the call's arena. */
int32_t cli_completion(const cli_t *cli, signet_call_t *call, signet_text_t shell,
                       signet_text_t *text);

#endif
