#include "core/registry_private.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/call.h"
#include "core/job.h"
#include "core/log.h"
#include "core/step.h"
#include "core/text.h"

/* Of instances of this process, over all registries. */
static _Atomic uint64_t last_number;

signet_call_t *core_registry_call(core_instance_t *instance, int64_t deadline_ms)
{
    char id[128];
    snprintf(id, sizeof id, "system:%.*s", CORE_TEXT_ARG(instance->block->name));
    signet_actor_t actor = {.size = sizeof actor,
                            .id = core_text(id),
                            .name = instance->block->name,
                            .method = SIGNET_TEXT_INIT("system")};
    core_call_options_t options = {.registry = instance->registry,
                                   .actor = &actor,
                                   .deadline_ms = deadline_ms,
                                   .may_set_tenant = 1};
    return core_call_new(&options);
}

/* 1 where a message begins with the place in the configuration that it is about. */
static int names_place(const core_config_t *config, signet_text_t message)
{
    for (uint64_t index = 0; index < config->file_count; index++) {
        signet_text_t file = config->files[index].name;
        if (message.length > file.length && message.data[file.length] == ':' &&
            memcmp(message.data, file.data, file.length) == 0)
            return 1;
    }
    return 0;
}

/* Hands the error of an instance's own call on to the caller's, naming the instance. */
static int32_t pass_error(signet_call_t *call, const core_instance_t *instance, int32_t status,
                          const signet_error_t *error)
{
    const core_block_t *block = instance->block;
    if (!error)
        return core_fail(call, status, "plugin.failed",
                         "%.*s:%u: instance \"%.*s\" (plugin %.*s) failed and did not say why: "
                         "report it to the plugin's author",
                         CORE_TEXT_ARG(block->file), (unsigned)block->line,
                         CORE_TEXT_ARG(block->name), CORE_TEXT_ARG(block->plugin));
    signet_error_t passed = *error;
    if (!names_place(instance->registry->config, error->message))
        passed.message = core_format(call, "%.*s:%u: instance \"%.*s\" (plugin %.*s): %.*s",
                                     CORE_TEXT_ARG(block->file), (unsigned)block->line,
                                     CORE_TEXT_ARG(block->name), CORE_TEXT_ARG(block->plugin),
                                     CORE_TEXT_ARG(error->message));
    return call->services->fail(call, &passed);
}

static int32_t open_instance(signet_call_t *call, core_instance_t *instance)
{
    const core_block_t *block = instance->block;
    signet_call_t *own = core_registry_call(instance, 0);
    if (!own)
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "there is no memory to open instance \"%.*s\": free some",
                         CORE_TEXT_ARG(block->name));
    core_step("open", block->plugin, block->name);
    int32_t status = block->descriptor->open(&instance->host, own, &instance->instance);
    instance->opened = status == SIGNET_OK || instance->instance;
    if (status != SIGNET_OK)
        status = pass_error(call, instance, status, own->services->error(own));
    core_call_free(own);
    return status;
}

/* Fills what an instance is handed; 0 when there is no memory. */
static int make_instance(core_registry_t *registry, const core_block_t *block, signet_text_t node,
                         core_instance_t *instance)
{
    uint64_t provides = block->descriptor->provide_count;
    instance->registry = registry;
    instance->block = block;
    instance->host = (signet_host_t){.size = sizeof instance->host,
                                     .mode = registry->mode,
                                     .number = atomic_fetch_add(&last_number, 1) + 1,
                                     .name = block->name,
                                     .node = node,
                                     .settings = block->settings,
                                     .services = &core_host_services};
    instance->providers = calloc(provides ? provides : 1, sizeof *instance->providers);
    return instance->providers != NULL;
}

/* The node's name as configured, or the machine's, kept until the process ends. */
static signet_text_t node_name(const core_config_t *config)
{
    static char machine[65];
    const signet_setting_t *node = core_setting(config->host, "node");
    if (node)
        return node->text;
    if (!machine[0] && gethostname(machine, sizeof machine - 1) != 0)
        snprintf(machine, sizeof machine, "localhost");
    return core_text(machine);
}

static core_registry_t *new_registry(const core_config_t *config, uint32_t mode,
                                     const uint64_t *order)
{
    core_registry_t *registry = calloc(1, sizeof *registry);
    if (!registry)
        return NULL;
    pthread_mutex_init(&registry->lock, NULL);
    registry->config = config;
    registry->mode = mode;
    registry->jobs = core_jobs_new();
    registry->instances =
        calloc(config->block_count ? config->block_count : 1, sizeof *registry->instances);
    int made = registry->jobs && registry->instances;
    for (uint64_t index = 0; made && index < config->block_count; index++) {
        registry->instance_count++;
        made = make_instance(registry, &config->blocks[order[index]], node_name(config),
                             &registry->instances[index]);
    }
    if (made && core_registry_make_interfaces(registry))
        return registry;
    core_registry_close(registry);
    return NULL;
}

