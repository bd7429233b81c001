#include "profile/danger.h"

#include "profile/usage.h"

#include <signet/auth.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <signet/sdk/setting.h>

#define DAY INT64_C(86400000)
/* Where a relying party would rather ask for status than believe a certificate this long. */
#define UNREVOKED_MAX (10 * DAY)
/* Below it Active Directory keeps issuance policies, which may be linked to groups. */
#define MICROSOFT_POLICIES "1.3.6.1.4.1.311.21.8."

/* What logs in: TLS clients, smart cards, PKINIT clients. */
static const char *const logins[] = {"1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.311.20.2.2",
                                     "1.3.6.1.5.2.3.4"};
#define ENROLMENT_AGENT "1.3.6.1.4.1.311.20.2.1"

static int approved(const ca_profile_t *profile)
{
    return signet_setting_integer(profile->setting, "approval", 0) > 0;
}

/* Whether others than officers and administrators, who act for others anyway, may ask. */
static int is_open(const ca_profile_t *profile)
{
    uint64_t count = profile->requesters == NULL ? 0 : profile->requesters->member_count;
    for (uint64_t i = 0; i < count; i++) {
        signet_text_t role = signet_setting_at(profile->requesters, i)->text;
        if (!signet_text_is(role, SIGNET_ROLE_OFFICER) &&
            !signet_text_is(role, SIGNET_ROLE_ADMINISTRATOR))
            return 1;
    }
    return 0;
}

static int logs_in(const ca_profile_t *profile)
{
    for (size_t i = 0; i < sizeof logins / sizeof logins[0]; i++) {
        if (ca_profile_has_usage(profile, logins[i]))
            return 1;
    }
    return ca_profile_has_usage(profile, CA_USAGE_ANY);
}

static int chooses_subject(const ca_profile_t *profile)
{
    for (uint64_t i = 0; i < profile->rule_count; i++) {
        if (profile->rules[i].kind != CA_SUBJECT_FIXED)
            return 1;
    }
    return profile->dns.count > 0 || profile->email.count > 0 || profile->uri.count > 0 ||
           profile->upn.count > 0 || profile->added_count > 0;
}

static int client_subject(const ca_t *ca, const ca_profile_t *profile)
{
    (void)ca;
    return logs_in(profile) && chooses_subject(profile) && is_open(profile) && !approved(profile) &&
           !profile->names_from_role;
}

static int any_usage(const ca_t *ca, const ca_profile_t *profile)
{
    (void)ca;
    return ca_profile_has_usage(profile, CA_USAGE_ANY);
}

static int enrolment_agent(const ca_t *ca, const ca_profile_t *profile)
{
    (void)ca;
    return ca_profile_has_usage(profile, ENROLMENT_AGENT) &&
           (is_open(profile) || !approved(profile));
}

static int account_binding(const ca_t *ca, const ca_profile_t *profile)
{
    (void)ca;
    return (ca_profile_has_usage(profile, logins[1]) || ca_profile_has_usage(profile, logins[2])) &&
           profile->sid != CA_SID_REQUIRED;
}

static int group_policy(const ca_t *ca, const ca_profile_t *profile)
{
    const signet_setting_t *list = signet_setting(profile->setting, "policies");
    const signet_setting_t *groups = signet_setting(ca->host->settings, "group_policies");
    for (uint64_t i = 0; i < profile->policy_count; i++) {
        signet_text_t oid = signet_setting_at(list, i)->text;
        if (signet_text_starts(oid, MICROSOFT_POLICIES))
            return 1;
        for (uint64_t j = 0; groups != NULL && j < groups->member_count; j++) {
            if (signet_text_equal(signet_setting_at(groups, j)->text, oid))
                return 1;
        }
    }
    return 0;
}

static int long_unrevoked(const ca_t *ca, const ca_profile_t *profile)
{
    (void)ca;
    return profile->no_revocation && profile->validity_ms > UNREVOKED_MAX;
}

typedef struct finding {
    const char *name;
    int (*found)(const ca_t *ca, const ca_profile_t *profile);
    const char *message;
} finding_t;

