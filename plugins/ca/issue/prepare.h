/* Everything about a request that is looked at before something is decided for good. */
#ifndef CA_PREPARE_H
#define CA_PREPARE_H

#include "profile/draft.h"

/* Finds profile and authority, and whether the actor may use them. NOT_FOUND, INVALID, DENIED. */
int32_t ca_prepare_authorise(ca_t *ca, signet_call_t *call, ca_draft_t *draft);
/* Parses the request, checks its key, names and times, and fills the draft with what would be
 * signed. INVALID, DENIED, UNAVAILABLE. */
int32_t ca_prepare(ca_t *ca, signet_call_t *call, ca_draft_t *draft);
/* The same without asking whether the authority may issue now. */
int32_t ca_prepare_request(ca_t *ca, signet_call_t *call, ca_draft_t *draft);

/* The same for a draft whose request was put together here: its key is one of this house's own, so
 * that no signature proves it. */
int32_t ca_prepare_own(ca_t *ca, signet_call_t *call, ca_draft_t *draft, const signet_csr_t *csr);

/* INVALID ("key.blocked") where a key is known as compromised. */
int32_t ca_prepare_blocked(ca_t *ca, signet_call_t *call, const signet_public_key_t *key);

#endif
