/* An instance through its life: open, start, reload, drain, stop, close. */
#ifndef CORE_INSTANCE_H
#define CORE_INSTANCE_H

#include "core/registry_private.h"

/* One that is not open yet. NULL when out of memory. */
core_instance_t *core_instance_new(core_registry_t *registry, const core_block_t *block);
/* The first steps; failures name the instance and its place in the configuration. */
int32_t core_instance_open(signet_call_t *call, core_registry_t *registry,
                           core_instance_t *instance);
int32_t core_instance_start(signet_call_t *call, core_registry_t *registry,
                            core_instance_t *instance);
/* Has it take the settings of its block in the registry's configuration. What it was handed before
 * goes to `*former`, and must live as long as a call may use it. */
int32_t core_instance_reload(signet_call_t *call, core_registry_t *registry,
                             core_instance_t *instance, const core_block_t *block,
                             core_handed_t **former);
/* Gives it back what it was handed before. */
void core_instance_undo_reload(core_registry_t *registry, core_instance_t *instance,
                               core_handed_t *former);
/* The last steps; failures are logged. */
void core_instance_drain(core_registry_t *registry, core_instance_t *instance);
void core_instance_stop(core_registry_t *registry, core_instance_t *instance);
/* Closes and frees it. */
void core_instance_free(core_instance_t *instance);
/* Frees what was handed, unless it is the first. */
void core_handed_free(core_handed_t *handed);

#endif
