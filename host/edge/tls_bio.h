/* The BIO of a TLS session: reads from lent memory, writes to a shared buffer. */
#ifndef EDGE_TLS_BIO_H
#define EDGE_TLS_BIO_H

#include <openssl/bio.h>

#include "edge/buffer.h"

typedef struct edge_tls_channel {
    const char *input; /* lent ciphertext not yet read */
    size_t input_length;
    edge_buffer_t *output;
} edge_tls_channel_t;

/* A method whose BIOs have an edge_tls_channel_t as their data; to be freed with BIO_meth_free.
 * NULL when out of memory. */
BIO_METHOD *edge_tls_bio_method(void);

#endif
