/* Getting an issuer's JWK Set: from a file, a URL, or by OpenID Connect Discovery. */
#ifndef OIDC_FETCH_H
#define OIDC_FETCH_H

#include <signet/sdk/outbound.h>

/* Reads the document by the settings of an issuer; `outbound` is NULL where they name a file. */
int32_t oidc_fetch(signet_call_t *call, const signet_host_t *host, signet_outbound_t *outbound,
                   const signet_setting_t *issuer, signet_bytes_t *document);

#endif
