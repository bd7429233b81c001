/* The router: routes compiled into a tree of path segments. */
#ifndef EDGE_ROUTER_H
#define EDGE_ROUTER_H

#include "core/registry.h"

#define EDGE_ROUTER_PARAMETERS 16U /* {…} in one route's path at most */
#define EDGE_ROUTER_METHODS 8U     /* methods of one path at most */

typedef struct edge_router edge_router_t;

/* What matched. */
typedef struct edge_match {
    const core_route_t *route; /* NULL: none */
    signet_pair_t parameters[EDGE_ROUTER_PARAMETERS];
    uint64_t parameter_count;
    /* Methods of the path, where none of its routes has the one asked for. */
    signet_text_t allowed[EDGE_ROUTER_METHODS];
    uint64_t allowed_count;
} edge_match_t;

/* Compiles routes, which must outlive the router. Failures are set in `call`: EXISTS for two
 * routes with the same shape of path, INVALID for a path that cannot be compiled. */
int32_t edge_router_new(signet_call_t *call, const core_route_t *routes, uint64_t count,
                        edge_router_t **router);
void edge_router_free(edge_router_t *router);
/* Finds a route that takes the rest of a path as it was sent (SIGNET_ROUTE_REST): 1 where the path,
 * as it was sent, is one's. [any] */
int edge_router_find_rest(const edge_router_t *router, signet_text_t method, signet_text_t raw,
                          edge_match_t *match);
/* Finds the route of a decoded path. A literal segment wins over a parameter; HEAD falls back to
 * GET. OK; NOT_FOUND; UNSUPPORTED where only the method is wrong. [any] */
int32_t edge_router_find(const edge_router_t *router, signet_text_t method, signet_text_t path,
                         edge_match_t *match);

#endif
