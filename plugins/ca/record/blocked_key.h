/* Keys that are never certified again: those of certificates revoked for keyCompromise. Kept in
 * memory as digests, backed by the collection ca.blocked_keys. */
#ifndef CA_BLOCKED_KEY_H
#define CA_BLOCKED_KEY_H

#include <pthread.h>
#include <signet/sdk/record.h>

#define CA_BLOCKED_KEYS "ca.blocked_keys"
#define CA_KEY_DIGEST 32U

/* A sorted array of SHA-256 digests of SubjectPublicKeyInfo. All instances of a process share one:
 * while a reload replaces an instance, both serve, and what one blocks the other must know. */
typedef struct ca_blocked_keys {
    pthread_rwlock_t lock;
    uint8_t (*digests)[CA_KEY_DIGEST];
    uint64_t count;
    uint64_t capacity;
} ca_blocked_keys_t;

/* The one of this process, made by the first holder. */
int32_t ca_blocked_keys_hold(signet_call_t *call, ca_blocked_keys_t **keys);
/* Frees it with the last holder. NULL is nothing. */
void ca_blocked_keys_release(ca_blocked_keys_t *keys);
/* Declares the collection and reads it. */
int32_t ca_blocked_keys_load(ca_blocked_keys_t *keys, signet_call_t *call,
                             const signet_store_t *store);
/* Whether the key with this digest is blocked. */
int ca_blocked_keys_has(ca_blocked_keys_t *keys, signet_bytes_t digest);
/* Makes room for one more, so that adding cannot fail once the change is durable. */
int32_t ca_blocked_keys_reserve(ca_blocked_keys_t *keys, signet_call_t *call);
/* Adds a digest, after its record was committed and room was reserved. */
void ca_blocked_keys_add(ca_blocked_keys_t *keys, signet_bytes_t digest);
/* The change that makes a key blocked durably: put under the digest in hexadecimal. `fields` has
 * room for two. */
int32_t ca_blocked_keys_change(signet_call_t *call, signet_bytes_t digest,
                               signet_text_t certificate, int64_t now, signet_field_t *fields,
                               signet_change_t *change);

#endif
