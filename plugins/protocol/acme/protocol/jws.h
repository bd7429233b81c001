/* JSON Web Signatures in flattened form, as ACME has them (RFC 8555, 6.2; RFC 7515). */
#ifndef ACME_JWS_H
#define ACME_JWS_H

#include <signet/sdk/jose.h>

typedef struct acme_jws {
    signet_text_t algorithm; /* "alg" */
    signet_text_t nonce;
    signet_text_t url;
    signet_text_t key_id;     /* "kid"; empty: none */
    const signet_json_t *jwk; /* NULL: none */
    signet_text_t encoded;    /* the payload as it was sent */
    signet_bytes_t payload;
    signet_bytes_t signed_part;
    signet_bytes_t signature;
} acme_jws_t;

/* Takes a JWS apart: no unprotected header, no "crit", exactly one of "jwk" and "kid". INVALID
 * ("acme.malformed"). [any] */
int32_t acme_jws_parse(signet_call_t *call, signet_bytes_t text, acme_jws_t *jws);
int32_t acme_jws_read(signet_call_t *call, const signet_json_t *object, acme_jws_t *jws);
/* Verifies it with a key. INVALID ("acme.badSignatureAlgorithm", "acme.malformed" for a wrong
 * signature). [any] */
int32_t acme_jws_verify(signet_call_t *call, const acme_jws_t *jws, const signet_public_key_t *key);
/* The public key in the header. INVALID ("acme.badPublicKey"). [any] */
int32_t acme_jws_key(signet_call_t *call, const signet_json_t *jwk, signet_public_key_t *key);

#endif
