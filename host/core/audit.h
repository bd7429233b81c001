/* What the host itself leaves in the journal, where there is one. */
#ifndef CORE_AUDIT_H
#define CORE_AUDIT_H

#include "core/registry.h"

/* Entries for the start, the configuration and each plugin. An entry that cannot be written is
 * logged. From the main thread. */
void core_audit_started(core_registry_t *registry, const core_config_t *config);
/* The entry for a reload that changed what the plan says, and for each plugin that came with it.
 * `who` asked for it. From the main thread. */
void core_audit_reloaded(core_registry_t *registry, const core_config_t *config,
                         const core_plan_t *plan, signet_text_t who);
/* The entry for one that changed nothing, because of `error`. From the main thread. */
void core_audit_reload_refused(core_registry_t *registry, const core_config_t *config,
                               const signet_error_t *error, signet_text_t who);
/* The entry for the end; before the instances are drained. From the main thread. */
void core_audit_stopped(core_registry_t *registry, const core_config_t *config);

#endif
