#include "permission.h"

#include "record/record.h"

#include <signet/auth.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

static int covers_object(const signet_grant_t *grant, signet_text_t authority,
                         signet_text_t profile)
{
    return (grant->authority.length == 0 || signet_text_equal(grant->authority, authority)) &&
           (grant->profile.length == 0 || signet_text_equal(grant->profile, profile));
}

/* Whether a grant's pattern covers a canonical name. A pattern without a type stands for hosts,
 * addresses and common names alone: as a pattern for a URI or a mailbox, "*.example" would let in
 * whatever merely ends like that. */
static int covers_name(const signet_grant_t *grant, signet_text_t name)
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

static int is_role(const signet_grant_t *grant, const char *role)
{
    return signet_text_is(grant->role, role);
}

static int may_request(const signet_grant_t *grant, const ca_profile_t *profile,
                       const ca_authority_t *authority)
{
    uint64_t count = profile->requesters == NULL ? 0 : profile->requesters->member_count;
    for (uint64_t i = 0; i < count; i++) {
        if (signet_text_equal(grant->role, signet_setting_at(profile->requesters, i)->text))
            return covers_object(grant, authority->name, profile->name);
    }
    return 0;
}

static const signet_grant_t *grant_at(const signet_actor_t *actor, uint64_t index)
{
    return SIGNET_AT(signet_grant_t, actor->grants, index);
}

int32_t ca_permission_request(signet_call_t *call, const ca_profile_t *profile,
                              const ca_authority_t *authority)
{
    const signet_actor_t *actor = call->services->actor(call);
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        if (may_request(grant_at(actor, i), profile, authority))
            return SIGNET_OK;
    }
    return signet_fail(call, SIGNET_DENIED, "permission.profile",
                       "you may not ask for certificates of the profile \"%.*s\" from the "
                       "authority \"%.*s\"; ask for a role that permits it",
                       SIGNET_FORMAT(profile->name), SIGNET_FORMAT(authority->name));
}

int32_t ca_permission_names(signet_call_t *call, const ca_profile_t *profile,
                            const ca_authority_t *authority, const ca_names_t *names)
{
    const signet_actor_t *actor = call->services->actor(call);
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        const signet_grant_t *grant = grant_at(actor, i);
        int covered =
            may_request(grant, profile, authority) &&
            (!profile->names_from_role || grant->names.length > 0 ||
             is_role(grant, SIGNET_ROLE_OFFICER) || is_role(grant, SIGNET_ROLE_ADMINISTRATOR));
        for (uint64_t j = 0; covered && j < names->count; j++)
            covered = covers_name(grant, names->items[j].text);
        if (covered)
            return SIGNET_OK;
    }
    return signet_fail_field(call, SIGNET_DENIED, "permission.names", "names",
                             "you may not ask for certificates with all of these names; your role "
                             "covers others");
}

static int reads(const signet_grant_t *grant)
{
    return is_role(grant, SIGNET_ROLE_OFFICER) || is_role(grant, SIGNET_ROLE_AUDITOR) ||
           is_role(grant, SIGNET_ROLE_ADMINISTRATOR);
}

static int covers_certificate(const signet_grant_t *grant, const signet_certificate_t *certificate)
{
    if (!covers_object(grant, certificate->authority, certificate->profile))
        return 0;
    for (uint64_t i = 0; i < certificate->name_count; i++) {
        if (!covers_name(grant, certificate->names[i]))
            return 0;
    }
    return 1;
}

/* What the actor itself asked for, as long as it has a role at all. */
static int is_own(const signet_actor_t *actor, const signet_grant_t *grant,
                  const signet_certificate_t *certificate)
{
    return is_role(grant, SIGNET_ROLE_REQUESTER) && actor->id.length > 0 &&
           signet_text_equal(actor->id, certificate->requester) &&
           covers_object(grant, certificate->authority, certificate->profile);
}

int ca_permission_read(signet_call_t *call, const signet_certificate_t *certificate)
{
    const signet_actor_t *actor = call->services->actor(call);
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        const signet_grant_t *grant = grant_at(actor, i);
        if (is_own(actor, grant, certificate) ||
            (reads(grant) && covers_certificate(grant, certificate)))
            return 1;
    }
    return 0;
}

int ca_permission_reads_others(signet_call_t *call)
{
    const signet_actor_t *actor = call->services->actor(call);
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        if (reads(grant_at(actor, i)))
            return 1;
    }
    return 0;
}

int ca_permission_officer(signet_call_t *call, const ca_profile_t *profile,
                          const ca_authority_t *authority)
{
    const signet_actor_t *actor = call->services->actor(call);
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        const signet_grant_t *grant = grant_at(actor, i);
        if (is_role(grant, SIGNET_ROLE_OFFICER) &&
            covers_object(grant, authority->name, profile->name))
            return 1;
    }
    return 0;
}

int32_t ca_permission_change(signet_call_t *call, const signet_certificate_t *certificate)
{
    const signet_actor_t *actor = call->services->actor(call);
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        const signet_grant_t *grant = grant_at(actor, i);
        int acts = is_role(grant, SIGNET_ROLE_OFFICER) || is_role(grant, SIGNET_ROLE_ADMINISTRATOR);
        if (is_own(actor, grant, certificate) || (acts && covers_certificate(grant, certificate)))
            return SIGNET_OK;
    }
    /* Who may not read it learns nothing, not even that it is there. */
    if (!ca_permission_read(call, certificate))
        return ca_record_missing(call, certificate->authority, certificate->serial);
    return signet_fail(call, SIGNET_DENIED, "permission.certificate",
                       "you may read this certificate but not change its state; ask an officer");
}

int ca_permission_profile(signet_call_t *call, const ca_profile_t *profile)
{
    const signet_actor_t *actor = call->services->actor(call);
    uint64_t count = profile->requesters == NULL ? 0 : profile->requesters->member_count;
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        const signet_grant_t *grant = grant_at(actor, i);
        if (grant->profile.length > 0 && !signet_text_equal(grant->profile, profile->name))
            continue;
        if (reads(grant))
            return 1;
        for (uint64_t j = 0; j < count; j++) {
            if (signet_text_equal(grant->role, signet_setting_at(profile->requesters, j)->text))
                return 1;
        }
    }
    return 0;
}
