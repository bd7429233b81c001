/* The keys of an issuer at one time, as a whole: made from a JWK Set (RFC 7517, 5), used by many
 * threads, freed by the last. */
#ifndef OIDC_KEYS_H
#define OIDC_KEYS_H

#include "token/token.h"

#include <signet/sdk/jose.h>

#define OIDC_KEYS_OCTETS 262144U /* of the document */
#define OIDC_KEYS_COUNT 100U

typedef struct oidc_keys oidc_keys_t;

/* Makes keys from a document, with one reference. Keys of other kinds are left out. INVALID where
 * it is no JWK Set, or has too many keys or none for us; `skipped` counts malformed and weak ones.
 */
int32_t oidc_keys_read(signet_call_t *call, signet_bytes_t document, oidc_keys_t **keys,
                       uint64_t *skipped);
/* References. NULL is allowed. [any] */
oidc_keys_t *oidc_keys_use(oidc_keys_t *keys);
void oidc_keys_release(oidc_keys_t *keys);
uint64_t oidc_keys_count(const oidc_keys_t *keys);
/* Verifies a token. OK; NOT_FOUND where there is no key for it; UNAUTHENTICATED where its signature
 * is wrong. A token without a key id is verified where exactly one key suits it (OpenID Connect
 * Core, 10.1). */
int32_t oidc_keys_verify(signet_call_t *call, const oidc_keys_t *keys, const oidc_token_t *token,
                         const signet_jws_algorithm_t *algorithm);

#endif
