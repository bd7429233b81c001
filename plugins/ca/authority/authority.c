#include "authority/authority.h"

#include "authority/distinguished.h"
#include "authority/lineage.h"
#include "error.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/setting.h>

#define NAME_MAX_LENGTH 64U
#define URL_MAX_LENGTH 1024U

int ca_authority_is_name(signet_text_t name)
{
    if (name.length == 0 || name.length > NAME_MAX_LENGTH)
        return 0;
    for (uint64_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_' || c == '.'))
            return 0;
    }
    return 1;
}

/* URLs are spliced into certificates as IA5String. */
int32_t ca_authority_check_urls(signet_call_t *call, const signet_setting_t *setting,
                                const char *option)
{
    const signet_setting_t *urls = signet_setting(setting, option);
    for (uint64_t i = 0; urls != NULL && i < urls->member_count; i++) {
        const signet_setting_t *url = signet_setting_at(urls, i);
        int right =
            url->text.length <= URL_MAX_LENGTH &&
            (signet_text_starts(url->text, "http://") ||
             signet_text_starts(url->text, "https://") || signet_text_starts(url->text, "ldap://"));
        for (uint64_t j = 0; j < url->text.length; j++)
            right = right && url->text.data[j] > ' ' && url->text.data[j] <= '~';
        int marked = 0;
        if (right && !ca_published_check(url->text, &marked))
            return signet_setting_fail(call, url, "authority.url",
                                       "\"%.*s\" holds a mark other than {generation} and {key-id}",
                                       SIGNET_FORMAT(url->text));
        if (!right)
            return signet_setting_fail(call, url, "authority.url",
                                       "\"%.*s\" is no http, https or ldap URL in ASCII",
                                       SIGNET_FORMAT(url->text));
    }
    return SIGNET_OK;
}

static int32_t configure_algorithm(ca_pool_t *pool, signet_call_t *call, ca_authority_t *authority)
{
    const signet_setting_t *setting = authority->setting;
    signet_text_t usual = signet_algorithm_for(authority->key_type);
    authority->algorithm = signet_setting_text(setting, "algorithm");
    if (authority->algorithm.length == 0)
        authority->algorithm = usual;
    /* RSA keys leave a choice; all others have one algorithm that suits their strength. */
    int chosen =
        signet_text_starts(usual, "RSA-") && signet_text_starts(authority->algorithm, "RSA-");
    if (usual.length == 0 || (!chosen && !signet_text_equal(authority->algorithm, usual)))
        return signet_setting_fail(call, setting, "authority.algorithm",
                                   "the algorithm %.*s does not suit a key of type %.*s",
                                   SIGNET_FORMAT(authority->algorithm),
                                   SIGNET_FORMAT(authority->key_type));
    signet_bytes_t identifier;
    int32_t status = signet_algorithm_encode(call, authority->algorithm, &identifier);
    if (status != SIGNET_OK)
        return status;
    return ca_pool_bytes(pool, call, identifier, &authority->identifier);
}

