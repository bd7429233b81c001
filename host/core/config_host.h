/* The `host` group beyond what its options declare. */
#ifndef CORE_CONFIG_HOST_H
#define CORE_CONFIG_HOST_H

#include "core/config.h"
#include "core/fault.h"

/* Adds a fault for what does not go together in the checked `host` group. */
void core_host_check(core_faults_t *faults, const signet_setting_t *host);

#endif
