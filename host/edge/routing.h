/* Routing: what one configuration serves, and within which limits. Each loop has the one in force;
 * a request keeps the one that it began with, and with it the registry. */
#ifndef EDGE_ROUTING_H
#define EDGE_ROUTING_H

#include "edge/edge.h"
#include "edge/limits.h"
#include "edge/rate.h"
#include "edge/router.h"

typedef struct edge_routing {
    atomic_uint holders;
    core_registry_t *registry; /* held */
    edge_limits_t limits;
    edge_rate_t *addresses; /* NULL: any number of requests */
    edge_rate_t *actors;
    edge_router_t *router;
    core_route_t *routes; /* those of the registry and the edge's own */
} edge_routing_t;

/* Compiles the routes of a registry and the limits of `host`. The caller holds it. */
int32_t edge_routing_new(signet_call_t *call, edge_t *edge, const signet_setting_t *host,
                         core_registry_t *registry, edge_routing_t **routing);
edge_routing_t *edge_routing_hold(edge_routing_t *routing);
/* NULL is nothing. [any] */
void edge_routing_release(edge_routing_t *routing);

#endif
