/* Listeners: where the edge listens, and with what. */
#ifndef EDGE_LISTENER_H
#define EDGE_LISTENER_H

#include <signet/call.h>
#include <signet/option.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "edge/tls.h"

#define EDGE_LISTENER_ROLES 8U
#define EDGE_LISTENER_PATHS 16U
#define EDGE_LISTENER_INSTANCES 16U

/* One listener. But for its counts it does not change once it is bound; shared by all loops. */
typedef struct edge_listener {
    signet_text_t name;
    int is_unix;
    struct sockaddr_storage address; /* with the port that the kernel chose */
    socklen_t address_length;
    edge_tls_t *tls; /* NULL: plain */
    edge_client_certificates_t client_certificates;
    uint32_t mode;                            /* of a Unix socket's file */
    signet_text_t roles[EDGE_LISTENER_ROLES]; /* of local users on a Unix socket */
    uint64_t role_count;
    signet_text_t certificate_paths[EDGE_LISTENER_PATHS]; /* served only with a certificate */
    uint64_t certificate_path_count;
    signet_text_t instances[EDGE_LISTENER_INSTANCES]; /* whose routes are served; none: all */
    uint64_t instance_count;
    char *kept[1 + EDGE_LISTENER_ROLES + EDGE_LISTENER_PATHS +
               EDGE_LISTENER_INSTANCES]; /* what the texts point into */
    size_t kept_count;
    atomic_uint holders; /* the edge, acceptors, connections, requests without their connection */
    atomic_int retired;  /* 1: a reload has removed or replaced it; its connections end */
    atomic_int connections;
    size_t given; /* sockets that it was given, and descriptors that share them */
    int bound;    /* 1 once a socket file of its own exists */
} edge_listener_t;

/* Reads one element of the setting `listeners` into a zeroed listener and loads its certificate.
 * Texts are copied: a listener outlives the configuration that it was read from. Failures are set
 * in `call`. */
int32_t edge_listener_read(signet_call_t *call, const signet_setting_t *setting,
                           edge_listener_t *listener);
/* Reads of it only where it listens. */
int32_t edge_listener_read_place(signet_call_t *call, const signet_setting_t *setting,
                                 edge_listener_t *listener);
/* A new bound socket; each loop has its own (SO_REUSEPORT). The first one settles the port. */
int32_t edge_listener_bind(signet_call_t *call, edge_listener_t *listener, int *socket_file);
/* Its URL: "https://127.0.0.1:8443", "unix:/run/signet/signet.sock". */
signet_text_t edge_listener_url(signet_call_t *call, const edge_listener_t *listener);
/* Whether a path is served only to those who show a certificate. */
int edge_listener_wants_certificate(const edge_listener_t *listener, signet_text_t path);
/* Whether it serves the routes of an instance; the host's own have no name. */
int edge_listener_serves(const edge_listener_t *listener, signet_text_t instance);
/* Removes the file of its Unix socket where it made one. */
void edge_listener_unbind(edge_listener_t *listener);
/* The same, and frees what it holds. */
void edge_listener_free(edge_listener_t *listener);
/* A listener to read into, held once; NULL when out of memory. */
edge_listener_t *edge_listener_new(void);
edge_listener_t *edge_listener_hold(edge_listener_t *listener);
/* Frees it with the last holder. NULL is nothing. [any] */
void edge_listener_release(edge_listener_t *listener);

#endif
