/* All the names that a certificate claims, in whatever place: each is held against name
 * constraints. */
#ifndef CA_CLAIM_H
#define CA_CLAIM_H

#include "authority/constraint.h"

typedef struct ca_claim {
    uint8_t type;            /* of GeneralName */
    int readable;            /* 0: it cannot be compared, and any constraint on its type refuses */
    signet_canonical_t name; /* dns, ip, email, uri */
    signet_bytes_t directory;
    signet_text_t text; /* for people */
} ca_claim_t;

/* The subject, mail addresses and host names in it, and the alternative names. A common name is a
 * host name where it looks like one, because old clients take it so. INVALID for malformed
 * alternative names. */
int32_t ca_claims(signet_call_t *call, const signet_x509_t *x509, const ca_claim_t **claims,
                  uint64_t *count);
/* Whether the constraint of one certificate permits a claim. */
int32_t ca_claim_permitted(signet_call_t *call, const ca_constraint_t *constraint,
                           const ca_claim_t *claim, int *permitted);

#endif
