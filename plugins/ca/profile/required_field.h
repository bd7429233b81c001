/* Fields that a profile wants beside a request. */
#ifndef CA_REQUIRED_FIELD_H
#define CA_REQUIRED_FIELD_H

#include "issue/field.h"
#include "profile/profile.h"

/* The options required_fields and sid. INVALID at the setting. */
int32_t ca_fields_configure(signet_call_t *call, ca_profile_t *profile);
/* Whether the fields that the profile needs are there. INVALID ("profile.field-required"). */
int32_t ca_fields_present(signet_call_t *call, const ca_profile_t *profile,
                          const ca_fields_t *fields);

#endif
