/* The other nodes of a deployment, as far as ACME needs them: who redeems its nonces, and who sees
 * the world from elsewhere. They ask each other over mutual TLS. */
#ifndef ACME_CLUSTER_H
#define ACME_CLUSTER_H

#include <signet/host.h>
#include <signet/sdk/json.h>
#include <signet/sdk/outbound.h>

/* Another node. */
typedef struct acme_peer {
    signet_text_t node;   /* its name, host.node of its configuration */
    signet_text_t url;    /* "https://HOST:PORT" */
    signet_text_t name;   /* dns name in its certificate as a client */
    signet_text_t site;   /* where it stands; empty: it is no perspective */
    signet_text_t region; /* of the world, as the operator divides it */
} acme_peer_t;

typedef struct acme_cluster acme_cluster_t;

/* The members of the option group `cluster`. */
extern const signet_option_t acme_cluster_options[];
#define ACME_CLUSTER_OPTION_COUNT 4

/* From the settings of the group; NULL where there are none. INVALID with file and line. Free with
 * acme_cluster_free. [any] */
int32_t acme_cluster_new(signet_call_t *call, const signet_host_t *host, acme_cluster_t **cluster);
/* Reads roots, key and certificate. [worker] */
int32_t acme_cluster_open(signet_call_t *call, acme_cluster_t *cluster);
void acme_cluster_free(acme_cluster_t *cluster);

/* The other nodes; none where `cluster` is NULL. [any] */
uint64_t acme_cluster_count(const acme_cluster_t *cluster);
const acme_peer_t *acme_cluster_at(const acme_cluster_t *cluster, uint64_t index);
/* The one of this name, or NULL. [any] */
const acme_peer_t *acme_cluster_find(const acme_cluster_t *cluster, signet_text_t node);
/* Whether a request comes from one of them, by its certificate. DENIED ("acme.peer-unknown").
 * [any] */
int32_t acme_cluster_admit(signet_call_t *call, const acme_cluster_t *cluster,
                           const signet_request_t *http);
/* Posts a JSON object to a path of a peer and answers the object that comes back. UNAVAILABLE,
 * TIMEOUT, INVALID. [worker] */
int32_t acme_cluster_ask(signet_call_t *call, const acme_cluster_t *cluster,
                         const acme_peer_t *peer, const char *path,
                         const signet_json_writer_t *question, int64_t timeout_ms,
                         const signet_json_t **answer);

#endif
