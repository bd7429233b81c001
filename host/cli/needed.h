/* The part of a configuration that one instance needs. */
#ifndef CLI_NEEDED_H
#define CLI_NEEDED_H

#include "cli/cli.h"
#include "core/config.h"

/* A configuration of the block at `index` and of all those it needs, would like, or names, and of
 * what those need in turn. It borrows from `whole` and is not freed. */
int32_t cli_needed(signet_call_t *call, const core_config_t *whole, uint64_t index,
                   core_config_t *needed);
/* The same for a command of these SIGNET_COMMAND_* flags that works on files alone: the block
 * itself, and with SIGNET_COMMAND_WITH_OPTIONAL what it would like to have. */
int32_t cli_needed_alone(signet_call_t *call, const core_config_t *whole, uint64_t index,
                         uint32_t flags, core_config_t *needed);

#endif
