/* Options that name other instances. */
#ifndef CORE_CONFIG_REFERENCE_H
#define CORE_CONFIG_REFERENCE_H

#include "core/config.h"
#include "core/fault.h"

/* Adds a fault for every INSTANCE setting that names no block of the configuration. */
void core_config_check_references(core_faults_t *faults, const core_config_t *config);
/* Calls `visit` for every INSTANCE setting that "a.b" leads to below a group. */
void core_config_each_reference(const signet_setting_t *group, signet_text_t option,
                                void (*visit)(void *context, const signet_setting_t *setting),
                                void *context);

#endif
