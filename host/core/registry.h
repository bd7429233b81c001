/* The registry: plugins, their instances, interfaces and routes; one per loaded configuration. */
#ifndef CORE_REGISTRY_H
#define CORE_REGISTRY_H

#include <signet/plugin.h>

#include "core/config.h"
#include "core/lane.h"

typedef struct core_registry core_registry_t;

/* A route with the instance that serves it. */
typedef struct core_route {
    const signet_route_t *route;
    void *instance;
    signet_text_t instance_name;
} core_route_t;

/* Loads and opens every instance of the configuration, in the order their needs give. Failures are
 * set in `call` and name plugin, interface and configuration line. */
int32_t core_registry_open(signet_call_t *call, const core_config_t *config, uint32_t mode,
                           core_registry_t **registry);
/* Starts all instances in order; on a failure those that started are stopped again. */
int32_t core_registry_start(signet_call_t *call, core_registry_t *registry);
/* Starts the jobs, on these lanes. Mode SERVE only. */
int32_t core_registry_run_jobs(core_registry_t *registry, core_lanes_t *lanes);
/* No further job runs begin; those that run may end. */
void core_registry_drain(core_registry_t *registry);
/* Stops and closes all instances in reverse order and frees the registry. */
void core_registry_close(core_registry_t *registry);
/* All routes; the array lives as long as the registry and is complete after start. */
const core_route_t *core_registry_routes(const core_registry_t *registry, uint64_t *count);
/* What find() and providers() of a call answer from. */
const signet_provider_t *core_registry_find(const core_registry_t *registry,
                                            signet_text_t interface, signet_text_t name,
                                            uint64_t *matches);
const signet_provider_t *const *core_registry_providers(const core_registry_t *registry,
                                                        signet_text_t interface, uint64_t *count);

#endif