static const finding_t findings[] = {
    {"client-subject", client_subject,
     "lets a requester choose the subject of a certificate that logs in, without approval; set "
     "names_from_role or approval, or let officers alone ask"},
    {"any-usage", any_usage,
     "issues certificates that are good for everything (anyExtendedKeyUsage); list the usages that "
     "are meant"},
    {"enrolment-agent", enrolment_agent,
     "issues certificates that enrol in the name of anybody; let officers alone ask, with "
     "approval"},
    {"account-binding", account_binding,
     "issues certificates for logging in to Active Directory that name no account; set sid = "
     "\"required\""},
    {"group-policy", group_policy,
     "states a policy that can make whoever holds the certificate a member of a group; remove the "
     "policy"},
    {"long-unrevoked", long_unrevoked,
     "issues certificates for more than 10 days that cannot be revoked; shorten validity or remove "
     "no_revocation"},
};

#define FINDINGS (sizeof findings / sizeof findings[0])

static const signet_setting_t *find_override(const ca_profile_t *profile, const char *name)
{
    const signet_setting_t *list = signet_setting(profile->setting, "overrides");
    for (uint64_t i = 0; list != NULL && i < list->member_count; i++) {
        const signet_setting_t *group = signet_setting_at(list, i);
        if (signet_text_is(signet_setting_text(group, "finding"), name))
            return group;
    }
    return NULL;
}

int32_t ca_danger_check(signet_call_t *call, const ca_t *ca, const ca_profile_t *profile)
{
    if (profile->abstract)
        return SIGNET_OK;
    for (size_t i = 0; i < FINDINGS; i++) {
        const signet_setting_t *override = find_override(profile, findings[i].name);
        int found = findings[i].found(ca, profile);
        if (found && override == NULL)
            return signet_setting_fail(call, profile->setting, "profile.danger",
                                       "the profile \"%.*s\" %s; or say why it is safe here: "
                                       "overrides = ( { finding = \"%s\"; reason = \"…\"; } )",
                                       SIGNET_FORMAT(profile->name), findings[i].message,
                                       findings[i].name);
        if (!found && override != NULL)
            return signet_setting_fail(call, override, "profile.override-unused",
                                       "the profile \"%.*s\" overrides the finding %s, which it "
                                       "does not have; remove the override",
                                       SIGNET_FORMAT(profile->name), findings[i].name);
        if (override != NULL && signet_setting_text(override, "reason").length == 0)
            return signet_setting_fail(call, override, "profile.override-reason",
                                       "the override of %s gives no reason", findings[i].name);
    }
    return SIGNET_OK;
}

static int32_t journal_one(signet_call_t *call, const signet_journal_t *journal,
                           const ca_profile_t *profile, const signet_setting_t *override)
{
    int32_t status = call->services->set_tenant(call, profile->tenant);
    if (status != SIGNET_OK)
        return status;
    signet_text_t object = signet_format(call, "profile:%.*s", SIGNET_FORMAT(profile->name));
    signet_text_t version = signet_format(call, "%llu", (unsigned long long)profile->version);
    signet_pair_t fields[] = {
        signet_pair("finding", signet_setting_text(override, "finding")),
        signet_pair("reason", signet_setting_text(override, "reason")),
        signet_pair("profile_version", version),
    };
    signet_entry_t entry = {.size = sizeof entry,
                            .event = SIGNET_TEXT(SIGNET_EVENT_PROFILE_OVERRIDDEN),
                            .object = object,
                            .fields = fields,
                            .field_count = sizeof fields / sizeof fields[0]};
    if (object.data == NULL || version.data == NULL)
        return SIGNET_NO_MEMORY;
    return journal->interface->commit(journal->instance, call, NULL, 0, &entry);
}

int32_t ca_danger_journal(ca_t *ca, signet_call_t *call)
{
    signet_journal_t journal;
    int32_t status = ca_journal(ca, call, &journal);
    for (uint64_t i = 0; status == SIGNET_OK && i < ca->profile_count; i++) {
        const signet_setting_t *list = signet_setting(ca->profiles[i].setting, "overrides");
        for (uint64_t j = 0; status == SIGNET_OK && list != NULL && j < list->member_count; j++)
            status = journal_one(call, &journal, &ca->profiles[i], signet_setting_at(list, j));
    }
    return status == SIGNET_OK ? call->services->set_tenant(call, SIGNET_TEXT("")) : status;
}
