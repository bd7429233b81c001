#include "permission.h"

#include "permission_grant.h"
#include "record/record.h"

#include <signet/auth.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

static const signet_grant_t *grant_at(const signet_actor_t *actor, uint64_t index)
{
    return SIGNET_AT(signet_grant_t, actor->grants, index);
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
            return ca_grant_covers_object(grant, authority->name, profile->name);
    }
    return 0;
}

int32_t ca_permission_request(signet_call_t *call, const ca_profile_t *profile,
                              const ca_authority_t *authority)
{
    const signet_actor_t *actor = call->services->actor(call);
    int watches = ca_grants_watch(actor);
    for (uint64_t i = 0; !watches && i < actor->grant_count; i++) {
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
            covered = ca_grant_covers_name(grant, names->items[j].text);
        if (covered)
            return SIGNET_OK;
    }
    return signet_fail_field(call, SIGNET_DENIED, "permission.names", "names",
                             "you may not ask for certificates with all of these names; your role "
                             "covers others");
}

static int is_any_role(const signet_grant_t *grant, const char *const *roles, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (ca_grant_is(grant, roles[i]))
            return 1;
    }
    return 0;
}

static int reads(const signet_grant_t *grant)
{
    static const char *const roles[] = {SIGNET_ROLE_OFFICER,
                                        SIGNET_ROLE_AUDITOR,
                                        SIGNET_ROLE_ADMINISTRATOR,
                                        SIGNET_ROLE_CA_ADMINISTRATOR,
                                        SIGNET_ROLE_REVOCATION_OFFICER,
                                        SIGNET_ROLE_RECOVERY_OFFICER};
    return is_any_role(grant, roles, sizeof roles / sizeof roles[0]);
}

/* Who takes certificates of others out of use. */
static int revokes(const signet_grant_t *grant)
{
    static const char *const roles[] = {SIGNET_ROLE_OFFICER, SIGNET_ROLE_REVOCATION_OFFICER};
    return is_any_role(grant, roles, sizeof roles / sizeof roles[0]);
}

static int covers_certificate(const signet_grant_t *grant, const signet_certificate_t *certificate)
{
    if (!ca_grant_covers_object(grant, certificate->authority, certificate->profile))
        return 0;
    for (uint64_t i = 0; i < certificate->name_count; i++) {
        if (!ca_grant_covers_name(grant, certificate->names[i]))
            return 0;
    }
    return 1;
}

/* What the actor itself asked for, as long as it has a role at all. */
static int is_own(const signet_actor_t *actor, const signet_grant_t *grant,
                  const signet_certificate_t *certificate)
{
    return ca_grant_is(grant, SIGNET_ROLE_REQUESTER) && actor->id.length > 0 &&
           signet_text_equal(actor->id, certificate->requester) &&
           ca_grant_covers_object(grant, certificate->authority, certificate->profile);
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
        if (ca_grant_is(grant, SIGNET_ROLE_OFFICER) &&
            ca_grant_covers_object(grant, authority->name, profile->name))
            return 1;
    }
    return 0;
}

int32_t ca_permission_change(signet_call_t *call, const signet_certificate_t *certificate)
{
    const signet_actor_t *actor = call->services->actor(call);
    int watches = ca_grants_watch(actor);
    for (uint64_t i = 0; !watches && i < actor->grant_count; i++) {
        const signet_grant_t *grant = grant_at(actor, i);
        if (is_own(actor, grant, certificate) ||
            (revokes(grant) && covers_certificate(grant, certificate)))
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
