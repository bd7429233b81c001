/* Accounts (RFC 8555, 7.1.2) and their records: acme.accounts by directory and id, acme.keys by
 * directory and thumbprint, so that a key has one account. */
#ifndef ACME_ACCOUNT_RECORD_H
#define ACME_ACCOUNT_RECORD_H

#include <signet/sdk/x509.h>

#include "acme.h"

#define ACME_ACCOUNTS "acme.accounts"
#define ACME_KEYS "acme.keys"

#define ACME_ACCOUNT_VALID "valid"
#define ACME_ACCOUNT_DEACTIVATED "deactivated"
#define ACME_ACCOUNT_REVOKED "revoked" /* by the operator */

typedef struct acme_account {
    signet_text_t id;
    signet_text_t state;
    const signet_text_t *contacts;
    uint64_t contact_count;
    signet_bytes_t spki;      /* SubjectPublicKeyInfo, DER */
    signet_text_t credential; /* that it is bound by; empty: none */
    int64_t created;
    int64_t agreed;   /* to the terms; 0: not */
    uint64_t version; /* of the record */
} acme_account_t;

int32_t acme_account_declare(signet_call_t *call, const signet_store_t *store);
/* The actor's id of an account. [any] */
signet_text_t acme_account_actor(signet_call_t *call, const acme_directory_t *directory,
                                 signet_text_t id);
/* NOT_FOUND. [worker] */
int32_t acme_account_get(signet_call_t *call, const acme_t *acme, const acme_directory_t *directory,
                         signet_text_t id, acme_account_t *account);
/* The account of a key. NOT_FOUND. [worker] */
int32_t acme_account_find(signet_call_t *call, const acme_t *acme,
                          const acme_directory_t *directory, const signet_public_key_t *key,
                          acme_account_t *account);
/* A change that stores the account; expected is its version, 0 for a new one. [any] */
int32_t acme_account_put(signet_call_t *call, const acme_directory_t *directory,
                         const acme_account_t *account, signet_change_t *change);
/* A change that binds a key to an account, or that unbinds it. The key may not be bound, or must
 * be. [any] */
int32_t acme_account_bind(signet_call_t *call, const acme_directory_t *directory,
                          const signet_public_key_t *key, signet_text_t id,
                          signet_change_t *change);
int32_t acme_account_unbind(signet_call_t *call, const acme_directory_t *directory,
                            const signet_public_key_t *key, signet_change_t *change);
/* An id of 16 random octets, for whatever has one. [any] */
int32_t acme_new_id(signet_call_t *call, signet_text_t *id);

#endif
