/* Rules that rest on what was issued before: keys that come back, how many certificates a subject
 * may have at a time, when one may be renewed. */
#ifndef CA_REUSE_H
#define CA_REUSE_H

#include "profile/draft.h"

/* Holds a draft, whose names and subject are made, against the options renewal_key, shared_key,
 * max_active and renewal_window of its profile. INVALID ("profile.key-…", "profile.max-active",
 * "profile.renewal-early"). A profile without these options costs nothing. */
int32_t ca_reuse_check(ca_t *ca, signet_call_t *call, ca_draft_t *draft);
/* Whether the request brings an attestation of its key that the profile takes, where it wants one.
 * INVALID ("profile.attestation-required"). */
int32_t ca_attestation_check(signet_call_t *call, const ca_draft_t *draft);

#endif
