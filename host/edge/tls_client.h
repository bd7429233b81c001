/* Certificates of TLS clients, as far as TLS goes: asking for them and taking what was sent.
 *
 * A handshake proves that the client has the key of its certificate. Whether that certificate is
 * trusted is decided by the auth plugins at each request, because a session that is resumed, or
 * stays open, must not outlive its certificate's trust. */
#ifndef EDGE_TLS_CLIENT_H
#define EDGE_TLS_CLIENT_H

#include <openssl/ssl.h>
#include <signet/call.h>

#include "edge/identity.h"

/* What a listener asks of its clients. */
typedef enum edge_client_certificates {
    EDGE_CLIENT_CERTIFICATES_NONE,
    EDGE_CLIENT_CERTIFICATES_OPTIONAL,
    EDGE_CLIENT_CERTIFICATES_REQUIRED
} edge_client_certificates_t;

/* From the text of the setting; anything else than "optional" and "required" is NONE. */
edge_client_certificates_t edge_client_certificates(signet_text_t setting);
/* Has a listener ask. `authorities` is a PEM file whose certificates' names are sent as those of
 * acceptable authorities; empty: none are. Failures are set in `call` and name listener, file and
 * remedy. */
int32_t edge_tls_client_ask(signet_call_t *call, signet_text_t listener, SSL_CTX *context,
                            edge_client_certificates_t mode, signet_text_t authorities);
/* What the client of an established session proved: 1, with NULL where it sent none; 0 when out of
 * memory. */
int edge_tls_client_identity(const SSL *ssl, edge_identity_t **identity);

#endif
