/* JSON Web Keys and the algorithms of JSON Web Signatures (RFC 7515, 7517, 7518, 7638, 8037):
 * public keys and asymmetric signatures alone. */
#ifndef SIGNET_SDK_JOSE_H
#define SIGNET_SDK_JOSE_H

#include <signet/sdk/json.h>
#include <signet/sdk/x509.h>

/* An algorithm of JSON Web Signatures (RFC 7518, 3; RFC 8037, 3.1). */
typedef struct signet_jws_algorithm {
    const char *name;
    const char *key_types[2]; /* SIGNET_KEY_*; "RSA" for any RSA key; NULL: no second one */
    const char *signs[2];     /* SIGNET_SIGN_*, for each of the types */
    uint64_t half;            /* octets of r and of s; 0: the signature is taken as it is */
} signet_jws_algorithm_t;

/* The names that signet_jws_algorithm knows, as choices of an option. */
#define SIGNET_JWS_ALGORITHMS "RS256|RS384|RS512|PS256|PS384|PS512|ES256|ES384|ES512|EdDSA"

/* The algorithm of this name, or NULL: "none" and those with a shared secret do not exist here.
 * [any] */
const signet_jws_algorithm_t *signet_jws_algorithm(signet_text_t name);
/* What a key of this type (signet_public_key_t.type) signs with, SIGNET_SIGN_*, or the empty text
 * where the algorithm is not for it. [any] */
signet_text_t signet_jws_algorithm_for(const signet_jws_algorithm_t *algorithm,
                                       signet_text_t key_type);
/* The signature as the SDK's verifiers take it: of r and s (RFC 7518, 3.4) the DER. INVALID
 * ("jws.signature") where it has not the form of its algorithm. [any] */
int32_t signet_jws_signature(signet_call_t *call, const signet_jws_algorithm_t *algorithm,
                             signet_bytes_t signature, signet_bytes_t *encoded);

/* The public key of a JWK that may verify signatures. UNSUPPORTED ("jwk.unused") where it is of a
 * kind that is not used here (another kty or curve, for encryption, a shared secret), INVALID where
 * it is malformed ("jwk.malformed") or weak. What else is in it, a private part too, is not looked
 * at. [any] */
int32_t signet_jwk_read(signet_call_t *call, const signet_json_t *jwk, signet_public_key_t *key);
/* The thumbprint of a key (RFC 7638, with SHA-256): 32 octets, the same for every JWK of this key.
 * UNSUPPORTED where it is of a kind that signet_jwk_read does not read. [any] */
int32_t signet_jwk_thumbprint(signet_call_t *call, const signet_public_key_t *key,
                              signet_bytes_t *thumbprint);

#endif
