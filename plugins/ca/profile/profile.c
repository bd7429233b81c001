#include "profile/profile.h"

#include "profile/extension.h"
#include "profile/lint_template.h"
#include "profile/name_rule.h"
#include "profile/profile_document.h"
#include "profile/required_field.h"
#include "profile/strict.h"
#include "profile/usage.h"

#include <signet/auth.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define FOR_RSA_ONLY (SIGNET_KEY_USAGE_KEY_ENCIPHERMENT | SIGNET_KEY_USAGE_DATA_ENCIPHERMENT)
#define FOR_AGREEMENT                                                                              \
    (SIGNET_KEY_USAGE_KEY_AGREEMENT | SIGNET_KEY_USAGE_ENCIPHER_ONLY |                             \
     SIGNET_KEY_USAGE_DECIPHER_ONLY)
#define FOR_AUTHORITIES (SIGNET_KEY_USAGE_KEY_CERT_SIGN | SIGNET_KEY_USAGE_CRL_SIGN)

/* Classes of keys by what they can do: encipher, agree on a key, or sign alone (RFC 8813, 3; RFC
 * 8410, 5; RFC 4055, 1.2; RFC 9881, 5). */
#define KEY_CLASS_RSA 0U
#define KEY_CLASS_EC 1U
#define KEY_CLASS_SIGNING 2U

static const uint32_t unsuited_usages[CA_KEY_CLASSES] = {FOR_AGREEMENT, FOR_RSA_ONLY,
                                                         FOR_AGREEMENT | FOR_RSA_ONLY};

static int kind_of(signet_text_t word)
{
    if (signet_text_is(word, "subordinate"))
        return CA_KIND_SUBORDINATE;
    if (signet_text_is(word, "ocsp-responder"))
        return CA_KIND_OCSP_RESPONDER;
    return CA_KIND_END_ENTITY;
}

/* Root and policy authorities certify authorities and OCSP responders alone. */
static int fits(const ca_profile_t *profile, const ca_authority_t *authority)
{
    return profile->kind != CA_KIND_END_ENTITY ||
           ca_authority_is(authority, SIGNET_AUTHORITY_ISSUING) ||
           ca_authority_is(authority, SIGNET_AUTHORITY_EXTERNAL);
}

static int32_t permit(signet_call_t *call, ca_profile_t *profile, const signet_setting_t *setting,
                      ca_authority_t *authorities, uint64_t count, ca_authority_t **found)
{
    ca_authority_t *authority = ca_authority_find(authorities, count, setting->text);
    if (authority == NULL)
        return signet_setting_fail(call, setting, "profile.authority",
                                   "the authority \"%.*s\" of the profile \"%.*s\" is not "
                                   "configured",
                                   SIGNET_FORMAT(setting->text), SIGNET_FORMAT(profile->name));
    if (!fits(profile, authority))
        return signet_setting_fail(call, setting, "profile.authority-kind",
                                   "the %.*s authority \"%.*s\" never issues end-entity "
                                   "certificates; name an issuing one for the profile \"%.*s\"",
                                   SIGNET_FORMAT(authority->kind), SIGNET_FORMAT(authority->name),
                                   SIGNET_FORMAT(profile->name));
    if (!signet_text_equal(profile->tenant, authority->tenant))
        return signet_setting_fail(call, setting, "profile.authority-tenant",
                                   "the authority \"%.*s\" of the profile \"%.*s\" belongs to "
                                   "another tenant; each uses its own",
                                   SIGNET_FORMAT(authority->name), SIGNET_FORMAT(profile->name));
    profile->permitted[authority - authorities] = 1;
    *found = authority;
    return SIGNET_OK;
}

