/* A private key sealed for the archive: AES-256-GCM (NIST SP 800-38D) under a fresh key, which only
 * the recovery key's wrapping keeps. */
#ifndef CA_SEALED_H
#define CA_SEALED_H

#include <signet/sdk/text.h>

#define CA_SEALED_KEY 32U
#define CA_SEALED_NONCE 12U
#define CA_SEALED_TAG 16U

/* What was sealed. The nonce is of no harm as a constant, since each key is used once; it is random
 * all the same. */
typedef struct ca_sealed {
    signet_bytes_t key; /* fresh; secret, of the arena */
    signet_bytes_t nonce;
    signet_bytes_t ciphertext; /* with the tag behind it */
} ca_sealed_t;

/* Seals; `bound` is authenticated beside it. */
int32_t ca_sealed_make(signet_call_t *call, signet_bytes_t plaintext, signet_bytes_t bound,
                       ca_sealed_t *sealed);
/* Opens. CORRUPT ("archive.record") where anything was changed. */
int32_t ca_sealed_open(signet_call_t *call, const ca_sealed_t *sealed, signet_bytes_t bound,
                       signet_bytes_t *plaintext);

#endif
