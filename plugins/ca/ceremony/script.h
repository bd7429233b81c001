/* The options of a script: the group `ceremony` in a block of this plugin. */
#ifndef CA_SCRIPT_H
#define CA_SCRIPT_H

#include <signet/call.h>
#include <signet/option.h>

#define CA_SCRIPT_OPTION_COUNT 5U
extern const signet_option_t ca_script_options[];

/* Judges a script, if the settings have one: one administrator, enough holders, `enroll` first and
 * nowhere else. INVALID at the setting. */
int32_t ca_script_check(signet_call_t *call, const signet_setting_t *settings);

#endif