static int32_t configure_authorities(ca_pool_t *pool, signet_call_t *call, ca_profile_t *profile,
                                     ca_authority_t *authorities, uint64_t count)
{
    const signet_setting_t *setting = profile->setting;
    const signet_setting_t *usual = signet_setting(setting, "authority");
    const signet_setting_t *others = signet_setting(setting, "authorities");
    uint64_t other_count = signet_setting_count(setting, "authorities");
    int32_t status = SIGNET_OK;
    profile->permitted = ca_pool_alloc(pool, call, count, 1);
    if (profile->permitted == NULL)
        return SIGNET_NO_MEMORY;
    if (usual != NULL && usual->text.length > 0)
        status = permit(call, profile, usual, authorities, count, &profile->authority);
    for (uint64_t i = 0; status == SIGNET_OK && i < other_count; i++)
        status = permit(call, profile, signet_setting_at(others, i), authorities, count,
                        &(ca_authority_t *){NULL});
    /* Where none is named, all that may issue certificates of the kind are meant. */
    for (uint64_t i = 0; profile->authority == NULL && other_count == 0 && i < count; i++)
        profile->permitted[i] =
            (uint8_t)(fits(profile, &authorities[i]) &&
                      signet_text_equal(profile->tenant, authorities[i].tenant));
    return status;
}

static int32_t configure_usage(ca_pool_t *pool, signet_call_t *call, ca_profile_t *profile)
{
    const signet_setting_t *setting = profile->setting;
    const signet_setting_t *usages = signet_setting(setting, "extended_key_usage");
    int32_t status = ca_usage_bits(call, signet_setting(setting, "key_usage"), &profile->key_usage);
    if (status == SIGNET_OK)
        status = ca_usage_oids(pool, call, usages, 1, &profile->usages, &profile->usage_count);
    if (status == SIGNET_OK)
        status = ca_usage_oids(pool, call, signet_setting(setting, "policies"), 0,
                               &profile->policies, &profile->policy_count);
    if (status == SIGNET_OK)
        status = ca_qualifiers_configure(pool, call, setting, profile->policies,
                                         profile->policy_count, &profile->qualifiers);
    if (status == SIGNET_OK)
        status = ca_private_extensions_configure(pool, call, setting, &profile->private_extensions);
    if (status != SIGNET_OK)
        return status;
    if (profile->kind == CA_KIND_SUBORDINATE) {
        profile->key_usage |= FOR_AUTHORITIES;
        return SIGNET_OK;
    }
    if (profile->key_usage & FOR_AUTHORITIES)
        return signet_setting_fail(call, setting, "profile.key-usage",
                                   "the profile \"%.*s\" gives keyCertSign or cRLSign to what is "
                                   "no authority; use kind = \"subordinate\" for authorities",
                                   SIGNET_FORMAT(profile->name));
    if (profile->key_usage == 0 || profile->usage_count == 0)
        return signet_setting_fail(call, setting, "profile.usage",
                                   "the profile \"%.*s\" needs a key_usage and an "
                                   "extended_key_usage; without them its certificates would be "
                                   "good for everything",
                                   SIGNET_FORMAT(profile->name));
    return SIGNET_OK;
}

static int renewal_key_of(signet_text_t word)
{
    if (signet_text_is(word, "required"))
        return CA_RENEWAL_KEY_REQUIRED;
    return signet_text_is(word, "forbidden") ? CA_RENEWAL_KEY_FORBIDDEN : CA_RENEWAL_KEY_ALLOWED;
}

static int32_t configure_limits(signet_call_t *call, ca_profile_t *profile)
{
    const signet_setting_t *setting = profile->setting;
    profile->wildcards = signet_setting_integer(setting, "wildcards", 0) != 0;
    profile->names_from_role = signet_setting_integer(setting, "names_from_role", 0) != 0;
    profile->names_required = signet_setting_integer(setting, "names_required", 0) != 0;
    profile->max_names = (uint64_t)signet_setting_integer(setting, "max_names", 100);
    profile->key_types = signet_setting(setting, "key_types");
    profile->validity_ms = signet_setting_integer(setting, "validity", 0);
    profile->backdate_ms = signet_setting_integer(setting, "backdate", 0);
    profile->clip = signet_setting_integer(setting, "clip", 1) != 0;
    profile->strict = signet_setting_integer(setting, "strict", 0) != 0;
    profile->path_length = signet_setting_integer(setting, "path_length", 0);
    profile->requesters = signet_setting(setting, "requesters");
    profile->renewal_key = renewal_key_of(signet_setting_text(setting, "renewal_key"));
    profile->shared_key_refused =
        signet_text_is(signet_setting_text(setting, "shared_key"), "refused");
    profile->max_active = (uint64_t)signet_setting_integer(setting, "max_active", 0);
    profile->renewal_window_ms = signet_setting_integer(setting, "renewal_window", 0);
    profile->archive_after_ms = signet_setting_integer(setting, "archive_after", 0);
    profile->purge_after_ms = signet_setting_integer(setting, "purge_after", 0);
    profile->must_staple = signet_setting_integer(setting, "must_staple", 0) != 0;
    profile->no_revocation = signet_setting_integer(setting, "no_revocation", 0) != 0;
    profile->generate_keys = signet_setting_integer(setting, "generate_keys", 0) != 0;
    if (profile->backdate_ms >= profile->validity_ms)
        return signet_setting_fail(call, setting, "profile.validity",
                                   "the profile \"%.*s\" has a backdate that is not shorter than "
                                   "its validity",
                                   SIGNET_FORMAT(profile->name));
    return SIGNET_OK;
}

