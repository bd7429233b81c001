/* Credentials for external account binding (RFC 8555, 7.3.4) and their records: acme.credentials,
 * by directory and id. A credential's key is not stored: it follows from the secret of the
 * configuration and the id. */
#ifndef ACME_CREDENTIAL_RECORD_H
#define ACME_CREDENTIAL_RECORD_H

#include "acme.h"

#define ACME_CREDENTIALS "acme.credentials"

typedef struct acme_credential {
    signet_text_t id;
    signet_text_t name;         /* whose it is, for people */
    const signet_text_t *names; /* patterns that limit its accounts; none: the directory's */
    uint64_t name_count;
    const signet_text_t *profiles; /* none: the directory's */
    uint64_t profile_count;
    int64_t created;
    int64_t expires;       /* accounts are bound no later */
    int64_t revoked;       /* its accounts order no more; 0: not */
    signet_text_t account; /* that it was used up for; empty: none */
    signet_text_t creator;
    uint64_t version;
} acme_credential_t;

int32_t acme_credential_declare(signet_call_t *call, const signet_store_t *store);
/* NOT_FOUND. [worker] */
int32_t acme_credential_get(signet_call_t *call, const acme_t *acme,
                            const acme_directory_t *directory, signet_text_t id,
                            acme_credential_t *credential);
int32_t acme_credential_put(signet_call_t *call, const acme_directory_t *directory,
                            const acme_credential_t *credential, signet_change_t *change);
/* A page of a directory's credentials. [worker] */
int32_t acme_credential_list(signet_call_t *call, const acme_t *acme,
                             const acme_directory_t *directory, uint64_t limit,
                             signet_text_t cursor, const signet_page_t **page);
int32_t acme_credential_decode(signet_call_t *call, const signet_record_t *record,
                               acme_credential_t *credential);
/* The key of HMAC that belongs to an id; secret. UNSUPPORTED where the configuration has no secret.
 * [worker] */
int32_t acme_credential_key(signet_call_t *call, const acme_t *acme,
                            const acme_directory_t *directory, signet_text_t id,
                            signet_bytes_t *key);

#endif
