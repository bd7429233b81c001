/* A TLS client's certificate and what it sent with it, as its handshake proved possession of the
 * key. Shared by a connection and its requests, all of it on the loop's thread. */
#ifndef EDGE_IDENTITY_H
#define EDGE_IDENTITY_H

#include <openssl/x509.h>
#include <signet/base.h>

#define EDGE_IDENTITY_CHAIN 8 /* certificates that a client may send, its own included */

typedef struct edge_identity {
    uint32_t uses;
    signet_bytes_t certificate; /* DER */
    signet_bytes_t chain[EDGE_IDENTITY_CHAIN];
    uint64_t chain_count;
    uint8_t data[]; /* what the others point into */
} edge_identity_t;

/* A copy of both, used once; `chain` may be NULL and leaves out the client's own. NULL when out of
 * memory or where the chain is too long. */
edge_identity_t *edge_identity_new(const X509 *certificate, const STACK_OF(X509) * chain);
/* One use more; NULL stays NULL. */
edge_identity_t *edge_identity_hold(edge_identity_t *identity);
/* One use less; the last one frees it. */
void edge_identity_release(edge_identity_t *identity);

#endif
