/* What all parts of one edge share. */
#ifndef EDGE_STATE_H
#define EDGE_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "edge/edge.h"
#include "edge/limits.h"
#include "edge/listener.h"
#include "edge/metrics.h"
#include "edge/renewal.h"
#include "edge/routing.h"
#include "edge/watch.h"

typedef struct edge_loop edge_loop_t;

/* The loops that an edge has: one for each core. */
size_t edge_count_cores(void);

struct edge {
    core_lanes_t *lanes;
    edge_given_t given;
    edge_metrics_t metrics;
    _Atomic(edge_routing_t *) routing; /* the one in force; changed and held under the lock */
    /* In the order of the configuration; changed by the main thread under `renewing`. */
    edge_listener_t **listeners;
    edge_socket_t *sockets;   /* that its loops listen on; the main thread's */
    edge_listener_t **owners; /* the listener of each of them, which is held elsewhere */
    size_t socket_count;
    edge_watch_t watch;
    size_t listener_count;
    pthread_mutex_t renewing; /* who looks at the listeners' certificates */
    edge_renewal_t *renewal;
    edge_loop_t *loops;
    size_t loop_count;
    size_t loops_running;
    atomic_int ready;
    atomic_int draining; /* no new connections; each closes after its request */
    atomic_int cutting;  /* what is still open is closed */
    atomic_int ending;   /* loops end once nothing is open */
    atomic_llong connections;
    atomic_int descriptors; /* that the process may open */
    pthread_mutex_t lock;   /* of routing; with emptied: for waiting until no connection is left */
    pthread_cond_t emptied;
};

#endif