/* Who asks, who agrees and who watches are never the same. */
static int32_t configure_approval(signet_call_t *call, ca_profile_t *profile)
{
    static const char *const lists[] = {"approvers", "requesters"};
    const signet_setting_t *setting = profile->setting;
    profile->approval = (uint32_t)signet_setting_integer(setting, "approval", 0);
    profile->approvers = signet_setting(setting, "approvers");
    profile->approver_methods = signet_setting(setting, "approver_methods");
    profile->approval_expires_ms = signet_setting_integer(setting, "approval_expires", 0);
    profile->approval_escalates_ms = signet_setting_integer(setting, "approval_escalates", 0);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const signet_setting_t *list = signet_setting(setting, lists[i]);
        for (uint64_t j = 0; list != NULL && j < list->member_count; j++) {
            const signet_setting_t *role = signet_setting_at(list, j);
            if (signet_text_is(role->text, SIGNET_ROLE_AUDITOR))
                return signet_setting_fail(call, role, "profile.auditor",
                                           "the profile \"%.*s\" names auditors among its %s; "
                                           "they watch, and so take part in nothing",
                                           SIGNET_FORMAT(profile->name), lists[i]);
        }
    }
    return SIGNET_OK;
}

/* A server's common name is taken for a host name, so that it must be one that was checked. */
static int32_t check_subject(signet_call_t *call, const ca_profile_t *profile)
{
    int server = ca_profile_has_usage(profile, CA_USAGE_SERVER);
    for (uint64_t i = 0; i < profile->rule_count; i++) {
        const ca_subject_rule_t *rule = &profile->rules[i];
        if (server && rule->is_common_name &&
            (rule->kind == CA_SUBJECT_REQUIRED || rule->kind == CA_SUBJECT_OPTIONAL ||
             rule->kind == CA_SUBJECT_MADE))
            return signet_setting_fail(call, profile->setting, "profile.common-name",
                                       "the profile \"%.*s\" is for servers and takes any common "
                                       "name; use CN=name, which must be one of the names",
                                       SIGNET_FORMAT(profile->name));
    }
    return SIGNET_OK;
}

/* Limits on what lies below are for authorities alone. */
static int32_t configure_below(ca_pool_t *pool, signet_call_t *call, ca_profile_t *profile)
{
    int32_t status = ca_limits_configure(pool, call, profile->setting, &profile->limits);
    if (status == SIGNET_OK && profile->limits.count > 0 && profile->kind != CA_KIND_SUBORDINATE)
        return signet_setting_fail(call, profile->setting, "profile.limits",
                                   "the profile \"%.*s\" limits what lies below its certificates "
                                   "(permitted_dns, policy_mappings, …), which is for kind = "
                                   "\"subordinate\" alone",
                                   SIGNET_FORMAT(profile->name));
    return status;
}

