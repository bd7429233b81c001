#include "core/instance.h"

#include <stdlib.h>

#include "core/call.h"
#include "core/job.h"
#include "core/log.h"
#include "core/text.h"

static core_generations_t *new_generations(void)
{
    core_generations_t *generations = calloc(1, sizeof *generations);
    if (!generations)
        return NULL;
    pthread_mutex_init(&generations->lock, NULL);
    generations->jobs = core_jobs_new(generations);
    if (generations->jobs)
        return generations;
    pthread_mutex_destroy(&generations->lock);
    free(generations);
    return NULL;
}

static void free_generations(core_generations_t *generations)
{
    core_jobs_free(generations->jobs);
    pthread_mutex_destroy(&generations->lock);
    free(generations);
}

/* Whether an instance is only opened. */
static int is_standalone(const core_registry_t *registry, const core_instance_t *instance)
{
    return registry->config->unstarted ||
           core_text_equal(instance->block->name, registry->config->standalone);
}

/* The instance of `old` that the plan leaves as it is or changes in place; NULL for others. */
static core_instance_t *kept_instance(core_registry_t *old, const core_plan_t *plan,
                                      const core_block_t *block)
{
    const core_change_t *change = plan ? core_plan_find(plan, block->name) : NULL;
    if (!change || (change->kind != CORE_CHANGE_NONE && change->kind != CORE_CHANGE_IN_PLACE))
        return NULL;
    for (uint64_t index = 0; index < old->instance_count; index++) {
        if (core_text_equal(old->instances[index]->block->name, block->name))
            return old->instances[index];
    }
    return NULL;
}

/* Stops, in reverse order, what only this registry has; then closes it. */
static void free_registry(core_registry_t *registry)
{
    core_generations_t *generations = registry->generations;
    /* Instances make calls while they stop. */
    atomic_store(&registry->holders, 1);
    for (uint64_t index = registry->instance_count; index-- > 0;) {
        core_instance_t *instance = registry->instances[index];
        if (instance->holders == 1) {
            core_jobs_remove(generations->jobs, instance);
            if (instance->retiring)
                core_instance_drain(registry, instance);
            core_instance_stop(registry, instance);
        }
    }
    for (uint64_t index = registry->instance_count; index-- > 0;) {
        if (--registry->instances[index]->holders == 0)
            core_instance_free(registry->instances[index]);
    }
    while (registry->former) {
        core_handed_t *handed = registry->former;
        registry->former = handed->next;
        core_handed_free(handed);
    }
    free(registry->routes);
    core_registry_free_interfaces(registry);
    free(registry->instances);
    core_config_free(registry->config);
    pthread_mutex_destroy(&registry->lock);
    free(registry);
    pthread_mutex_lock(&generations->lock);
    generations->count--;
    pthread_mutex_unlock(&generations->lock);
}

static core_registry_t *new_registry(core_generations_t *generations, core_config_t *config,
                                     uint32_t mode)
{
    core_registry_t *registry = calloc(1, sizeof *registry);
    if (!registry)
        return NULL;
    pthread_mutex_init(&registry->lock, NULL);
    atomic_init(&registry->holders, 1);
    registry->generations = generations;
    registry->config = core_config_hold(config);
    registry->mode = mode;
    pthread_mutex_lock(&generations->lock);
    generations->count++;
    pthread_mutex_unlock(&generations->lock);
    return registry;
}

/* Fills it with instances, new ones and those of `old` that stay; 0 when there is no memory. */
static int fill_registry(core_registry_t *registry, core_registry_t *old, const core_plan_t *plan,
                         const uint64_t *order)
{
    const core_config_t *config = registry->config;
    registry->instances =
        calloc(config->block_count ? config->block_count : 1, sizeof *registry->instances);
    if (!registry->instances)
        return 0;
    for (uint64_t index = 0; index < config->block_count; index++) {
        const core_block_t *block = &config->blocks[order[index]];
        core_instance_t *instance = old ? kept_instance(old, plan, block) : NULL;
        int kept = instance != NULL;
        if (!instance)
            instance = core_instance_new(registry, block);
        if (!instance)
            return 0;
        registry->instances[registry->instance_count++] = instance;
        instance->holders++;
        if (kept && !core_registry_take_routes(registry, instance))
            return 0;
    }
    return core_registry_make_interfaces(registry);
}

