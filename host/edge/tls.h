/* TLS: a listener's certificate and key, and one session for each connection.
 *
 * A session reads ciphertext from memory that the caller lends for one call and writes it to a
 * buffer that all connections of a loop share. */
#ifndef EDGE_TLS_H
#define EDGE_TLS_H

#include <signet/call.h>

#include "edge/buffer.h"
#include "edge/tls_client.h"
#include "edge/tls_files.h"

typedef struct edge_tls edge_tls_t;                 /* a listener's, shared by all loops */
typedef struct edge_tls_session edge_tls_session_t; /* a connection's, for its loop's thread */

/* How a listener speaks TLS. */
typedef struct edge_tls_options {
    signet_text_t listener;           /* its name, for messages */
    edge_tls_files_t files;           /* of its certificates; edge_tls_new takes them over */
    signet_text_t minimum;            /* "1.2" or "1.3" */
    signet_text_t client_authorities; /* a PEM file, or empty */
    edge_client_certificates_t client_certificates;
    int only_http1; /* 1: HTTP/2 is not offered */
} edge_tls_options_t;

/* Loads what the options name. Failures are set in `call` and name listener, file and remedy. */
int32_t edge_tls_new(signet_call_t *call, const edge_tls_options_t *options, edge_tls_t **tls);
void edge_tls_free(edge_tls_t *tls);
/* Loads its files anew where one has changed since they were loaded or tried last; `*renewed` is 1
 * where handshakes from here on show what is new. A failure is set in `call`, and changes nothing.
 * By one thread at a time. */
int32_t edge_tls_renew(signet_call_t *call, edge_tls_t *tls, int *renewed);

/* A session whose ciphertext goes to `output`. NULL when out of memory. */
edge_tls_session_t *edge_tls_session_new(const edge_tls_t *tls, edge_buffer_t *output);
void edge_tls_session_free(edge_tls_session_t *session);

#define EDGE_TLS_MORE 0   /* all that came has been taken */
#define EDGE_TLS_DATA 1   /* plaintext was made */
#define EDGE_TLS_CLOSED 2 /* the peer has closed the session properly */
#define EDGE_TLS_FAILED (-1)

/* Lends ciphertext that came, until edge_tls_read has answered something else than DATA. */
void edge_tls_lend(edge_tls_session_t *session, const void *data, size_t length);
/* Goes on with the handshake, or decrypts up to `size` octets to `data`. */
int edge_tls_read(edge_tls_session_t *session, void *data, size_t size, size_t *length);
int edge_tls_is_established(const edge_tls_session_t *session);
/* Whether client and server agreed on HTTP/2, once the session is established. */
int edge_tls_speaks_http2(const edge_tls_session_t *session);
/* The client's certificate, once the session is established: 1, with NULL where it sent none; 0
 * when out of memory. */
int edge_tls_identity(const edge_tls_session_t *session, edge_identity_t **identity);
/* Encrypts all of `data` to the output. 1, or 0 when the session is broken. */
int edge_tls_write(edge_tls_session_t *session, const void *data, size_t length);
/* Says goodbye to the peer (close_notify), to the output. */
void edge_tls_close(edge_tls_session_t *session);

#endif
