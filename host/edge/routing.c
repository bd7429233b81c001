#include "edge/routing.h"

#include <stdlib.h>
#include <string.h>

#include "core/call.h"
#include "edge/builtin.h"
#include "edge/setting.h"
#include "edge/state.h"

static int32_t read_rate(signet_call_t *call, const signet_setting_t *host, const char *rate,
                         const char *burst, edge_rate_t **made)
{
    const signet_setting_t *group = edge_setting_find(host, "limits");
    int64_t a_second = edge_setting_integer(group, rate, 0);

    if (a_second == 0) {
        return SIGNET_OK;
    }
    *made = edge_rate_new(a_second, edge_setting_integer(group, burst, 100));
    return *made != NULL ? SIGNET_OK
                         : core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                                     "No memory is left for the limits of requests.");
}

static int32_t read_rates(signet_call_t *call, const signet_setting_t *host, edge_routing_t *made)
{
    int32_t status = read_rate(call, host, "address_rate", "address_burst", &made->addresses);

    return status == SIGNET_OK ? read_rate(call, host, "actor_rate", "actor_burst", &made->actors)
                               : status;
}

int32_t edge_routing_new(signet_call_t *call, edge_t *edge, const signet_setting_t *host,
                         core_registry_t *registry, edge_routing_t **routing)
{
    uint64_t count = 0;
    const core_route_t *routes = core_registry_routes(registry, &count);
    const edge_given_t *given = &edge->given;
    uint64_t all = EDGE_BUILTIN_COUNT + given->route_count + count;
    core_route_t *next;
    edge_routing_t *made = calloc(1, sizeof(*made));
    int32_t status;

    if (made != NULL) {
        made->routes = calloc(all, sizeof(*made->routes));
    }
    if (made == NULL || made->routes == NULL) {
        free(made);
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "No memory is left for the routes.");
    }
    atomic_init(&made->holders, 1);
    made->registry = core_registry_hold(registry);
    edge_limits_read(&made->limits, host);
    atomic_store(&edge->descriptors, edge_limits_descriptors());
    edge_builtin_routes(edge, made->routes);
    next = made->routes + EDGE_BUILTIN_COUNT;
    if (given->route_count > 0) {
        memcpy(next, given->routes, given->route_count * sizeof(*next));
        next += given->route_count;
    }
    if (count > 0) {
        memcpy(next, routes, count * sizeof(*next));
    }
    status = read_rates(call, host, made);
    if (status == SIGNET_OK) {
        status = edge_router_new(call, made->routes, all, &made->router);
    }
    if (status == SIGNET_OK) {
        *routing = made;
    } else {
        edge_routing_release(made);
    }
    return status;
}

edge_routing_t *edge_routing_hold(edge_routing_t *routing)
{
    atomic_fetch_add_explicit(&routing->holders, 1, memory_order_relaxed);
    return routing;
}

void edge_routing_release(edge_routing_t *routing)
{
    if (routing == NULL ||
        atomic_fetch_sub_explicit(&routing->holders, 1, memory_order_acq_rel) != 1) {
        return;
    }
    edge_router_free(routing->router);
    edge_rate_free(routing->addresses);
    edge_rate_free(routing->actors);
    free(routing->routes);
    core_registry_release(routing->registry);
    free(routing);
}
