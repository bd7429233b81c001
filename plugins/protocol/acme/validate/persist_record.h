/* Records of dns-persist-01, which stay: they name an issuer and an account. */
#ifndef ACME_PERSIST_RECORD_H
#define ACME_PERSIST_RECORD_H

#include <signet/option.h>
#include <signet/sdk/text.h>

/* How long such a validation is good for, whatever the directory says (Baseline Requirements,
 * 3.2.2.4.22). */
#define ACME_PERSIST_REUSE_MS (INT64_C(10) * 86400000)
/* Issuer domain names of a directory (draft-ietf-acme-dns-persist-02). */
#define ACME_PERSIST_ISSUERS_MAX 10U

/* The hashed URI of an account (draft-ietf-acme-dns-persist-02): `thumbprint` is the base64url text
 * of its key's, `domain` the name that the record stands at, or "*". [any] */
int32_t acme_persist_uri(signet_call_t *call, signet_text_t prefix, signet_text_t domain,
                         signet_text_t thumbprint, signet_text_t account_url, signet_text_t *uri);
/* The prefix that such URIs begin with, for a directory's base URL. [any] */
signet_text_t acme_persist_prefix(signet_call_t *call, signet_text_t base);

/* What a record must say. */
typedef struct acme_persist_wanted {
    const signet_setting_t *issuers; /* TEXTS */
    signet_text_t uris[2];           /* of the account; either */
    int wildcard;                    /* policy=wildcard is needed */
    int64_t now;
} acme_persist_wanted_t;

/* NULL where the text of a record permits it, else why not, as a sentence's end. `until` gets the
 * time that it is good until, in ms; 0 without one. [any] */
const char *acme_persist_judge(signet_text_t record, const acme_persist_wanted_t *wanted,
                               int64_t *until);

#endif
