/* An authority whose keys may be in other hands: what is done, and the same in a rehearsal. */
#ifndef CA_COMPROMISE_H
#define CA_COMPROMISE_H

#include "authority/lifecycle.h"

/* Walks through what ca_lifecycle_compromised would do and says it, a JSON object; changes nothing
 * but that the journal says that it was rehearsed. */
int32_t ca_compromise_rehearse(ca_lifecycle_t *life, signet_call_t *call, signet_text_t *document);

#endif
