/* A profile's rules for names: patterns, a list in a file, and names that it adds. */
#ifndef CA_NAME_RULE_H
#define CA_NAME_RULE_H

#include "profile/profile.h"

/* The options dns, ip, email, uri, upn, names_file and add_names. INVALID at the setting. */
int32_t ca_name_rules_configure(ca_pool_t *pool, signet_call_t *call, ca_profile_t *profile);

#endif
