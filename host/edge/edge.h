/* The edge: listeners, TLS, HTTP and the router. It knows routes and calls, nothing of PKI. */
#ifndef EDGE_EDGE_H
#define EDGE_EDGE_H

#include "core/lane.h"
#include "core/registry.h"

typedef struct edge edge_t;

#define EDGE_SOCKET_NAME 72U

/* A bound socket. */
typedef struct edge_socket {
    int file;
    char name[EDGE_SOCKET_NAME]; /* of its listener, or what systemd calls it */
} edge_socket_t;

/* What the host gives its edge. */
typedef struct edge_given {
    const core_route_t *routes; /* served beside those of the registry; they outlive the edge */
    uint64_t route_count;
    const edge_socket_t *sockets; /* to listen on instead of binding; the edge's from then on */
    uint64_t socket_count;
    int is_successor; /* 1: they are of a daemon whose place this one takes */
} edge_given_t;

/* Binds every listener of config->host, loads its certificates and starts one loop thread per
 * core. `given` may be NULL. It answers /healthz, /readyz (503 until edge_ready) and /metrics
 * itself. Failures are set in `call` and name listener, file or address and remedy. */
int32_t edge_start(signet_call_t *call, const core_config_t *config, core_registry_t *registry,
                   core_lanes_t *lanes, const edge_given_t *given, edge_t **edge);
/* What another configuration makes of the edge, ready to be put in force. */
typedef struct edge_change edge_change_t;
/* Prepares the routes of `registry` and the limits and listeners of its configuration, `now` being
 * the one in force; new listeners are bound, and nothing changes yet. */
int32_t edge_prepare(signet_call_t *call, edge_t *edge, const core_config_t *now,
                     const core_config_t *config, core_registry_t *registry,
                     edge_change_t **change);
/* Puts it in force, for requests that begin from here on. */
void edge_apply(edge_t *edge, edge_change_t *change);
/* Forgets it. NULL is nothing. */
void edge_discard(edge_change_t *change);
/* Binds the ports of all listeners of `host`, to be given to an edge that is started later without
 * the privileges that this may need. The array is the caller's to free. Unix sockets are left to
 * the edge. */
int32_t edge_bind(signet_call_t *call, const signet_setting_t *host, edge_socket_t **sockets,
                  size_t *count);
/* From here on /readyz answers 200 and requests are served; before, they get 503. */
void edge_ready(edge_t *edge);
/* The addresses it listens on, "NAME URL" a line ("https https://127.0.0.1:41231",
 * "local unix:/run/signet/signet.sock"), in the call's arena. */
int32_t edge_addresses(signet_call_t *call, const edge_t *edge, signet_text_t *lines);
/* Takes up new certificates of its listeners where their files have changed; sessions that are open
 * go on. A failure is set in `call`, and the old ones stay. The edge also looks itself, every
 * host.certificate_check. [any] */
int32_t edge_renew(signet_call_t *call, edge_t *edge);
/* The sockets that it listens on, until it drains. */
const edge_socket_t *edge_sockets(const edge_t *edge, uint64_t *count);
/* Another process has them too: files of Unix sockets are left to it. */
void edge_hand_over(edge_t *edge);
/* 1 where no loop has been held longer than `limit_ms`. */
int edge_is_turning(const edge_t *edge, int64_t limit_ms);
/* Stops accepting, lets requests in flight end for at most `wait_ms`, then cuts the rest. */
void edge_drain(edge_t *edge, int64_t wait_ms);
/* Joins the loops and frees it. */
void edge_free(edge_t *edge);

#endif
