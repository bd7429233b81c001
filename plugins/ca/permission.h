/* Who may do what: the grants of the call's actor against authority, profile and names. */
#ifndef CA_PERMISSION_H
#define CA_PERMISSION_H

#include "ca.h"

#include "profile/names.h"

#include <signet/ext/draft/approval.h>

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
/* Whether the actor may read a certificate: requesters what they asked for themselves, every other
 * role within its scope. */
int ca_permission_read(signet_call_t *call, const signet_certificate_t *certificate);
/* Whether the actor holds a role that reads what others asked for. */
int ca_permission_reads_others(signet_call_t *call);
/* Whether the actor may revoke, hold or release: officers and revocation officers within their
 * scope, requesters their own. NOT_FOUND where it may not even read it, else DENIED. */
int32_t ca_permission_change(signet_call_t *call, const signet_certificate_t *certificate);
/* Who is behind a credential: the person, or the credential itself where it names none. */
signet_text_t ca_permission_person(const signet_actor_t *actor);
/* Whether the call's actor, or another credential of the same person, asked for it. */
int ca_permission_own_matter(signet_call_t *call, const signet_approval_t *approval);
/* Whether the actor holds a role that decides about such matters, in their scope. */
int ca_permission_decides(signet_call_t *call, const signet_approval_t *approval);
/* Whether the actor may approve or deny this one. DENIED: no such role, a matter of its own, a way
 * of authenticating that does not suffice, or the person has decided already. */
int32_t ca_permission_decide(signet_call_t *call, const signet_approval_t *approval);
/* Whether the actor may see a matter: its own, those that it may decide, and all in their scope for
 * auditors and administrators. */
int ca_permission_sees(signet_call_t *call, const signet_approval_t *approval);
/* Whether the actor may see the profile. */
int ca_permission_profile(signet_call_t *call, const ca_profile_t *profile);

#endif
