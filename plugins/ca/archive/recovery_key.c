#include "archive/recovery_key.h"

#include <signet/auth.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

int32_t ca_recovery_key_configure(signet_call_t *call, const signet_setting_t *setting,
                                  ca_recovery_key_t *key)
{
    key->name = signet_setting_text(setting, "name");
    key->tenant = signet_setting_text(setting, "tenant");
    key->keys = signet_setting_text(setting, "keys");
    key->key = signet_setting_text(setting, "key");
    key->algorithm = signet_setting_text(setting, "algorithm");
    key->recoverers = (uint32_t)signet_setting_integer(setting, "recoverers", 2);
    key->roles = signet_setting(setting, "roles");
    if (key->roles == NULL || key->roles->member_count == 0)
        return signet_setting_fail(call, setting, "archive.roles",
                                   "the recovery key \"%.*s\" names no roles, so that nobody could "
                                   "agree to a recovery",
                                   SIGNET_FORMAT(key->name));
    for (uint64_t i = 0; i < key->roles->member_count; i++) {
        const signet_setting_t *role = signet_setting_at(key->roles, i);
        if (signet_text_is(role->text, SIGNET_ROLE_AUDITOR) ||
            signet_text_is(role->text, SIGNET_ROLE_REQUESTER))
            return signet_setting_fail(call, role, "archive.roles",
                                       "%.*s never recover keys; the recovery key \"%.*s\" must "
                                       "name other roles, such as recovery-officer",
                                       SIGNET_FORMAT(role->text), SIGNET_FORMAT(key->name));
    }
    return SIGNET_OK;
}

static int32_t unavailable(signet_call_t *call, const ca_recovery_key_t *key, const char *why)
{
    call->services->clear(call);
    return signet_fail(call, SIGNET_UNAVAILABLE, "archive.recovery-key",
                       "the recovery key \"%.*s\" (\"%.*s\" in the key backend \"%.*s\") %s",
                       SIGNET_FORMAT(key->name), SIGNET_FORMAT(key->key), SIGNET_FORMAT(key->keys),
                       why);
}

/* The backend and, in it, the key as it is now. */
static int32_t find(signet_call_t *call, const ca_recovery_key_t *key,
                    const signet_provider_t **provider, const signet_key_t **found)
{
    *provider = call->services->find(call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), key->keys);
    if (*provider == NULL)
        return unavailable(call, key, "cannot be reached: there is no such backend");
    const signet_key_interface_t *keys = (*provider)->interface;
    int32_t status = keys->find((*provider)->instance, call, key->key, found);
    if (status == SIGNET_NOT_FOUND || (status == SIGNET_OK && *found == NULL))
        return unavailable(call, key,
                           "is gone; without it nothing that was wrapped to it can be recovered: "
                           "restore it from its backup");
    if (status != SIGNET_OK)
        return status;
    if ((*found)->purposes != SIGNET_PURPOSE_DECRYPT || !SIGNET_HAS(keys, decrypt))
        return unavailable(call, key, "was not made for the purpose \"decrypt\"");
    return SIGNET_OK;
}

int32_t ca_recovery_key_wrap(signet_call_t *call, const ca_recovery_key_t *key,
                             signet_bytes_t secret, signet_bytes_t *wrapped,
                             signet_bytes_t *identity)
{
    const signet_provider_t *provider = NULL;
    const signet_key_t *found = NULL;
    int32_t status = find(call, key, &provider, &found);
    if (status != SIGNET_OK || found == NULL)
        return status;
    status = signet_sha256(call, found->public_key, identity);
    if (status == SIGNET_OK)
        status = signet_encrypt(call, found->public_key, key->algorithm, secret, wrapped);
    return status;
}

int32_t ca_recovery_key_unwrap(signet_call_t *call, const ca_recovery_key_t *key,
                               signet_bytes_t wrapped, signet_bytes_t identity,
                               signet_text_t algorithm, signet_bytes_t *secret)
{
    const signet_provider_t *provider = NULL;
    const signet_key_t *found = NULL;
    signet_bytes_t now = {NULL, 0};
    int32_t status = find(call, key, &provider, &found);
    if (status != SIGNET_OK || found == NULL)
        return status;
    status = signet_sha256(call, found->public_key, &now);
    if (status != SIGNET_OK)
        return status;
    if (!signet_bytes_equal(now, identity))
        return unavailable(call, key,
                           "is another one than that which the archived key was wrapped to; "
                           "configure the earlier one beside it, under the earlier name");
    const signet_key_interface_t *keys = provider->interface;
    signet_decrypt_request_t request = {
        .size = sizeof request, .uri = found->uri, .algorithm = algorithm, .ciphertext = wrapped};
    status = keys->decrypt(provider->instance, call, &request, secret);
    if (status != SIGNET_INVALID)
        return status;
    call->services->clear(call);
    return signet_fail(call, SIGNET_CORRUPT, "archive.record",
                       "the record of the archived key is damaged; restore the store from a "
                       "backup");
}
