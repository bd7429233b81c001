/* Who may do what: the grants of the call's actor against authority, profile and names. */
#ifndef CA_PERMISSION_H
#define CA_PERMISSION_H

#include "ca.h"

#include "profile/names.h"

/* Whether the actor holds a role that the profile's requesters name, for this authority and
 * profile. DENIED. */
int32_t ca_permission_request(signet_call_t *call, const ca_profile_t *profile,
                              const ca_authority_t *authority);
/* Whether one such grant covers every name. DENIED. */
int32_t ca_permission_names(signet_call_t *call, const ca_profile_t *profile,
                            const ca_authority_t *authority, const ca_names_t *names);
/* Whether the actor is an officer for this authority and profile. */
int ca_permission_officer(signet_call_t *call, const ca_profile_t *profile,
                          const ca_authority_t *authority);
/* Whether the actor may read a certificate: officers, auditors and administrators within their
 * scope, requesters what they asked for themselves. */
int ca_permission_read(signet_call_t *call, const signet_certificate_t *certificate);
/* Whether the actor holds a role that reads what others asked for. */
int ca_permission_reads_others(signet_call_t *call);
/* Whether the actor may revoke, hold or release: officers and administrators within their scope,
 * requesters their own. NOT_FOUND where it may not even read it, else DENIED. */
int32_t ca_permission_change(signet_call_t *call, const signet_certificate_t *certificate);
/* Whether the actor may see the profile. */
int ca_permission_profile(signet_call_t *call, const ca_profile_t *profile);

#endif
