/* JSON Web Keys (RFC 7517, RFC 7518, 6, RFC 8037): public ones for signatures. */
#ifndef OIDC_JWK_H
#define OIDC_JWK_H

#include <signet/sdk/json.h>
#include <signet/sdk/x509.h>

/* The public key of a JWK. UNSUPPORTED where it is of a kind that is not used here (another kty or
 * curve, for encryption, a shared secret), INVALID where it is malformed or weak. */
int32_t oidc_jwk_read(signet_call_t *call, const signet_json_t *jwk, signet_public_key_t *key);

#endif
