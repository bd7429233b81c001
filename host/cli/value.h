/* Values on a command line, checked as those in a configuration are. */
#ifndef CLI_VALUE_H
#define CLI_VALUE_H

#include "cli/cli.h"

/* Reads `written` as the option's type into `setting`, whose head is filled in. Paths become
 * absolute, relative to the current folder; "-" stays. INVALID with the reason "command.usage". */
int32_t cli_value_read(signet_call_t *call, const signet_option_t *option, signet_text_t written,
                       signet_setting_t *setting);

#endif
