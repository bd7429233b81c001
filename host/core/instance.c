#include "core/instance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/call.h"
#include "core/log.h"
#include "core/step.h"
#include "core/text.h"

/* What the process of an isolated instance gets for a call where nothing is configured. */
#define PROCESS_TIME_MS 60000

/* Of instances of this process, over all registries. */
static _Atomic uint64_t last_number;

signet_call_t *core_registry_call(core_registry_t *registry, const core_instance_t *instance,
                                  int64_t deadline_ms)
{
    char id[128];
    snprintf(id, sizeof id, "system:%.*s", CORE_TEXT_ARG(instance->block->name));
    signet_actor_t actor = {.size = sizeof actor,
                            .id = core_text(id),
                            .name = instance->block->name,
                            .method = SIGNET_TEXT_INIT("system")};
    core_call_options_t options = {
        .registry = registry, .actor = &actor, .deadline_ms = deadline_ms, .may_set_tenant = 1};
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
static int32_t pass_error(signet_call_t *call, const core_registry_t *registry,
                          const core_instance_t *instance, int32_t status,
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
    if (!names_place(registry->config, error->message))
        passed.message = core_format(call, "%.*s:%u: instance \"%.*s\" (plugin %.*s): %.*s",
                                     CORE_TEXT_ARG(block->file), (unsigned)block->line,
                                     CORE_TEXT_ARG(block->name), CORE_TEXT_ARG(block->plugin),
                                     CORE_TEXT_ARG(error->message));
    return call->services->fail(call, &passed);
}

/* The node's name as configured, or the machine's, kept until the process ends. */
static signet_text_t node_name(const core_config_t *config)
{
    static char machine[65];
    const signet_setting_t *node = core_setting(config->host, "node");
    if (node)
        return node->text;
    if (config->node.length)
        return config->node;
    if (!machine[0] && gethostname(machine, sizeof machine - 1) != 0)
        snprintf(machine, sizeof machine, "localhost");
    return core_text(machine);
}

static core_handed_t *new_handed(core_registry_t *registry, core_instance_t *instance,
                                 const core_block_t *block, uint64_t number)
{
    core_handed_t *handed = calloc(1, sizeof *handed);
    if (!handed)
        return NULL;
    handed->host = (signet_host_t){.size = sizeof handed->host,
                                   .mode = registry->mode,
                                   .number = number,
                                   .name = block->name,
                                   .node = node_name(registry->config),
                                   .settings = block->settings,
                                   .services = &core_host_services};
    const signet_setting_t *isolated = core_setting(registry->config->host, "isolated");
    const signet_setting_t *limit = core_setting(isolated, "time");
    handed->host.isolated_folder = core_setting_text(isolated, "folder");
    if (instance->plugin == block->carrier)
        handed->host.process_time_ms = limit ? limit->integer : PROCESS_TIME_MS;
    handed->host.process_folder = registry->config->process_folder;
    handed->instance = instance;
    handed->config = core_config_hold(registry->config);
    return handed;
}

static void free_handed(core_handed_t *handed)
{
    core_config_free(handed->config);
    free(handed);
}

void core_handed_free(core_handed_t *handed)
{
    if (handed && handed != handed->instance->first)
        free_handed(handed);
}

core_instance_t *core_instance_new(core_registry_t *registry, const core_block_t *block)
{
    core_instance_t *instance = calloc(1, sizeof *instance);
    if (!instance)
        return NULL;
    uint64_t provides = block->descriptor->provide_count;
    instance->generations = registry->generations;
    atomic_init(&instance->opening, registry);
    instance->block = block;
    instance->plugin =
        block->carrier && registry->mode == SIGNET_MODE_SERVE ? block->carrier : block->descriptor;
    instance->providers = calloc(provides ? provides : 1, sizeof *instance->providers);
    instance->first = new_handed(registry, instance, block, atomic_fetch_add(&last_number, 1) + 1);
    instance->handed = instance->first;
    if (instance->providers && instance->first)
        return instance;
    core_instance_free(instance);
    return NULL;
}

int32_t core_instance_open(signet_call_t *call, core_registry_t *registry,
                           core_instance_t *instance)
{
    const core_block_t *block = instance->block;
    signet_call_t *own = core_registry_call(registry, instance, 0);
    if (!own)
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "there is no memory to open instance \"%.*s\": free some",
                         CORE_TEXT_ARG(block->name));
    core_step("open", block->plugin, block->name);
    int32_t status = instance->plugin->open(&instance->handed->host, own, &instance->instance);
    instance->opened = status == SIGNET_OK || instance->instance;
    if (status != SIGNET_OK)
        status = pass_error(call, registry, instance, status, own->services->error(own));
    core_call_free(own);
    return status;
}

