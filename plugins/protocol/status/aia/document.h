/* Certificates of issuers, as whoever builds a chain fetches them (RFC 5280, 4.2.2.1). */
#ifndef STATUS_AIA_DOCUMENT_H
#define STATUS_AIA_DOCUMENT_H

#include <signet/ext/draft/status.h>
#include <signet/http.h>

/* The issuer's certificate and those above it, as a certs-only CMS message (RFC 8551, 3.2.2). */
int32_t status_aia_bundle(signet_call_t *call, const signet_status_issuer_t *issuer,
                          signet_bytes_t *bundle);
/* The same, PEM. */
int32_t status_aia_chain(signet_call_t *call, const signet_status_issuer_t *issuer,
                         signet_bytes_t *chain);
/* GET /aia/{file}: AUTHORITY-GENERATION or the key's id, and .cer, .p7c or .pem. */
int32_t status_aia_route(void *instance, signet_call_t *call, const signet_request_t *request,
                         signet_exchange_t *exchange);

#endif
