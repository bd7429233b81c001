#include "certificate_rule.h"

#include <signet/sdk/error.h>

#define ACTOR_PREFIX "cert:"

static int32_t check_match(signet_call_t *call, const signet_setting_t *match)
{
    const signet_setting_t *field = signet_setting(match, "field");
    if (certificate_field_kind(field->text) != CERTIFICATE_FIELD_UNKNOWN)
        return SIGNET_OK;
    return signet_setting_fail(call, field, "certificate.rule-invalid",
                               "there is no field \"%.*s\" of a certificate to match",
                               SIGNET_FORMAT(field->text));
}

static int32_t check_grants(signet_call_t *call, const signet_setting_t *rule)
{
    const signet_setting_t *grants = signet_setting(rule, "grants");
    if (grants == NULL || grants->member_count == 0)
        return signet_setting_fail(call, rule, "certificate.rule-invalid",
                                   "the rule \"%.*s\" grants nothing: give it \"grants\"",
                                   SIGNET_FORMAT(signet_setting_text(rule, "name")));
    for (uint64_t i = 0; i < grants->member_count; i++) {
        const signet_setting_t *names = signet_setting(signet_setting_at(grants, i), "names");
        int32_t status = names != NULL ? certificate_template_check(call, names, 0) : SIGNET_OK;
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}

static int32_t check_template(signet_call_t *call, const signet_setting_t *rule, const char *name,
                              int sole)
{
    const signet_setting_t *template = signet_setting(rule, name);
    return template != NULL ? certificate_template_check(call, template, sole) : SIGNET_OK;
}

int32_t certificate_rule_check(signet_call_t *call, const signet_setting_t *rule)
{
    const signet_setting_t *actor = signet_setting(rule, "actor");
    const signet_setting_t *matches = signet_setting(rule, "match");
    int32_t status = SIGNET_OK;
    /* So that no certificate can pass for a token, a local user or the system. */
    if (!signet_text_starts(actor->text, ACTOR_PREFIX))
        return signet_setting_fail(call, actor, "certificate.rule-invalid",
                                   "an actor of a certificate begins with \"" ACTOR_PREFIX
                                   "\": write " ACTOR_PREFIX "%%{san.email}");
    for (uint64_t i = 0; matches != NULL && i < matches->member_count && status == SIGNET_OK; i++)
        status = check_match(call, signet_setting_at(matches, i));
    if (status == SIGNET_OK)
        status = check_template(call, rule, "actor", 1);
    if (status == SIGNET_OK)
        status = check_template(call, rule, "person", 1);
    if (status == SIGNET_OK)
        status = check_template(call, rule, "display_name", 0);
    return status == SIGNET_OK ? check_grants(call, rule) : status;
}

/* Whether the profile is among those that the rule names; it need not name any. */
static int has_profile(const signet_setting_t *rule, signet_text_t profile)
{
    const signet_setting_t *profiles = signet_setting(rule, "profiles");
    if (profiles == NULL || profiles->member_count == 0)
        return 1;
    for (uint64_t i = 0; i < profiles->member_count; i++)
        if (signet_text_equal(signet_setting_at(profiles, i)->text, profile))
            return 1;
    return 0;
}

/* Every value must match, and there must be one: a certificate with two mailboxes is not the
 * administrator's because one of the two is. */
static int32_t match_field(signet_call_t *call, const signet_setting_t *match,
                           const certificate_client_t *client, int *matches)
{
    const signet_text_t *values = NULL;
    uint64_t count = 0;
    signet_text_t pattern = signet_setting_text(match, "pattern");
    int32_t status = certificate_client_values(call, client, signet_setting_text(match, "field"),
                                               &values, &count);
    *matches = status == SIGNET_OK && count > 0;
    for (uint64_t i = 0; *matches && i < count; i++)
        *matches = signet_text_matches(values[i], pattern);
    return status;
}

int32_t certificate_rule_match(signet_call_t *call, const signet_setting_t *rule,
                               const certificate_client_t *client, int *matches)
{
    const signet_setting_t *list = signet_setting(rule, "match");
    int32_t status = SIGNET_OK;
    *matches = signet_text_equal(signet_setting_text(rule, "authority"), client->authority) &&
               has_profile(rule, client->profile);
    for (uint64_t i = 0; *matches && status == SIGNET_OK && list != NULL && i < list->member_count;
         i++)
        status = match_field(call, signet_setting_at(list, i), client, matches);
    return status;
}

static int32_t make_grants(signet_call_t *call, const signet_setting_t *rule,
                           const certificate_client_t *client, signet_actor_t *actor)
{
    const signet_setting_t *list = signet_setting(rule, "grants");
    signet_grant_t *grants = signet_alloc(call, list->member_count, sizeof *grants);
    if (grants == NULL)
        return signet_status(call);
    for (uint64_t i = 0; i < list->member_count; i++) {
        const signet_setting_t *setting = signet_setting_at(list, i);
        grants[i] = (signet_grant_t){.size = sizeof grants[i],
                                     .role = signet_setting_text(setting, "role"),
                                     .authority = signet_setting_text(setting, "authority"),
                                     .profile = signet_setting_text(setting, "profile")};
        int32_t status = certificate_template_expand(call, signet_setting_text(setting, "names"),
                                                     client, 1, &grants[i].names);
        if (status != SIGNET_OK)
            return status;
    }
    actor->grants = grants;
    actor->grant_count = list->member_count;
    return SIGNET_OK;
}

int32_t certificate_rule_actor(signet_call_t *call, const signet_setting_t *rule,
                               const certificate_client_t *client, signet_text_t tenant,
                               const signet_actor_t **actor)
{
    signet_actor_t *made = signet_alloc(call, 1, sizeof *made);
    if (made == NULL)
        return signet_status(call);
    made->size = sizeof *made;
    made->method = SIGNET_TEXT("certificate");
    made->tenant = tenant;
    int32_t status =
        certificate_template_expand(call, signet_setting_text(rule, "actor"), client, 0, &made->id);
    if (status == SIGNET_OK)
        status = certificate_template_expand(call, signet_setting_text(rule, "display_name"),
                                             client, 0, &made->name);
    if (made->name.length == 0)
        made->name = made->id;
    if (status == SIGNET_OK)
        status = certificate_template_expand(call, signet_setting_text(rule, "person"), client, 0,
                                             &made->person);
    if (status == SIGNET_OK)
        status = make_grants(call, rule, client, made);
    if (status == SIGNET_OK)
        *actor = made;
    return status;
}
