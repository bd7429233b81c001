/* Routes: copies of what plugins register, no two for the same requests. */
#include "core/registry_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/call.h"
#include "core/text.h"

/* The next segment of a path; its length, the slash left out. */
static signet_text_t next_segment(signet_text_t *path)
{
    uint64_t length = 0;
    while (length < path->length && path->data[length] != '/')
        length++;
    signet_text_t segment = {path->data, length};
    uint64_t taken = length < path->length ? length + 1 : length;
    path->data += taken;
    path->length -= taken;
    return segment;
}

static int is_parameter(signet_text_t segment)
{
    return segment.length >= 2 && segment.data[0] == '{' && segment.data[segment.length - 1] == '}';
}

/* 1 where both paths match the same requests: what a parameter is called makes no difference. */
static int same_path(signet_text_t left, signet_text_t right)
{
    while (left.length && right.length) {
        signet_text_t one = next_segment(&left);
        signet_text_t other = next_segment(&right);
        if (!core_text_equal(one, other) && !(is_parameter(one) && is_parameter(other)))
            return 0;
    }
    return left.length == right.length;
}

static int32_t check_route(const core_registry_t *registry, const core_instance_t *instance,
                           signet_call_t *call, const signet_route_t *route)
{
    if (route->size < offsetof(signet_route_t, on_error) || !route->handle ||
        route->method.length == 0 || route->path.length == 0 || route->path.data[0] != '/')
        return core_fail(call, SIGNET_INVALID, "route.invalid",
                         "instance \"%.*s\" registers a route without a method, a path that begins "
                         "with '/' or a handler: report it to the plugin's author",
                         CORE_TEXT_ARG(instance->block->name));
    for (uint64_t index = 0; index < registry->route_count; index++) {
        const core_route_t *other = &registry->routes[index];
        if (core_text_equal(other->route->method, route->method) &&
            same_path(other->route->path, route->path))
            return core_fail(
                call, SIGNET_EXISTS, "route.taken",
                "instance \"%.*s\" registers %.*s %.*s, which instance \"%.*s\" serves "
                "already: leave one of the two out of the configuration",
                CORE_TEXT_ARG(instance->block->name), CORE_TEXT_ARG(route->method),
                CORE_TEXT_ARG(route->path), CORE_TEXT_ARG(other->instance_name));
    }
    return SIGNET_OK;
}

/* Appends a route that the instance owns; 0 when there is no memory. */
static int append(core_registry_t *registry, core_instance_t *instance, signet_route_t *route)
{
    core_route_t *routes =
        realloc(registry->routes, (registry->route_count + 1) * sizeof *registry->routes);
    if (!routes)
        return 0;
    registry->routes = routes;
    routes[registry->route_count++] = (core_route_t){
        .route = route, .instance = instance->instance, .instance_name = instance->block->name};
    return 1;
}

/* A copy that the instance keeps; NULL when there is no memory. */
static signet_route_t *keep(core_instance_t *instance, const signet_route_t *route)
{
    signet_route_t **routes =
        realloc(instance->routes, (instance->route_count + 1) * sizeof *instance->routes);
    if (routes)
        instance->routes = routes;
    signet_route_t *copy = routes ? calloc(1, sizeof *copy) : NULL;
    if (!copy)
        return NULL;
    memcpy(copy, route, route->size < sizeof *copy ? route->size : sizeof *copy);
    copy->size = sizeof *copy;
    routes[instance->route_count++] = copy;
    return copy;
}

/* The lock is held. */
static int32_t add_route(core_registry_t *registry, core_instance_t *instance, signet_call_t *call,
                         const signet_route_t *route)
{
    int32_t status = check_route(registry, instance, call, route);
    if (status != SIGNET_OK)
        return status;
    signet_route_t *copy = keep(instance, route);
    if (copy && append(registry, instance, copy))
        return SIGNET_OK;
    return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                     "there is no memory for the route %.*s: free some",
                     CORE_TEXT_ARG(route->path));
}

int32_t core_registry_add_routes(core_instance_t *instance, signet_call_t *call,
                                 const signet_route_t *routes, uint64_t count)
{
    core_registry_t *registry = atomic_load(&instance->opening);
    int32_t status = SIGNET_OK;
    if (!registry)
        return core_fail(call, SIGNET_CONFLICT, "route.too-late",
                         "instance \"%.*s\" registers routes after its start: report it to the "
                         "plugin's author",
                         CORE_TEXT_ARG(instance->block->name));
    pthread_mutex_lock(&registry->lock);
    if (registry->config->isolated)
        status = core_fail(call, SIGNET_UNSUPPORTED, "route.isolated",
                           "instance \"%.*s\" registers routes, which an isolated one cannot: "
                           "remove \"isolate\" from its block",
                           CORE_TEXT_ARG(instance->block->name));
    for (uint64_t index = 0; status == SIGNET_OK && index < count; index++)
        status = add_route(registry, instance, call, SIGNET_AT(signet_route_t, routes, index));
    pthread_mutex_unlock(&registry->lock);
    return status;
}

int core_registry_take_routes(core_registry_t *registry, core_instance_t *instance)
{
    for (uint64_t index = 0; index < instance->route_count; index++) {
        if (!append(registry, instance, instance->routes[index]))
            return 0;
    }
    return 1;
}

/* Routes are registered in open or start, when an instance may not be known in full. */
void core_registry_seal(core_registry_t *registry)
{
    pthread_mutex_lock(&registry->lock);
    for (uint64_t at = 0; at < registry->instance_count; at++) {
        core_instance_t *instance = registry->instances[at];
        for (uint64_t index = 0; index < registry->route_count; index++) {
            core_route_t *route = &registry->routes[index];
            if (core_text_equal(instance->block->name, route->instance_name))
                route->instance = instance->instance;
        }
        atomic_store(&instance->opening, NULL);
    }
    pthread_mutex_unlock(&registry->lock);
}

const core_route_t *core_registry_routes(const core_registry_t *registry, uint64_t *count)
{
    *count = registry->route_count;
    return registry->routes;
}
