#include "permission_grant.h"

#include <signet/auth.h>
#include <signet/sdk/text.h>

int ca_grant_covers_object(const signet_grant_t *grant, signet_text_t authority,
                           signet_text_t profile)
{
    return (grant->authority.length == 0 || signet_text_equal(grant->authority, authority)) &&
           (grant->profile.length == 0 || signet_text_equal(grant->profile, profile));
}

int ca_grant_covers_name(const signet_grant_t *grant, signet_text_t name)
{
    static const char *const types[] = {"dns:", "ip:", "email:", "uri:", "upn:", "cn:"};
    if (grant->names.length == 0)
        return 1;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (signet_text_starts(grant->names, types[i]))
            return signet_text_matches(name, grant->names);
    }
    signet_text_t value;
    signet_text_t type = signet_text_split(name, ':', &value);
    if (signet_text_is(type, "email") || signet_text_is(type, "uri") || signet_text_is(type, "upn"))
        return 0;
    return signet_text_matches(value, grant->names);
}

int ca_grant_is(const signet_grant_t *grant, const char *role)
{
    return signet_text_is(grant->role, role);
}

int ca_grants_watch(const signet_actor_t *actor)
{
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        if (ca_grant_is(SIGNET_AT(signet_grant_t, actor->grants, i), SIGNET_ROLE_AUDITOR))
            return 1;
    }
    return 0;
}
