/* What the host itself leaves in the journal, where there is one. */
#ifndef CORE_AUDIT_H
#define CORE_AUDIT_H

#include "core/registry.h"

/* Entries for the start, the configuration and each plugin. An entry that cannot be written is
 * logged. From the main thread. */
void core_audit_started(core_registry_t *registry, const core_config_t *config);
/* The entry for the end; before the instances are drained. From the main thread. */
void core_audit_stopped(core_registry_t *registry, const core_config_t *config);

#endif
