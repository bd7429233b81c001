#include "archive/archive.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#include "archive/sealed.h"

#define SIGNS (SIGNET_KEY_USAGE_DIGITAL_SIGNATURE | SIGNET_KEY_USAGE_NON_REPUDIATION)

const ca_recovery_key_t *ca_archive_find_key(const ca_t *ca, signet_text_t name)
{
    for (uint64_t i = 0; i < ca->recovery_key_count; i++) {
        if (signet_text_equal(ca->recovery_keys[i].name, name))
            return &ca->recovery_keys[i];
    }
    return NULL;
}

/* A copy of a signing key would let another sign in its owner's name. */
static int32_t link_profile(const ca_t *ca, signet_call_t *call, ca_profile_t *profile)
{
    const signet_setting_t *setting = signet_setting(profile->setting, "archive");
    if (profile->abstract || setting == NULL || setting->text.length == 0)
        return SIGNET_OK;
    profile->archive = ca_archive_find_key(ca, setting->text);
    if (profile->archive == NULL)
        return signet_setting_fail(call, setting, "profile.archive",
                                   "the profile \"%.*s\" archives to the recovery key \"%.*s\", "
                                   "which recovery_keys does not have",
                                   SIGNET_FORMAT(profile->name), SIGNET_FORMAT(setting->text));
    if (!signet_text_equal(profile->archive->tenant, profile->tenant))
        return signet_setting_fail(call, setting, "profile.archive-tenant",
                                   "the profile \"%.*s\" and the recovery key \"%.*s\" belong to "
                                   "different tenants; each uses its own",
                                   SIGNET_FORMAT(profile->name), SIGNET_FORMAT(setting->text));
    if (profile->kind != CA_KIND_END_ENTITY || (profile->key_usage & SIGNS) != 0)
        return signet_setting_fail(call, setting, "profile.archive-signing",
                                   "the profile \"%.*s\" archives keys, but its key_usage has "
                                   "digitalSignature or nonRepudiation; keys that sign are never "
                                   "archived: use a profile of its own for encryption",
                                   SIGNET_FORMAT(profile->name));
    if (profile->purge_after_ms > 0)
        return signet_setting_fail(call, setting, "profile.archive-purge",
                                   "the profile \"%.*s\" archives keys and purges certificates, "
                                   "without which no key is recovered; use archive_after alone",
                                   SIGNET_FORMAT(profile->name));
    return SIGNET_OK;
}

static int32_t configure_key(const ca_t *ca, signet_call_t *call, const signet_setting_t *setting,
                             ca_recovery_key_t *key)
{
    int32_t status = ca_recovery_key_configure(call, setting, key);
    return status == SIGNET_OK
               ? ca_tenant_check_keys(ca, call, setting, "recovery key", key->name, key->tenant)
               : status;
}

int32_t ca_archive_configure(ca_t *ca, signet_call_t *call)
{
    const signet_setting_t *list = signet_setting(ca->host->settings, "recovery_keys");
    int32_t status = SIGNET_OK;
    ca->recovery_key_count = list == NULL ? 0 : list->member_count;
    ca->recovery_keys =
        ca_pool_alloc(&ca->pool, call, ca->recovery_key_count + 1, sizeof *ca->recovery_keys);
    if (ca->recovery_keys == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; status == SIGNET_OK && i < ca->recovery_key_count; i++)
        status = configure_key(ca, call, signet_setting_at(list, i), &ca->recovery_keys[i]);
    for (uint64_t i = 0; status == SIGNET_OK && i < ca->profile_count; i++)
        status = link_profile(ca, call, &ca->profiles[i]);
    return status;
}

int32_t ca_archive_check(ca_t *ca, signet_call_t *call, const ca_draft_t *draft)
{
    signet_store_t store;
    int archived = 0;
    if (draft->profile->archive == NULL || draft->key_generated)
        return SIGNET_OK;
    if (draft->key_kept) {
        int32_t status = ca_store(ca, call, &store);
        if (status == SIGNET_OK)
            status = ca_archived_has(call, &store, draft->csr->key.spki, &archived);
        if (status != SIGNET_OK || archived)
            return status;
    }
    return signet_fail_field(call, SIGNET_INVALID, "profile.archive", "csr",
                             "keys of the profile \"%.*s\" are archived, so they are made here: "
                             "ask with `generate` instead of a certificate request",
                             SIGNET_FORMAT(draft->profile->name));
}

