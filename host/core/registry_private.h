/* The inside of a registry, shared by the files that make it up. */
#ifndef CORE_REGISTRY_PRIVATE_H
#define CORE_REGISTRY_PRIVATE_H

#include <pthread.h>

#include "core/registry.h"

typedef struct core_jobs core_jobs_t;

/* An instance of a plugin. What a plugin is handed comes first, so that its host is found from it. */
typedef struct core_instance {
    signet_host_t host;
    core_registry_t *registry;
    const core_block_t *block;
    void *instance; /* the plugin's own; NULL before open */
    int opened;     /* open answered OK */
    int started;
    signet_provider_t *providers; /* one for each interface, typed by `block->descriptor` */
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
    core_instance_t **instances; /* in start order */
    uint64_t instance_count;
    core_interface_t *interfaces;
    uint64_t interface_count;
    pthread_mutex_t routes_lock; /* plugins may add from any thread while they start */
    core_route_t *routes;
    signet_route_t **route_copies;
    uint64_t route_count;
    int sealed; /* no route or job may be added any more */
    core_jobs_t *jobs;
};

#endif
