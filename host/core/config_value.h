/* Single values of a configuration: text, numbers, paths, secrets and lists of text. */
#ifndef CORE_CONFIG_VALUE_H
#define CORE_CONFIG_VALUE_H

#include "core/config_check.h"

#include <signet/option.h>

/* Fills `to` from what the file says, adding a fault where that is not what was declared. */
void core_config_value(core_check_t *check, const config_setting_t *from,
                       const signet_option_t *option, signet_setting_t *to);
/* Fills `to` from the declared default; 0 when there is no memory. */
int core_config_default(core_check_t *check, const signet_option_t *option, signet_setting_t *to);

#endif
