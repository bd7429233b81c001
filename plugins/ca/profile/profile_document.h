/* The effective profile as a JSON object, for people and clients. */
#ifndef CA_PROFILE_DOCUMENT_H
#define CA_PROFILE_DOCUMENT_H

#include "profile/profile.h"

/* Writes profile->document, every option with the value in force, and profile->origins_document,
 * where each was set. */
int32_t ca_profile_document(ca_pool_t *pool, signet_call_t *call, ca_profile_t *profile);

#endif
