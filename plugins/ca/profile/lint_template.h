/* What is the same in every certificate of a profile is looked at once, when it is compiled. */
#ifndef CA_LINT_TEMPLATE_H
#define CA_LINT_TEMPLATE_H

#include "profile/profile.h"

/* Reads the compiled extensions back with the reader and holds them against RFC 5280 and against
 * what the profile's settings promise. Keeps the extensions in the template, for the lint of each
 * certificate to compare with. INTERNAL ("lint.*"). */
int32_t ca_lint_template(ca_pool_t *pool, signet_call_t *call, const ca_profile_t *profile,
                         const ca_authority_t *authority, ca_template_t *template);

#endif
