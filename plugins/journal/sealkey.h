/* The key that signs seals. */
#ifndef JOURNAL_SEALKEY_H
#define JOURNAL_SEALKEY_H

#include <signet/key.h>
#include <signet/sdk/record.h>

#define JOURNAL_FINGERPRINT 64U /* hexadecimal digits of SHA-256 over the public key */

/* The key in use; texts are on the heap. */
typedef struct journal_key {
    char *uri;
    char *algorithm;
    char fingerprint[JOURNAL_FINGERPRINT + 1];
} journal_key_t;

struct journal;

/* Finds the key, or makes it, and records its public key for those who verify. Once. [worker] */
int32_t journal_key_load(struct journal *journal, signet_call_t *call, journal_key_t *key);
void journal_key_clear(journal_key_t *key);
/* Signs a seal's message. [worker] */
int32_t journal_key_sign(const struct journal *journal, signet_call_t *call,
                         const journal_key_t *key, signet_bytes_t message,
                         signet_bytes_t *signature);
/* The public key recorded under a fingerprint, checked against it. CORRUPT. [worker] */
int32_t journal_key_public(signet_call_t *call, const signet_store_t *store,
                           signet_text_t fingerprint, signet_bytes_t *public_key);

#endif
