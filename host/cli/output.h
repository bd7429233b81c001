/* The output that a command is handed: text for people, or one JSON document. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "cli/cli.h"

typedef struct cli_output cli_output_t;

/* An output to standard output. NULL when out of memory. */
cli_output_t *cli_output_new(const cli_t *cli);
/* What a command is given. */
signet_output_t *cli_output_head(cli_output_t *output);
/* Prints the rest and frees it. Fails where standard output could not take everything; `done` is
 * 0 where the command failed, so that no empty document is printed. */
int32_t cli_output_end(signet_call_t *call, cli_output_t *output, int done);

#endif