int32_t ca_profile_configure(ca_pool_t *pool, signet_call_t *call, const ca_effective_t *effective,
                             ca_authority_t *authorities, uint64_t authority_count,
                             ca_profile_t *profile)
{
    const signet_setting_t *setting = effective->group;
    profile->setting = setting;
    profile->origins = effective->origins;
    profile->abstract = signet_setting_integer(setting, "abstract", 0) != 0;
    profile->name = signet_setting_text(setting, "name");
    profile->tenant = signet_setting_text(setting, "tenant");
    profile->description = signet_setting_text(setting, "description");
    profile->kind = kind_of(signet_setting_text(setting, "kind"));
    profile->version = (uint64_t)signet_setting_integer(setting, "version", 1);
    int32_t status = ca_profile_document(pool, call, profile);
    /* One that is only extended need not be whole. */
    if (status != SIGNET_OK || profile->abstract)
        return status;
    status = configure_limits(call, profile);
    static const char *const lists[] = {"aia_urls", "ocsp_urls", "crl_urls", "freshest_crl_urls"};
    for (size_t i = 0; status == SIGNET_OK && i < sizeof lists / sizeof lists[0]; i++)
        status = ca_authority_check_urls(call, setting, lists[i]);
    if (status == SIGNET_OK)
        status = configure_authorities(pool, call, profile, authorities, authority_count);
    if (status == SIGNET_OK)
        status = configure_usage(pool, call, profile);
    if (status == SIGNET_OK)
        status = ca_name_rules_configure(pool, call, profile);
    if (status == SIGNET_OK)
        status = ca_fields_configure(call, profile);
    if (status == SIGNET_OK)
        status = ca_subject_configure(pool, call, signet_setting(setting, "subject"),
                                      &profile->rules, &profile->rule_count);
    if (status == SIGNET_OK)
        status = check_subject(call, profile);
    if (status == SIGNET_OK)
        status = configure_approval(call, profile);
    if (status == SIGNET_OK)
        status = configure_below(pool, call, profile);
    if (status == SIGNET_OK)
        status = ca_strict_check(call, profile);
    profile->strict_server = profile->strict && ca_profile_has_usage(profile, CA_USAGE_SERVER);
    return status;
}

/* The path length of a subordinate: the profile's, but always below the issuer's; -1: none. */
static int64_t path_length(const ca_profile_t *profile, const ca_authority_t *authority)
{
    if (authority->path_limit < 0)
        return profile->path_length;
    int64_t most = authority->path_limit - 1;
    return profile->path_length < 0 || profile->path_length > most ? most : profile->path_length;
}

const signet_setting_t *ca_profile_urls(const ca_profile_t *profile,
                                        const ca_authority_t *authority, const char *option)
{
    const signet_setting_t *own = signet_setting(profile->setting, option);
    return own != NULL && own->line != 0 ? own : signet_setting(authority->setting, option);
}

int ca_profile_has_usage(const ca_profile_t *profile, const char *dotted)
{
    const signet_setting_t *list = signet_setting(profile->setting, "extended_key_usage");
    for (uint64_t i = 0; list != NULL && i < list->member_count; i++) {
        if (signet_text_is(ca_usage_dotted(signet_setting_at(list, i)->text), dotted))
            return 1;
    }
    return 0;
}

/* Where a certificate's status is learned of; nowhere where it says that it is never revoked (RFC
 * 9608, 3). */
static void add_status(signet_buffer_t *buffer, const ca_profile_t *profile,
                       const ca_authority_t *authority)
{
    int revocable = !profile->no_revocation;
    ca_extension_authority_information(
        buffer, &authority->published, ca_profile_urls(profile, authority, "aia_urls"),
        revocable ? ca_profile_urls(profile, authority, "ocsp_urls") : NULL);
    if (revocable) {
        ca_extension_crl_points(buffer, &authority->published,
                                ca_profile_urls(profile, authority, "crl_urls"));
        ca_extension_freshest_crl(buffer, &authority->published,
                                  ca_profile_urls(profile, authority, "freshest_crl_urls"));
        return;
    }
    static const uint8_t null[] = {SIGNET_DER_NULL, 0};
    ca_extension_add(buffer, ca_oid_no_revocation, 0, (signet_bytes_t){null, sizeof null});
}

