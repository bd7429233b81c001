/* The daemon's own routes, for `signet reload` and `signet config diff`. */
#ifndef DAEMON_ROUTE_H
#define DAEMON_ROUTE_H

#include "core/registry.h"
#include "daemon/control.h"

/* How many there are. */
#define DAEMON_ROUTE_COUNT 1U

/* Fills the array; the routes are served by `control`. */
void daemon_routes(daemon_control_t *control, core_route_t routes[static DAEMON_ROUTE_COUNT]);

#endif