int32_t ca_authority_configure(ca_pool_t *pool, signet_call_t *call,
                               const signet_setting_t *setting, ca_authority_t *authority)
{
    authority->setting = setting;
    authority->name = signet_setting_text(setting, "name");
    authority->tenant = signet_setting_text(setting, "tenant");
    authority->kind = signet_setting_text(setting, "kind");
    authority->key_type = signet_setting_text(setting, "key_type");
    authority->keys = signet_setting_text(setting, "keys");
    authority->key = signet_setting_text(setting, "key");
    if (authority->key.length == 0)
        authority->key = authority->name;
    authority->path = signet_setting_text(setting, "certificate");
    authority->validity_ms = signet_setting_integer(setting, "validity", 0);
    authority->path_length = signet_setting_integer(setting, "path_length", -1);
    authority->path_limit = -1;
    authority->home = authority;
    authority->generation = 1;
    if (!ca_authority_is_name(authority->name))
        return signet_setting_fail(call, setting, "authority.name",
                                   "\"%.*s\" is no name of an authority: 1 to 64 letters, digits, "
                                   "'-', '_' and '.'",
                                   SIGNET_FORMAT(authority->name));
    int32_t status = configure_algorithm(pool, call, authority);
    const signet_setting_t *subject = signet_setting(setting, "subject");
    signet_bytes_t encoded;
    if (status == SIGNET_OK)
        status = ca_distinguished_encode(call, subject, &encoded);
    if (status == SIGNET_OK)
        status = ca_pool_bytes(pool, call, encoded, &authority->subject);
    if (status == SIGNET_OK)
        status = ca_limits_configure_authority(pool, call, setting, &authority->limits);
    static const char *const files[] = {"crl", "responder"};
    for (size_t i = 0; status == SIGNET_OK && i < sizeof files / sizeof files[0]; i++) {
        int marked = 0;
        signet_text_t file = signet_setting_text(setting, files[i]);
        if (!ca_published_check(file, &marked))
            return signet_setting_fail(call, signet_setting(setting, files[i]), "authority.file",
                                       "\"%.*s\" holds a mark other than {generation} and {key-id}",
                                       SIGNET_FORMAT(file));
    }
    static const char *const urls[] = {"aia_urls", "crl_urls", "ocsp_urls", "freshest_crl_urls"};
    for (size_t i = 0; status == SIGNET_OK && i < sizeof urls / sizeof urls[0]; i++)
        status = ca_authority_check_urls(call, setting, urls[i]);
    return status;
}

ca_authority_t *ca_authority_find(ca_authority_t *authorities, uint64_t count, signet_text_t name)
{
    for (uint64_t i = 0; i < count; i++) {
        if (signet_text_equal(authorities[i].name, name))
            return &authorities[i];
    }
    return NULL;
}

int ca_authority_is(const ca_authority_t *authority, const char *kind)
{
    return signet_text_is(authority->kind, kind);
}

static int32_t link_parent(signet_call_t *call, ca_authority_t *authorities, uint64_t count,
                           ca_authority_t *authority)
{
    const signet_setting_t *setting = authority->setting;
    signet_text_t parent = signet_setting_text(setting, "parent");
    if (ca_authority_is(authority, SIGNET_AUTHORITY_EXTERNAL)) {
        if (parent.length > 0 || authority->keys.length > 0)
            return signet_setting_fail(call, setting, "authority.external",
                                       "the external authority \"%.*s\" has neither a parent nor "
                                       "keys here; remove them",
                                       SIGNET_FORMAT(authority->name));
        return SIGNET_OK;
    }
    if (ca_authority_is(authority, SIGNET_AUTHORITY_ROOT)) {
        if (parent.length > 0)
            return signet_setting_fail(call, setting, "authority.parent",
                                       "the root authority \"%.*s\" has a parent; remove it",
                                       SIGNET_FORMAT(authority->name));
        return SIGNET_OK;
    }
    authority->parent = ca_authority_find(authorities, count, parent);
    if (authority->parent == NULL)
        return signet_setting_fail(call, setting, "authority.parent",
                                   "the parent \"%.*s\" of the authority \"%.*s\" is not "
                                   "configured; name an authority of this block",
                                   SIGNET_FORMAT(parent), SIGNET_FORMAT(authority->name));
    return SIGNET_OK;
}

int32_t ca_authorities_link(signet_call_t *call, ca_authority_t *authorities, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        int32_t status = link_parent(call, authorities, count, &authorities[i]);
        if (status != SIGNET_OK)
            return status;
    }
    for (uint64_t i = 0; i < count; i++) {
        uint64_t steps = 0;
        for (const ca_authority_t *above = &authorities[i]; above != NULL; above = above->parent) {
            if (steps++ > count)
                return signet_setting_fail(call, authorities[i].setting, "authority.parent",
                                           "the parents of the authority \"%.*s\" form a circle",
                                           SIGNET_FORMAT(authorities[i].name));
        }
    }
    return SIGNET_OK;
}

signet_text_t ca_authority_state(const ca_authority_t *authority)
{
    if (authority->certificate.length == 0)
        return SIGNET_TEXT(SIGNET_AUTHORITY_PENDING);
    const ca_lineage_t *lineage = ca_lineage(authority);
    if (lineage != NULL && !signet_text_is(lineage->state, SIGNET_AUTHORITY_ACTIVE))
        return lineage->state;
    return authority->key_uri.length == 0 ? SIGNET_TEXT(SIGNET_AUTHORITY_OFFLINE)
                                          : SIGNET_TEXT(SIGNET_AUTHORITY_ACTIVE);
}

