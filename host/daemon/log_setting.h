/* The log as the configuration wants it. */
#ifndef DAEMON_LOG_SETTING_H
#define DAEMON_LOG_SETTING_H

#include "core/config.h"

/* Begins the log. Failures are set in `call`. */
int32_t daemon_log_begin(signet_call_t *call, const core_config_t *config);
/* Sets the level of a running log. */
void daemon_log_level(const core_config_t *config);

#endif
