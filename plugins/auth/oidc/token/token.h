/* A JSON Web Token in compact form (RFC 7519, RFC 7515), taken apart. */
#ifndef OIDC_TOKEN_H
#define OIDC_TOKEN_H

#include <signet/sdk/json.h>

#define OIDC_TOKEN_LIMIT 16384U

typedef struct oidc_token {
    signet_bytes_t signed_part; /* what the signature covers */
    signet_bytes_t signature;
    signet_text_t head;          /* the header, encoded */
    const signet_json_t *claims; /* not verified yet */
    signet_text_t issuer;
    signet_text_t algorithm;
    signet_text_t type; /* "" where the header has none */
    signet_text_t key_id;
    int has_key_id;
} oidc_token_t;

/* Takes the text apart as far as its issuer. UNSUPPORTED where it is no JWT whose issuer can be
 * read: three parts of Base64 without padding, claims that are an object without duplicates. Any
 * failure is for others to judge. */
int32_t oidc_token_read(signet_call_t *call, signet_text_t text, oidc_token_t *token);
/* Reads the header and the signature. UNAUTHENTICATED says what is wrong with it. What it embeds or
 * points to (jwk, jku, x5c, x5u) is never looked at: keys come from the issuer alone. */
int32_t oidc_token_read_header(signet_call_t *call, oidc_token_t *token);

#endif
