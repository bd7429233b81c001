/* The registry: plugins, their instances, interfaces and routes; one per loaded configuration.
 *
 * A reload opens a registry beside the one in force. Instances whose block did not change are in
 * both. Each call holds the registry it began in; what only a registry has that nobody holds any
 * more is closed by core_registry_reap. */
#ifndef CORE_REGISTRY_H
#define CORE_REGISTRY_H

#include <signet/plugin.h>

#include "core/config.h"
#include "core/lane.h"
#include "core/plan.h"

typedef struct core_registry core_registry_t;

/* A route with the instance that serves it. */
typedef struct core_route {
    const signet_route_t *route;
    void *instance;
    signet_text_t instance_name;
} core_route_t;

/* Loads and opens every instance of the configuration, in the order their needs give. Failures are
 * set in `call` and name plugin, interface and configuration line. */
int32_t core_registry_open(signet_call_t *call, core_config_t *config, uint32_t mode,
                           core_registry_t **registry);
/* The program that the processes of isolated instances run, whose main calls core_isolated_child;
 * by default this process's own. It is not copied. Before start. */
void core_registry_executable(core_registry_t *registry, const char *executable);
/* Starts all instances in order; on a failure those that started are stopped again. */
int32_t core_registry_start(signet_call_t *call, core_registry_t *registry);
/* Starts the jobs, on these lanes. Mode SERVE only. */
int32_t core_registry_run_jobs(core_registry_t *registry, core_lanes_t *lanes);
/* No further job runs begin; those that run may end. */
void core_registry_drain(core_registry_t *registry);
/* Stops and closes all instances in reverse order, also those of older registries, and frees the
 * registry. No call may be left. */
void core_registry_close(core_registry_t *registry);

/* Opens and starts the instances that the plan adds or replaces, beside those of `old`, which stays
 * in force. On a failure nothing has changed. The thread of core_registry_open. */
int32_t core_registry_reopen(signet_call_t *call, core_registry_t *old, core_config_t *config,
                             const core_plan_t *plan, core_registry_t **registry);
/* Has instances take their changed options in place. On a failure they have been given back the
 * former ones. */
int32_t core_registry_change_in_place(signet_call_t *call, core_registry_t *old,
                                      core_registry_t *registry, const core_plan_t *plan);
/* Puts `registry` in force instead of `old`: jobs, and calls that begin from here on. Those of
 * `old` that are not in it run no more jobs; they are drained, stopped and closed once nothing
 * holds `old`. */
void core_registry_switch(core_registry_t *old, core_registry_t *registry);
/* Closes one that was never put in force. */
void core_registry_abandon(core_registry_t *registry);
/* Closes what nobody holds any more; the same thread. */
void core_registry_reap(core_registry_t *registry);
/* How many registries are there: the one in force and those that calls are still pinned to. */
uint64_t core_registry_generations(const core_registry_t *registry);
/* Has `wake` called, on any thread, when there is something to reap. */
void core_registry_on_idle(core_registry_t *registry, void (*wake)(void *context), void *context);
/* Keeps it, with all its instances open, until it is released. Any thread. */
core_registry_t *core_registry_hold(core_registry_t *registry);
void core_registry_release(core_registry_t *registry);

/* All routes; the array lives as long as the registry and is complete after start. */
const core_route_t *core_registry_routes(const core_registry_t *registry, uint64_t *count);
/* What find() and providers() of a call answer from. */
const signet_provider_t *core_registry_find(const core_registry_t *registry,
                                            signet_text_t interface, signet_text_t name,
                                            uint64_t *matches);
const signet_provider_t *const *core_registry_providers(const core_registry_t *registry,
                                                        signet_text_t interface, uint64_t *count);

#endif
