/* What goes to standard error, and what the shell is told. */
#ifndef CLI_ERROR_H
#define CLI_ERROR_H

#include "cli/cli.h"

/* "signet: warning: SENTENCE". */
void cli_warn(signet_text_t sentence);
/* "signet: MESSAGE", with field and reason, a line for each of the message's. */
void cli_error_print(signet_call_t *call);
/* The exit code of a status. */
int cli_error_code(int32_t status);

#endif