/* Runs an optional step of the life cycle; the error goes to `call`, or to the log without one. */
static int32_t run_step(core_registry_t *registry, core_instance_t *instance, const char *what,
                        int32_t (*step)(void *instance, signet_call_t *call), signet_call_t *call)
{
    if (!step)
        return SIGNET_OK;
    signet_call_t *own = core_registry_call(registry, instance, 0);
    int32_t status = own ? step(instance->instance, own) : SIGNET_NO_MEMORY;
    const signet_error_t *error = own ? own->services->error(own) : NULL;
    if (status != SIGNET_OK && call)
        status = pass_error(call, registry, instance, status, error);
    else if (status != SIGNET_OK)
        core_log(SIGNET_LOG_ERROR, "plugin.failed", "The %s of instance \"%.*s\" failed: %.*s",
                 what, CORE_TEXT_ARG(instance->block->name),
                 CORE_TEXT_ARG(error ? error->message : SIGNET_TEXT("it did not say why")));
    core_call_free(own);
    return status;
}

int32_t core_instance_start(signet_call_t *call, core_registry_t *registry,
                            core_instance_t *instance)
{
    int32_t status = run_step(registry, instance, "start", instance->plugin->start, call);
    instance->started = status == SIGNET_OK;
    return status;
}

int32_t core_instance_reload(signet_call_t *call, core_registry_t *registry,
                             core_instance_t *instance, const core_block_t *block,
                             core_handed_t **former)
{
    core_handed_t *handed = new_handed(registry, instance, block, instance->handed->host.number);
    signet_call_t *own = handed ? core_registry_call(registry, instance, 0) : NULL;
    if (!own) {
        if (handed)
            free_handed(handed);
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "there is no memory to reload instance \"%.*s\": free some",
                         CORE_TEXT_ARG(block->name));
    }
    int32_t status = instance->plugin->reload(instance->instance, own, &handed->host);
    if (status == SIGNET_OK) {
        *former = instance->handed;
        instance->handed = handed;
    } else {
        status = pass_error(call, registry, instance, status, own->services->error(own));
        free_handed(handed);
    }
    core_call_free(own);
    return status;
}

void core_instance_undo_reload(core_registry_t *registry, core_instance_t *instance,
                               core_handed_t *former)
{
    core_handed_t *refused = instance->handed;
    signet_call_t *own = core_registry_call(registry, instance, 0);
    int32_t status =
        own ? instance->plugin->reload(instance->instance, own, &former->host) : SIGNET_NO_MEMORY;
    core_call_free(own);
    if (status != SIGNET_OK) {
        /* It goes on with options that are no longer configured: these must live as long. */
        core_log(SIGNET_LOG_ERROR, "reload.not-undone",
                 "Instance \"%.*s\" does not take back its former options: restart the host.",
                 CORE_TEXT_ARG(instance->block->name));
        former->next = registry->former;
        registry->former = former;
        return;
    }
    instance->handed = former;
    core_handed_free(refused);
}

void core_instance_drain(core_registry_t *registry, core_instance_t *instance)
{
    if (instance->started)
        run_step(registry, instance, "drain", instance->plugin->drain, NULL);
}

void core_instance_stop(core_registry_t *registry, core_instance_t *instance)
{
    if (instance->started)
        run_step(registry, instance, "stop", instance->plugin->stop, NULL);
    instance->started = 0;
}

void core_instance_free(core_instance_t *instance)
{
    if (instance->opened) {
        core_step("close", instance->block->plugin, instance->block->name);
        instance->plugin->close(instance->instance);
    }
    for (uint64_t index = 0; index < instance->route_count; index++)
        free(instance->routes[index]);
    free(instance->routes);
    free(instance->providers);
    if (instance->handed != instance->first)
        free_handed(instance->handed);
    if (instance->first)
        free_handed(instance->first);
    free(instance);
}
