/* The certificates that a listener shows, with their keys, as they were loaded from their files. */
#ifndef EDGE_CERTIFICATE_H
#define EDGE_CERTIFICATE_H

#include <openssl/ssl.h>
#include <signet/call.h>

typedef struct edge_certificates edge_certificates_t;

/* Where one comes from; paths. */
typedef struct edge_certificate_files {
    char *certificate; /* PEM: the certificate and its chain */
    char *key;         /* PEM, closed to others */
} edge_certificate_files_t;

/* Loads one or more, the default one first. Failures are set in `call` and name listener, file and
 * remedy. */
int32_t edge_certificates_load(signet_call_t *call, signet_text_t listener,
                               const edge_certificate_files_t *files, size_t count,
                               edge_certificates_t **certificates);
void edge_certificates_free(edge_certificates_t *certificates);
/* Has a handshake show those whose names fit the server name that the client asks for, each kind of
 * key one; where none fits or the client names none, the first and those of other kinds with the
 * same names. The session keeps what it uses. 1, or 0 when out of memory. */
int edge_certificates_use(const edge_certificates_t *certificates, SSL *ssl);

#endif
