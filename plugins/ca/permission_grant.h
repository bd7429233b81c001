/* What one grant covers. */
#ifndef CA_PERMISSION_GRANT_H
#define CA_PERMISSION_GRANT_H

#include <signet/call.h>

int ca_grant_covers_object(const signet_grant_t *grant, signet_text_t authority,
                           signet_text_t profile);
/* Whether a grant's pattern covers a canonical name. A pattern without a type stands for hosts,
 * addresses and common names alone: as a pattern for a URI or a mailbox, "*.example" would let in
 * whatever merely ends like that. */
int ca_grant_covers_name(const signet_grant_t *grant, signet_text_t name);
int ca_grant_is(const signet_grant_t *grant, const char *role);
/* Whether the actor is an auditor. Duties are separate: who watches over others takes no part in
 * what they do, whatever other roles the credential names. */
int ca_grants_watch(const signet_actor_t *actor);

#endif
