/* The certificate that a new one renews. */
#ifndef CA_PREDECESSOR_H
#define CA_PREDECESSOR_H

#include "profile/draft.h"

/* Finds the certificate that the request names as its predecessor, if it names one: the actor may
 * change it, it is of the same profile, and it is neither revoked nor held nor expired. NOT_FOUND,
 * DENIED, INVALID. */
int32_t ca_predecessor_find(ca_t *ca, signet_call_t *call, ca_draft_t *draft);
/* The request itself: as it was sent or, where the predecessor's key is to be kept and none was
 * sent, what the predecessor holds. `draft->key_kept` says so. */
int32_t ca_predecessor_request(signet_call_t *call, ca_draft_t *draft);

#endif
