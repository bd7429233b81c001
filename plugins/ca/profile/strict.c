#include "profile/strict.h"

#include "profile/usage.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define DAY INT64_C(86400000)

/* The longest lives by what a certificate is for: TLS servers (Baseline Requirements 6.3.2, from
 * 2026-03-15), code signing (CSBR 6.3.2, from 2026-03-01), S/MIME (SMBR 6.3.2, multipurpose and
 * strict), OCSP responders (not checked for revocation themselves). */
static const struct {
    const char *usage;
    int64_t days;
} lives[] = {
    {"1.3.6.1.5.5.7.3.1", 200},
    {"1.3.6.1.5.5.7.3.3", 460},
    {"1.3.6.1.5.5.7.3.4", 825},
    {CA_USAGE_OCSP_SIGNING, 90},
};

#define BACKDATE_MAX (2 * DAY)

static int32_t check_lives(signet_call_t *call, const ca_profile_t *profile)
{
    for (size_t i = 0; i < sizeof lives / sizeof lives[0]; i++) {
        if (ca_profile_has_usage(profile, lives[i].usage) &&
            profile->validity_ms > lives[i].days * DAY)
            return signet_setting_fail(
                call, signet_setting(profile->setting, "validity"), "profile.strict",
                "the strict profile \"%.*s\" may issue for at most %lld "
                "days with the extended key usage %s",
                SIGNET_FORMAT(profile->name), (long long)lives[i].days, lives[i].usage);
    }
    if (profile->backdate_ms > BACKDATE_MAX)
        return signet_setting_fail(call, signet_setting(profile->setting, "backdate"),
                                   "profile.strict",
                                   "the strict profile \"%.*s\" may backdate by at most 48 hours",
                                   SIGNET_FORMAT(profile->name));
    return SIGNET_OK;
}

/* RSA from 2048 bits on, the NIST curves, and Edwards curves. */
static int32_t check_keys(signet_call_t *call, const ca_profile_t *profile)
{
    /* Not DSA, not short RSA, no other curves. */
    static const char *const permitted[] = {
        "RSA-PSS-*", "RSA-PSS-2048", "RSA-PSS-3072", "RSA-PSS-4096", "EC-P256",
        "EC-P384",   "EC-P521",      "EC-*",         "RSA-*",        "RSA-2048",
        "RSA-3072",  "RSA-4096",     "ED25519",      "ED448"};
    uint64_t count = profile->key_types == NULL ? 0 : profile->key_types->member_count;
    for (uint64_t i = 0; i < count; i++) {
        const signet_setting_t *item = signet_setting_at(profile->key_types, i);
        int found = 0;
        for (size_t j = 0; j < sizeof permitted / sizeof permitted[0]; j++)
            found = found || signet_text_is(item->text, permitted[j]);
        if (!found)
            return signet_setting_fail(call, item, "profile.strict",
                                       "the strict profile \"%.*s\" may not certify keys of the "
                                       "type %.*s",
                                       SIGNET_FORMAT(profile->name), SIGNET_FORMAT(item->text));
    }
    return SIGNET_OK;
}

/* A server's certificate names hosts and addresses and serves TLS; one that signs code or mail is
 * not a server's. */
static int32_t check_mixture(signet_call_t *call, const ca_profile_t *profile)
{
    int server = ca_profile_has_usage(profile, lives[0].usage);
    int others = ca_profile_has_usage(profile, lives[1].usage) ||
                 ca_profile_has_usage(profile, lives[2].usage);
    int names = profile->email.count > 0 || profile->uri.count > 0 || profile->upn.count > 0;
    if (ca_profile_has_usage(profile, CA_USAGE_ANY))
        return signet_setting_fail(call, profile->setting, "profile.strict",
                                   "the strict profile \"%.*s\" may not have anyExtendedKeyUsage",
                                   SIGNET_FORMAT(profile->name));
    if (server && (others || names))
        return signet_setting_fail(call, profile->setting, "profile.strict",
                                   "the strict profile \"%.*s\" is for servers and may hold host "
                                   "names and addresses alone, and no usage for code or mail",
                                   SIGNET_FORMAT(profile->name));
    if (server && (profile->key_usage & SIGNET_KEY_USAGE_NON_REPUDIATION))
        return signet_setting_fail(call, profile->setting, "profile.strict",
                                   "the strict profile \"%.*s\" is for servers and may not have "
                                   "nonRepudiation",
                                   SIGNET_FORMAT(profile->name));
    return SIGNET_OK;
}

int32_t ca_strict_check(signet_call_t *call, const ca_profile_t *profile)
{
    if (!profile->strict)
        return SIGNET_OK;
    int32_t status = check_lives(call, profile);
    if (status == SIGNET_OK)
        status = check_keys(call, profile);
    return status == SIGNET_OK ? check_mixture(call, profile) : status;
}