int32_t ca_authority_local(signet_call_t *call, const ca_authority_t *authority)
{
    if (!ca_authority_is(authority, SIGNET_AUTHORITY_EXTERNAL))
        return SIGNET_OK;
    return signet_fail(call, SIGNET_UNSUPPORTED, "authority.external",
                       "the authority \"%.*s\" is external, and no client that could reach it is "
                       "part of this version; use an authority of your own",
                       SIGNET_FORMAT(authority->name));
}

int32_t ca_authority_in_service(signet_call_t *call, const ca_authority_t *authority)
{
    const ca_lineage_t *lineage = ca_lineage(authority);
    if (lineage == NULL || signet_text_is(lineage->state, SIGNET_AUTHORITY_ACTIVE))
        return SIGNET_OK;
    if (signet_text_is(lineage->state, SIGNET_AUTHORITY_SUSPENDED))
        return signet_fail(call, SIGNET_UNAVAILABLE, "authority.suspended",
                           "the authority \"%.*s\" is suspended; an administrator can resume it",
                           SIGNET_FORMAT(authority->name));
    if (signet_text_is(lineage->state, SIGNET_AUTHORITY_RETIRED))
        return signet_fail(call, SIGNET_UNAVAILABLE, "authority.retired",
                           "the authority \"%.*s\" is retired and issues no more; use another",
                           SIGNET_FORMAT(authority->name));
    return signet_fail(call, SIGNET_UNAVAILABLE, "authority.compromised",
                       "the authority \"%.*s\" is compromised and issues no more; use another",
                       SIGNET_FORMAT(authority->name));
}

int32_t ca_authority_ready(signet_call_t *call, ca_authority_t *authority, int64_t now)
{
    int32_t status = ca_authority_local(call, authority);
    if (status != SIGNET_OK)
        return status;
    if (authority->certificate.length == 0)
        return signet_fail(call, SIGNET_UNAVAILABLE, "authority.pending",
                           "the authority \"%.*s\" has no certificate yet",
                           SIGNET_FORMAT(authority->name));
    status = ca_authority_in_service(call, authority);
    if (status != SIGNET_OK)
        return status;
    if (authority->key_uri.length == 0)
        return signet_fail(call, SIGNET_UNAVAILABLE, "authority.offline",
                           "the authority \"%.*s\" is offline: its key is not on this host",
                           SIGNET_FORMAT(authority->name));
    if (atomic_load(&authority->key_destroyed))
        return signet_fail(call, SIGNET_UNAVAILABLE, "authority.key-destroyed",
                           "the key of the authority \"%.*s\" was destroyed",
                           SIGNET_FORMAT(authority->name));
    if (atomic_load(&authority->suspended))
        return signet_fail(call, SIGNET_UNAVAILABLE, "authority.suspended",
                           "the authority \"%.*s\" is suspended because its key made a wrong "
                           "signature; examine the key, then restart",
                           SIGNET_FORMAT(authority->name));
    if (now >= authority->not_after)
        return signet_fail(call, SIGNET_UNAVAILABLE, "authority.expired",
                           "the certificate of the authority \"%.*s\" has expired; renew it",
                           SIGNET_FORMAT(authority->name));
    int64_t rest = (int64_t)atomic_load(&authority->resting_until) - signet_monotonic();
    if (rest > 0)
        return ca_error_retry(call, SIGNET_UNAVAILABLE, "authority.key-unavailable", rest,
                              SIGNET_TEXT("the authority's key does not answer; ask again later"));
    return SIGNET_OK;
}

int ca_authority_permits(const ca_authority_t *authority, const signet_canonical_t *name)
{
    return ca_bounds_permit(&authority->bounds, name);
}

void ca_authority_free(ca_authority_t *authority)
{
    if (authority->verifier != NULL)
        signet_verifier_free(authority->verifier);
    authority->verifier = NULL;
}
