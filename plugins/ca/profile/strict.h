/* The strict profile set: what the Baseline Requirements of the CA/Browser Forum ask of public
 * certificates, as far as it makes sense for an authority of one's own. */
#ifndef CA_STRICT_H
#define CA_STRICT_H

#include "profile/profile.h"

/* Whether a profile with strict = true keeps to it. INVALID at the setting. */
int32_t ca_strict_check(signet_call_t *call, const ca_profile_t *profile);

#endif
