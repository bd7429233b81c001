/* The running node, and the steps of its life. All of it on the main thread. */
#ifndef DAEMON_NODE_H
#define DAEMON_NODE_H

#include "core/registry.h"
#include "daemon/control.h"
#include "daemon/sockets.h"
#include "edge/edge.h"

typedef struct daemon_node {
    const char *path;     /* of the configuration */
    signet_text_t folder; /* of plugins, as the command line has it; or empty */
    daemon_control_t *control;
    core_config_t *config; /* held */
    core_registry_t *registry;
    core_lanes_t *lanes;
    edge_t *edge;
    daemon_sockets_t sockets; /* given, until the edge has them */
    int successors;           /* where successors ask; -1: nowhere */
    int logging;
} daemon_node_t;

#endif
