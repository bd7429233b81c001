/* Cross-certificates for foreign authorities: their key under their own name, below one of ours and
 * within the limits of a profile. */
#ifndef CA_CROSS_H
#define CA_CROSS_H

#include "ca.h"
#include "profile/template.h"
#include "record/record.h"

/* A foreign authority: what its own certificates say of it, so that theirs and ours are
 * interchangeable in a chain. */
typedef struct ca_foreign {
    signet_bytes_t subject; /* Name */
    const signet_attribute_t *attributes;
    uint64_t attribute_count;
    signet_public_key_t key;
    signet_bytes_t key_id;
    int64_t not_after; /* of its own certificate; 0: a request */
} ca_foreign_t;

/* Reads a self-signed certificate or a request from a file (PEM). Either must be signed by the key
 * that it holds. INVALID ("cross.…"). */
int32_t ca_cross_read(signet_call_t *call, signet_text_t path, ca_foreign_t *foreign);
/* What its certificate by `issuer` will hold, after all checks; nothing is signed. INVALID, DENIED,
 * UNAVAILABLE. */
int32_t ca_cross_content(ca_t *ca, signet_call_t *call, ca_authority_t *issuer,
                         const ca_profile_t *profile, const ca_foreign_t *foreign,
                         ca_content_t *content);
/* Certifies it by a profile of subordinates, which gives validity, path length, policies, mappings
 * and name constraints; the subject stays as it is. The certificate goes the way of every one.
 * INVALID, DENIED, UNAVAILABLE. */
int32_t ca_cross_certify(ca_t *ca, signet_call_t *call, ca_authority_t *issuer,
                         const ca_profile_t *profile, const ca_foreign_t *foreign,
                         ca_record_t *record);

#endif