/* Each part with its length before it, so that no two run together alike. */
static void add_part(signet_buffer_t *buffer, const void *data, uint64_t length)
{
    signet_buffer_add(buffer, &length, sizeof length);
    signet_buffer_add(buffer, data, length);
}

/* What the sealed key belongs to: put under another certificate, profile or tenant it opens no
 * more. */
static int32_t bind(signet_call_t *call, const ca_archived_t *archived, signet_bytes_t *bound)
{
    static const char head[] = "signet archived key 1";
    const signet_archived_key_t *key = &archived->key;
    signet_text_t tenant = call->services->tenant(call);
    signet_buffer_t buffer = signet_buffer(call, 256);
    add_part(&buffer, head, sizeof head);
    add_part(&buffer, tenant.data, tenant.length);
    add_part(&buffer, key->authority.data, key->authority.length);
    add_part(&buffer, key->serial.data, key->serial.length);
    add_part(&buffer, key->profile.data, key->profile.length);
    add_part(&buffer, key->spki_sha256.data, key->spki_sha256.length);
    add_part(&buffer, archived->recovery_key.data, archived->recovery_key.length);
    return signet_buffer_bytes(&buffer, bound);
}

int32_t ca_archive_wrap(signet_call_t *call, const ca_recovery_key_t *key,
                        signet_bytes_t private_key, ca_archived_t *archived)
{
    signet_bytes_t bound = {NULL, 0};
    ca_sealed_t sealed = {0};
    archived->recovery_key = key->name;
    archived->key.recovery_key = key->name;
    archived->algorithm = key->algorithm;
    archived->key.archived_at = signet_now();
    int32_t status = bind(call, archived, &bound);
    if (status == SIGNET_OK)
        status = ca_sealed_make(call, private_key, bound, &sealed);
    if (status == SIGNET_OK)
        status = ca_recovery_key_wrap(call, key, sealed.key, &archived->wrapped,
                                      &archived->recovery_identity);
    if (status != SIGNET_OK)
        return status;
    archived->nonce = sealed.nonce;
    archived->ciphertext = sealed.ciphertext;
    return SIGNET_OK;
}

int32_t ca_archive_unwrap(signet_call_t *call, const ca_recovery_key_t *key,
                          const ca_archived_t *archived, signet_bytes_t *private_key)
{
    signet_bytes_t bound = {NULL, 0};
    ca_sealed_t sealed = {.nonce = archived->nonce, .ciphertext = archived->ciphertext};
    int32_t status = bind(call, archived, &bound);
    if (status == SIGNET_OK)
        status = ca_recovery_key_unwrap(call, key, archived->wrapped, archived->recovery_identity,
                                        archived->algorithm, &sealed.key);
    return status == SIGNET_OK ? ca_sealed_open(call, &sealed, bound, private_key) : status;
}

int32_t ca_archive_seal(signet_call_t *call, const ca_draft_t *draft,
                        const signet_certificate_t *certificate, const signet_change_t **change)
{
    *change = NULL;
    if (draft->profile->archive == NULL || !draft->key_generated)
        return SIGNET_OK;
    ca_archived_t *archived = signet_alloc(call, 1, sizeof *archived);
    signet_change_t *made = signet_alloc(call, 1, sizeof *made);
    if (archived == NULL || made == NULL)
        return SIGNET_NO_MEMORY;
    signet_archived_key_t *key = &archived->key;
    key->size = sizeof *key;
    key->authority = certificate->authority;
    key->serial = certificate->serial;
    key->profile = certificate->profile;
    key->requester = certificate->requester;
    key->subject = certificate->subject;
    key->names = certificate->names;
    key->name_count = certificate->name_count;
    key->not_after = certificate->not_after;
    int32_t status = signet_sha256(call, draft->csr->key.spki, &key->spki_sha256);
    if (status == SIGNET_OK)
        status = ca_archive_wrap(call, draft->profile->archive, draft->private_key, archived);
    if (status == SIGNET_OK)
        status = ca_archived_put(call, archived, made);
    *change = made;
    return status;
}
