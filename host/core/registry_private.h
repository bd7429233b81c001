/* The inside of a registry, shared by the files that make it up. */
#ifndef CORE_REGISTRY_PRIVATE_H
#define CORE_REGISTRY_PRIVATE_H

#include <pthread.h>

#include "core/registry.h"

typedef struct core_jobs core_jobs_t;

/* An instance of a plugin. What the plugin is handed comes first, so that services find the rest
 * from it. */
typedef struct core_instance {
    signet_host_t host;
    core_registry_t *registry;
    const core_block_t *block;
    void *instance; /* the plugin's own; may be NULL */
    int opened;     /* open succeeded, or failed and left something: close follows */
    int started;
    signet_provider_t *providers; /* one for each interface that the plugin provides */
} core_instance_t;

/* One interface and those that provide it, in start order. */
typedef struct core_interface {
    signet_text_t id;
    const signet_provider_t **providers; /* room for every instance */
    uint64_t count;
} core_interface_t;

struct core_registry {
    const core_config_t *config;
    uint32_t mode;
    core_instance_t *instances; /* in start order */
    uint64_t instance_count;
    core_interface_t *interfaces;
    uint64_t interface_count;
    pthread_mutex_t lock; /* of the routes and `sealed`; plugins may add from any thread */
    core_route_t *routes;
    uint64_t route_count;
    int sealed; /* all have started: no route or job is added any more */
    core_jobs_t *jobs;
};

/* The blocks of a configuration in the order that their needs give, as indexes into
 * config->blocks, to be freed. Fails with every need that is not met, and with circles. */
int32_t core_registry_order(signet_call_t *call, const core_config_t *config, uint64_t **order);
/* Adds copies of routes; EXISTS where one is taken. */
int32_t core_registry_add_routes(core_instance_t *instance, signet_call_t *call,
                                 const signet_route_t *routes, uint64_t count);
/* Makes an instance known as a provider of its interfaces. */
void core_registry_provide(core_registry_t *registry, core_instance_t *instance);
/* Room for the interfaces of all instances; 0 when there is no memory. */
int core_registry_make_interfaces(core_registry_t *registry);
void core_registry_free_interfaces(core_registry_t *registry);
/* What instances are handed. */
extern const signet_host_services_t core_host_services;

/* A call by the host for an instance: the actor is "system:INSTANCE". NULL when out of memory. */
signet_call_t *core_registry_call(core_instance_t *instance, int64_t deadline_ms);

#endif
