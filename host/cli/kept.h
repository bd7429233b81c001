/* The files that a configuration consists of and names, for commands that copy a deployment. */
#ifndef CLI_KEPT_H
#define CLI_KEPT_H

#include "cli/cli.h"
#include "core/config.h"

/* Lists them in the call's arena: the configuration's own files, then what options say is state or
 * keys. INVALID where a file of the configuration cannot be found again. */
int32_t cli_kept(signet_call_t *call, const core_config_t *config, const signet_kept_path_t **kept,
                 uint64_t *count);

#endif
