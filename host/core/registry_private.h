/* The inside of a registry, shared by the files that make it up. */
#ifndef CORE_REGISTRY_PRIVATE_H
#define CORE_REGISTRY_PRIVATE_H

#include <pthread.h>
#include <sys/types.h>

#include "core/registry.h"

typedef struct core_jobs core_jobs_t;
typedef struct core_generations core_generations_t;
typedef struct core_instance core_instance_t;

/* What a plugin is handed for an instance. Another one when the instance takes options in place. */
typedef struct core_handed {
    signet_host_t host; /* first: services find the rest from it */
    core_instance_t *instance;
    core_config_t *config; /* held: the settings are its */
    struct core_handed *next;
} core_handed_t;

/* An instance of a plugin; in every registry from the one that opened it to the one that leaves it
 * out. */
struct core_instance {
    core_handed_t *first;  /* as long as the instance lives: its name and block are of it */
    core_handed_t *handed; /* the one in force */
    core_generations_t *generations;
    _Atomic(core_registry_t *) opening; /* the registry it is opened for, until that is sealed */
    const core_block_t *block;
    const signet_plugin_t *plugin; /* whose functions run: the block's, or what stands for it */
    pid_t process;                 /* of an isolated instance; 0: none. The carrier's alone */
    void *instance;                /* the plugin's own; may be NULL */
    int opened;                    /* open succeeded, or failed and left something: close follows */
    int started;
    int retiring;                 /* the registry in force has it no more */
    uint32_t holders;             /* registries that have it */
    signet_provider_t *providers; /* one for each interface that the plugin provides */
    signet_route_t **routes;      /* that it registered; registries point to them */
    uint64_t route_count;
};

/* One interface and those that provide it, in start order. */
typedef struct core_interface {
    signet_text_t id;
    const signet_provider_t **providers; /* room for every instance */
    uint64_t count;
} core_interface_t;

struct core_registry {
    core_generations_t *generations;
    core_config_t *config; /* held */
    uint32_t mode;
    core_instance_t **instances; /* in start order */
    uint64_t instance_count;
    core_interface_t *interfaces;
    uint64_t interface_count;
    pthread_mutex_t lock; /* of the routes, before it is sealed; plugins may add from any thread */
    core_route_t *routes;
    uint64_t route_count;
    atomic_uint holders;   /* calls, the edge, and its being in force */
    core_registry_t *next; /* among those that nobody holds */
    core_handed_t *former; /* what instances were handed before they took options in place */
};

/* What all registries of a process share: which one is in force, those that nobody holds any more,
 * and the jobs. */
struct core_generations {
    pthread_mutex_t lock;
    core_registry_t *current; /* under the lock; NULL before the first one was started */
    core_registry_t *idle;    /* under the lock */
    uint64_t count;           /* registries that exist */
    void (*wake)(void *context);
    void *context;
    core_jobs_t *jobs;
    const char *executable; /* of isolated instances; NULL: this program */
};

/* The blocks of a configuration in the order that their needs give, as indexes into
 * config->blocks, to be freed. Fails with every need that is not met, and with circles. */
int32_t core_registry_order(signet_call_t *call, const core_config_t *config, uint64_t **order);
/* Adds copies of routes; EXISTS where one is taken. */
int32_t core_registry_add_routes(core_instance_t *instance, signet_call_t *call,
                                 const signet_route_t *routes, uint64_t count);
/* Adds the routes of an instance that another registry has opened; 0 when there is no memory. */
int core_registry_take_routes(core_registry_t *registry, core_instance_t *instance);
/* No route or job is added any more; every route knows its instance. */
void core_registry_seal(core_registry_t *registry);
/* Makes an instance known as a provider of its interfaces. */
void core_registry_provide(core_registry_t *registry, core_instance_t *instance);
/* Room for the interfaces of all instances; 0 when there is no memory. */
int core_registry_make_interfaces(core_registry_t *registry);
void core_registry_free_interfaces(core_registry_t *registry);
/* The registry in force, held. */
core_registry_t *core_registry_hold_current(core_generations_t *generations);
/* What instances are handed. */
extern const signet_host_services_t core_host_services;

/* A call by the host for an instance: the actor is "system:INSTANCE". NULL when out of memory. */
signet_call_t *core_registry_call(core_registry_t *registry, const core_instance_t *instance,
                                  int64_t deadline_ms);

#endif
