/* From the command line to settings, by what a command declares. */
#ifndef CLI_ARGUMENT_H
#define CLI_ARGUMENT_H

#include "cli/cli.h"

/* Options and what was given of them. */
typedef struct cli_options {
    const signet_option_t *declared;
    uint64_t count;
    signet_setting_t *given; /* one for each; size 0 until it is given */
} cli_options_t;

/* The options that every command takes. */
const signet_option_t *cli_global_options(uint64_t *count);
/* Makes room for what is given of these options. */
int32_t cli_options_begin(signet_call_t *call, const signet_option_t *declared, uint64_t count,
                          cli_options_t *options);
/* Reads arguments into the first set that declares them; positional ones go to the first set alone.
 * With `stop` reading ends at the first that is no option, and `*used` says how many were read.
 * Errors are INVALID with the reason "command.usage". */
int32_t cli_arguments_read(signet_call_t *call, cli_options_t *sets, uint64_t set_count,
                           char **arguments, uint64_t count, int stop, uint64_t *used);
/* The GROUP of what was given and of the defaults of the rest; with `required`, INVALID where a
 * required option is missing. */
int32_t cli_options_end(signet_call_t *call, const cli_options_t *options, int required,
                        const signet_setting_t **group);
/* The text of a member, or the empty text. */
signet_text_t cli_setting_text(const signet_setting_t *group, const char *name);
/* The integer of a member, or 0. */
int64_t cli_setting_integer(const signet_setting_t *group, const char *name);
/* An option's name as it is typed: '-' for '_'. */
signet_text_t cli_option_flag(signet_call_t *call, const signet_option_t *option);

#endif
