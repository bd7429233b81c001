/* The validity of a certificate. */
#ifndef CA_VALIDITY_H
#define CA_VALIDITY_H

#include "profile/profile.h"

/* From a little before now for as long as the profile says, both to the second and both included
 * (RFC 5280, 4.1.2.5), no longer than was asked for and never outside the issuer's own: clipped, or
 * INVALID ("profile.validity…") where the profile does not clip. */
int32_t ca_validity(signet_call_t *call, const ca_profile_t *profile,
                    const ca_authority_t *authority, const signet_issue_request_t *request,
                    int64_t now, int64_t *not_before, int64_t *not_after);

#endif
