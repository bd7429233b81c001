/* Archived keys on record: the collection ca.archived-keys, keyed as the certificate is; imported
 * ones "imported/FINGERPRINT". */
#ifndef CA_ARCHIVED_H
#define CA_ARCHIVED_H

#include "ca.h"

#include <signet/ca.h>

#define CA_ARCHIVED_KEYS "ca.archived-keys"
#define CA_ARCHIVED_FIELDS 12U
/* In place of an authority, for certificates of others. */
#define CA_ARCHIVED_IMPORTED "imported"

/* An archived key as it is stored. */
typedef struct ca_archived {
    signet_archived_key_t key; /* without private key; certificate of imported ones alone */
    signet_text_t recovery_key;
    signet_bytes_t recovery_identity; /* SHA-256 of the recovery key's public part */
    signet_text_t algorithm;          /* of the wrapping */
    signet_bytes_t wrapped;
    signet_bytes_t nonce;
    signet_bytes_t ciphertext;
} ca_archived_t;

int32_t ca_archived_declare(signet_call_t *call, const signet_store_t *store);
/* A change that puts it, new; its parts live in the arena. */
int32_t ca_archived_put(signet_call_t *call, const ca_archived_t *archived,
                        signet_change_t *change);
/* CORRUPT ("archive.record"). */
int32_t ca_archived_decode(signet_call_t *call, const signet_record_t *stored,
                           ca_archived_t **archived);
/* NOT_FOUND without an error set. */
int32_t ca_archived_get(signet_call_t *call, const signet_store_t *store, signet_text_t authority,
                        signet_bytes_t serial, ca_archived_t **archived);
/* Whether a key is archived, under whatever certificate. */
int32_t ca_archived_has(signet_call_t *call, const signet_store_t *store, signet_bytes_t spki,
                        int *has);
/* Whether the actor may read of an archived key: as of its certificate. */
int ca_archived_reads(signet_call_t *call, const signet_archived_key_t *key);

#endif
