/* A certificate with its key, and what its holder sends to have it revoked. */
#ifndef KEY_PROOF_H
#define KEY_PROOF_H

#include <openssl/evp.h>

/* A world, and a certificate with a new key. */
void key_proof_begin(void);
void key_proof_end(void);
/* Asks for a nonce without any credential. */
void key_proof_nonce(char nonce[64]);
/* The body of a request: signed by `signer`, NULL for the certificate's own key. Static. */
const char *key_proof_body(EVP_PKEY *signer, const char *nonce, const char *signed_reason,
                           const char *asked_reason);

#endif