/* Makes a registry and opens what is new in it. On a failure all of it is closed again. */
static int32_t open_registry(signet_call_t *call, core_registry_t *registry, core_registry_t *old,
                             const core_plan_t *plan)
{
    uint64_t *order = NULL;
    int32_t status = core_registry_order(call, registry->config, &order);
    if (status == SIGNET_OK && !fill_registry(registry, old, plan, order))
        status = core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                           "there is no memory for %u plugin instances: free some",
                           (unsigned)registry->config->block_count);
    free(order);
    for (uint64_t index = 0; status == SIGNET_OK && index < registry->instance_count; index++) {
        if (!registry->instances[index]->opened)
            status = core_instance_open(call, registry, registry->instances[index]);
    }
    return status;
}

int32_t core_registry_open(signet_call_t *call, core_config_t *config, uint32_t mode,
                           core_registry_t **registry)
{
    core_generations_t *generations = new_generations();
    core_registry_t *made = generations ? new_registry(generations, config, mode) : NULL;
    if (!made) {
        if (generations)
            free_generations(generations);
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "there is no memory for plugin instances: free some");
    }
    int32_t status = open_registry(call, made, NULL, NULL);
    if (status == SIGNET_OK)
        *registry = made;
    else
        core_registry_close(made);
    return status;
}

void core_registry_executable(core_registry_t *registry, const char *executable)
{
    registry->generations->executable = executable;
}

/* Starts what is new, and makes everything known in order. */
int32_t core_registry_start(signet_call_t *call, core_registry_t *registry)
{
    for (uint64_t index = 0; index < registry->instance_count; index++) {
        core_instance_t *instance = registry->instances[index];
        int32_t status = SIGNET_OK;
        if (!instance->started && !is_standalone(registry, instance))
            status = core_instance_start(call, registry, instance);
        if (status != SIGNET_OK) {
            while (index-- > 0) {
                if (registry->instances[index]->holders == 1)
                    core_instance_stop(registry, registry->instances[index]);
            }
            return status;
        }
        core_registry_provide(registry, instance);
    }
    core_registry_seal(registry);
    if (!registry->generations->current)
        registry->generations->current = registry;
    return SIGNET_OK;
}

int32_t core_registry_run_jobs(core_registry_t *registry, core_lanes_t *lanes)
{
    if (registry->mode != SIGNET_MODE_SERVE)
        return SIGNET_OK;
    for (uint64_t index = 0; index < registry->instance_count; index++)
        core_jobs_begin(registry->generations->jobs, registry->instances[index]);
    return core_jobs_run(registry->generations->jobs, lanes);
}

void core_registry_drain(core_registry_t *registry)
{
    core_jobs_stop(registry->generations->jobs);
    for (uint64_t index = registry->instance_count; index-- > 0;)
        core_instance_drain(registry, registry->instances[index]);
}

void core_registry_close(core_registry_t *registry)
{
    if (!registry)
        return;
    core_generations_t *generations = registry->generations;
    core_jobs_end(generations->jobs);
    core_registry_reap(registry);
    free_registry(registry);
    free_generations(generations);
}

int32_t core_registry_reopen(signet_call_t *call, core_registry_t *old, core_config_t *config,
                             const core_plan_t *plan, core_registry_t **registry)
{
    core_registry_t *made = new_registry(old->generations, config, old->mode);
    if (!made)
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "there is no memory for plugin instances: free some");
    int32_t status = open_registry(call, made, old, plan);
    if (status == SIGNET_OK)
        status = core_registry_start(call, made);
    if (status == SIGNET_OK)
        *registry = made;
    else
        core_registry_abandon(made);
    return status;
}

static const core_block_t *block_of(const core_registry_t *registry, signet_text_t name)
{
    for (uint64_t index = 0; index < registry->config->block_count; index++) {
        if (core_text_equal(registry->config->blocks[index].name, name))
            return &registry->config->blocks[index];
    }
    return NULL;
}

