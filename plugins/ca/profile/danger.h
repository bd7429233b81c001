/* Profiles that would let a requester become somebody else, after what went wrong in other
 * certification authorities. */
#ifndef CA_DANGER_H
#define CA_DANGER_H

#include "ca.h"

/* Looks for what makes a profile dangerous. Each finding fails, unless an override of the profile
 * names it with a reason; an override without its finding fails too. INVALID ("profile.danger"). */
int32_t ca_danger_check(signet_call_t *call, const ca_t *ca, const ca_profile_t *profile);
/* Journals each override in force, at the start of a host. */
int32_t ca_danger_journal(ca_t *ca, signet_call_t *call);

#endif
