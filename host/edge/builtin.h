/* The routes that the edge answers itself: /healthz, /readyz and /metrics. */
#ifndef EDGE_BUILTIN_H
#define EDGE_BUILTIN_H

#include "edge/state.h"

#define EDGE_BUILTIN_COUNT 3U

/* Fills in the routes of this edge. */
void edge_builtin_routes(edge_t *edge, core_route_t routes[static EDGE_BUILTIN_COUNT]);

#endif
