/* Algorithms of JSON Web Signatures (RFC 7518, 3; RFC 8037), asymmetric ones alone. */
#ifndef OIDC_ALGORITHM_H
#define OIDC_ALGORITHM_H

#include <signet/call.h>

/* The choices of the option, in the order of the table. */
#define OIDC_ALGORITHM_CHOICES "RS256|RS384|RS512|PS256|PS384|PS512|ES256|ES384|ES512|EdDSA"

typedef struct oidc_algorithm {
    const char *name;
    const char *key_types[2]; /* of the SDK; "RSA" for any RSA key; NULL: no second one */
    const char *signs[2];     /* SIGNET_SIGN_*, for each of the types */
    uint64_t half;            /* octets of r and of s; 0: the signature is taken as it is */
} oidc_algorithm_t;

/* The algorithm of this name, or NULL: "none" and those with a shared secret do not exist here. */
const oidc_algorithm_t *oidc_algorithm(signet_text_t name);
/* What a key of this type signs with, or the empty text where the algorithm is not for it. */
signet_text_t oidc_algorithm_for(const oidc_algorithm_t *algorithm, signet_text_t key_type);
/* The signature as the SDK takes it: of r and s (RFC 7518, 3.4) the DER. UNAUTHENTICATED where it
 * has not the form of its algorithm. */
int32_t oidc_algorithm_signature(signet_call_t *call, const oidc_algorithm_t *algorithm,
                                 signet_bytes_t signature, signet_bytes_t *encoded);

#endif