int32_t core_registry_open(signet_call_t *call, const core_config_t *config, uint32_t mode,
                           core_registry_t **registry)
{
    uint64_t *order = NULL;
    int32_t status = core_registry_order(call, config, &order);
    if (status != SIGNET_OK)
        return status;
    core_registry_t *made = new_registry(config, mode, order);
    free(order);
    if (!made)
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "there is no memory for %u plugin instances: free some",
                         (unsigned)config->block_count);
    for (uint64_t index = 0; status == SIGNET_OK && index < made->instance_count; index++)
        status = open_instance(call, &made->instances[index]);
    if (status == SIGNET_OK)
        *registry = made;
    else
        core_registry_close(made);
    return status;
}

/* Runs an optional step of the life cycle; the error goes to `call`, or to the log without one. */
static int32_t run_step(core_instance_t *instance, const char *what,
                        int32_t (*step)(void *instance, signet_call_t *call), signet_call_t *call)
{
    if (!step)
        return SIGNET_OK;
    signet_call_t *own = core_registry_call(instance, 0);
    int32_t status = own ? step(instance->instance, own) : SIGNET_NO_MEMORY;
    const signet_error_t *error = own ? own->services->error(own) : NULL;
    if (status != SIGNET_OK && call)
        status = pass_error(call, instance, status, error);
    else if (status != SIGNET_OK)
        core_log(SIGNET_LOG_ERROR, "plugin.failed", "The %s of instance \"%.*s\" failed: %.*s",
                 what, CORE_TEXT_ARG(instance->block->name),
                 CORE_TEXT_ARG(error ? error->message : SIGNET_TEXT("it did not say why")));
    core_call_free(own);
    return status;
}

static void stop_instances(core_registry_t *registry)
{
    for (uint64_t index = registry->instance_count; index-- > 0;) {
        core_instance_t *instance = &registry->instances[index];
        if (instance->started)
            run_step(instance, "stop", instance->block->descriptor->stop, NULL);
        instance->started = 0;
    }
}

/* Routes are registered in open or start, when an instance may not be known in full. */
static void seal(core_registry_t *registry)
{
    pthread_mutex_lock(&registry->lock);
    registry->sealed = 1;
    for (uint64_t index = 0; index < registry->route_count; index++) {
        core_route_t *route = &registry->routes[index];
        for (uint64_t at = 0; at < registry->instance_count; at++) {
            if (core_text_equal(registry->instances[at].block->name, route->instance_name))
                route->instance = registry->instances[at].instance;
        }
    }
    pthread_mutex_unlock(&registry->lock);
}

int32_t core_registry_start(signet_call_t *call, core_registry_t *registry)
{
    for (uint64_t index = 0; index < registry->instance_count; index++) {
        core_instance_t *instance = &registry->instances[index];
        int alone = core_text_equal(instance->block->name, registry->config->standalone);
        int32_t status =
            alone ? SIGNET_OK
                  : run_step(instance, "start", instance->block->descriptor->start, call);
        if (status != SIGNET_OK) {
            stop_instances(registry);
            return status;
        }
        instance->started = !alone;
        core_registry_provide(registry, instance);
    }
    seal(registry);
    return SIGNET_OK;
}

int32_t core_registry_run_jobs(core_registry_t *registry, core_lanes_t *lanes)
{
    return registry->mode == SIGNET_MODE_SERVE ? core_jobs_run(registry->jobs, lanes) : SIGNET_OK;
}

void core_registry_drain(core_registry_t *registry)
{
    core_jobs_stop(registry->jobs);
    for (uint64_t index = registry->instance_count; index-- > 0;) {
        core_instance_t *instance = &registry->instances[index];
        if (instance->started)
            run_step(instance, "drain", instance->block->descriptor->drain, NULL);
    }
}

void core_registry_close(core_registry_t *registry)
{
    if (!registry)
        return;
    core_jobs_free(registry->jobs);
    stop_instances(registry);
    for (uint64_t index = registry->instance_count; index-- > 0;) {
        core_instance_t *instance = &registry->instances[index];
        if (instance->opened) {
            core_step("close", instance->block->plugin, instance->block->name);
            instance->block->descriptor->close(instance->instance);
        }
        free(instance->providers);
    }
    for (uint64_t index = 0; index < registry->route_count; index++)
        free((void *)(uintptr_t)registry->routes[index].route);
    free(registry->routes);
    core_registry_free_interfaces(registry);
    free(registry->instances);
    pthread_mutex_destroy(&registry->lock);
    free(registry);
}