static int changes_in_place(const core_plan_t *plan, const core_instance_t *instance)
{
    const core_change_t *change = core_plan_find(plan, instance->block->name);
    return change && change->kind == CORE_CHANGE_IN_PLACE;
}

int32_t core_registry_change_in_place(signet_call_t *call, core_registry_t *old,
                                      core_registry_t *registry, const core_plan_t *plan)
{
    core_handed_t *former = NULL;
    int32_t status = SIGNET_OK;
    for (uint64_t index = 0; status == SIGNET_OK && index < registry->instance_count; index++) {
        core_instance_t *instance = registry->instances[index];
        core_handed_t *before = NULL;
        if (!changes_in_place(plan, instance))
            continue;
        status = core_instance_reload(call, registry, instance,
                                      block_of(registry, instance->block->name), &before);
        if (status == SIGNET_OK) {
            before->next = former;
            former = before;
        }
    }
    while (former) {
        core_handed_t *before = former;
        former = before->next;
        before->next = NULL;
        if (status != SIGNET_OK) {
            core_instance_undo_reload(old, before->instance, before);
        } else {
            before->next = old->former;
            old->former = before;
        }
    }
    return status;
}

static int has_instance(const core_registry_t *registry, const core_instance_t *instance)
{
    for (uint64_t index = 0; index < registry->instance_count; index++) {
        if (registry->instances[index] == instance)
            return 1;
    }
    return 0;
}

void core_registry_switch(core_registry_t *old, core_registry_t *registry)
{
    core_generations_t *generations = old->generations;
    for (uint64_t index = 0; index < old->instance_count; index++) {
        core_instance_t *instance = old->instances[index];
        if (has_instance(registry, instance))
            continue;
        /* What it serves yet may need all of it: it is drained once nothing is pinned to it. */
        instance->retiring = 1;
        core_jobs_retire(generations->jobs, instance);
    }
    pthread_mutex_lock(&generations->lock);
    generations->current = registry;
    pthread_mutex_unlock(&generations->lock);
    for (uint64_t index = 0; index < registry->instance_count; index++) {
        if (!has_instance(old, registry->instances[index]))
            core_jobs_begin(generations->jobs, registry->instances[index]);
    }
    core_registry_release(old);
}

void core_registry_abandon(core_registry_t *registry)
{
    if (registry)
        free_registry(registry);
}

core_registry_t *core_registry_hold(core_registry_t *registry)
{
    atomic_fetch_add_explicit(&registry->holders, 1, memory_order_relaxed);
    return registry;
}

core_registry_t *core_registry_hold_current(core_generations_t *generations)
{
    pthread_mutex_lock(&generations->lock);
    core_registry_t *registry = core_registry_hold(generations->current);
    pthread_mutex_unlock(&generations->lock);
    return registry;
}

void core_registry_release(core_registry_t *registry)
{
    if (atomic_fetch_sub_explicit(&registry->holders, 1, memory_order_acq_rel) != 1)
        return;
    core_generations_t *generations = registry->generations;
    pthread_mutex_lock(&generations->lock);
    registry->next = generations->idle;
    generations->idle = registry;
    /* Under the lock: once it is reaped the last one may end. */
    if (generations->wake)
        generations->wake(generations->context);
    pthread_mutex_unlock(&generations->lock);
}

void core_registry_reap(core_registry_t *registry)
{
    core_generations_t *generations = registry->generations;
    pthread_mutex_lock(&generations->lock);
    core_registry_t *idle = generations->idle;
    generations->idle = NULL;
    pthread_mutex_unlock(&generations->lock);
    while (idle) {
        core_registry_t *next = idle->next;
        free_registry(idle);
        idle = next;
    }
}

uint64_t core_registry_generations(const core_registry_t *registry)
{
    core_generations_t *generations = registry->generations;
    pthread_mutex_lock(&generations->lock);
    uint64_t count = generations->count;
    pthread_mutex_unlock(&generations->lock);
    return count;
}

void core_registry_on_idle(core_registry_t *registry, void (*wake)(void *context), void *context)
{
    core_generations_t *generations = registry->generations;
    pthread_mutex_lock(&generations->lock);
    generations->wake = wake;
    generations->context = context;
    pthread_mutex_unlock(&generations->lock);
}