/* How many extensions stand in a buffer of whole ones. */
static uint64_t count_extensions(signet_bytes_t extensions)
{
    signet_der_t der = signet_der(extensions);
    signet_der_item_t item;
    uint64_t count = 0;
    while (signet_der_next(&der, &item) == 0)
        count++;
    return count;
}

static int32_t compile(ca_pool_t *pool, signet_call_t *call, const ca_profile_t *profile,
                       const ca_authority_t *authority, uint32_t unsuited, ca_template_t *template)
{
    int subordinate = profile->kind == CA_KIND_SUBORDINATE;
    signet_buffer_t buffer = signet_buffer(call, 1024);
    template->key_usage = profile->key_usage & ~unsuited;
    template->path_length = subordinate ? path_length(profile, authority) : -1;
    ca_extension_authority_key_id(&buffer, authority->key_id);
    ca_extension_basic_constraints(&buffer, subordinate, template->path_length);
    if (template->key_usage != 0)
        ca_extension_key_usage(&buffer, template->key_usage);
    if (profile->usage_count > 0)
        ca_extension_extended_key_usage(&buffer, profile->usages, profile->usage_count);
    ca_qualifiers_encode(&buffer, profile->policies, profile->qualifiers, profile->policy_count);
    signet_buffer_add(&buffer, profile->limits.extensions.data, profile->limits.extensions.length);
    if (profile->kind == CA_KIND_OCSP_RESPONDER) {
        static const uint8_t null[] = {SIGNET_DER_NULL, 0};
        ca_extension_add(&buffer, ca_oid_ocsp_no_check, 0, (signet_bytes_t){null, sizeof null});
    }
    add_status(&buffer, profile, authority);
    if (profile->must_staple)
        ca_extension_tls_feature(&buffer);
    signet_buffer_add(&buffer, profile->private_extensions.encoded.data,
                      profile->private_extensions.encoded.length);
    signet_bytes_t extensions;
    int32_t status = signet_buffer_bytes(&buffer, &extensions);
    if (status != SIGNET_OK)
        return status;
    template->extension_count = count_extensions(extensions);
    status = ca_pool_bytes(pool, call, extensions, &template->extensions);
    return status == SIGNET_OK ? ca_lint_template(pool, call, profile, authority, template)
                               : status;
}

int32_t ca_profile_compile(ca_pool_t *pool, signet_call_t *call, const ca_profile_t *profile,
                           ca_authority_t *authority)
{
    if (profile->abstract || !profile->permitted[authority->index])
        return SIGNET_OK;
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < CA_KEY_CLASSES; i++)
        status = compile(pool, call, profile, authority, unsuited_usages[i],
                         &authority->templates[CA_KEY_CLASSES * profile->index + i]);
    return status;
}

static uint64_t key_class(signet_text_t type)
{
    if (signet_text_starts(type, "RSA-"))
        return signet_text_starts(type, "RSA-PSS-") ? KEY_CLASS_SIGNING : KEY_CLASS_RSA;
    return signet_text_starts(type, "EC-") ? KEY_CLASS_EC : KEY_CLASS_SIGNING;
}

const ca_template_t *ca_profile_template(const ca_profile_t *profile,
                                         const ca_authority_t *authority,
                                         const signet_public_key_t *key)
{
    return &authority->templates[CA_KEY_CLASSES * profile->index + key_class(key->type)];
}

const ca_profile_t *ca_profile_find(const ca_profile_t *profiles, uint64_t count,
                                    signet_text_t name)
{
    for (uint64_t i = 0; i < count; i++) {
        if (signet_text_equal(profiles[i].name, name) && !profiles[i].abstract)
            return &profiles[i];
    }
    return NULL;
}

int ca_profile_permits_key(const ca_profile_t *profile, signet_text_t key_type)
{
    uint64_t count = profile->key_types == NULL ? 0 : profile->key_types->member_count;
    for (uint64_t i = 0; i < count; i++) {
        if (signet_text_matches(key_type, signet_setting_at(profile->key_types, i)->text))
            return 1;
    }
    return 0;
}

int ca_profile_looks_at_keys(const ca_profile_t *profile)
{
    return profile->shared_key_refused || profile->renewal_key == CA_RENEWAL_KEY_FORBIDDEN;
}
