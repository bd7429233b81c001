/* Signatures as Standard Webhooks has them: HMAC-SHA256 over "ID.TIMESTAMP.BODY". */
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>

#include "webhook.h"

/* Octets of a key, of the specification. */
#define KEY_MIN 24U
#define KEY_MAX 64U

int32_t webhook_key(signet_call_t *call, const webhook_t *webhook, const char *name,
                    signet_bytes_t *key)
{
    static const char prefix[] = "whsec_";
    const signet_setting_t *setting = signet_setting(webhook->host->settings, name);
    signet_bytes_t secret = {NULL, 0};
    *key = secret;
    if (setting == NULL || setting->text.length == 0) {
        return SIGNET_OK;
    }
    int32_t status = webhook->host->services->secret(webhook->host, call, setting->text, &secret);
    if (status != SIGNET_OK) {
        return status;
    }
    signet_text_t text = signet_bytes_text(secret);
    if (signet_text_starts(text, prefix)) {
        text.data += sizeof prefix - 1;
        text.length -= sizeof prefix - 1;
    }
    status = signet_base64_decode(call, text, key);
    if (status == SIGNET_OK && key->length >= KEY_MIN && key->length <= KEY_MAX) {
        return SIGNET_OK;
    }
    if (status != SIGNET_OK && status != SIGNET_INVALID) {
        return status;
    }
    call->services->clear(call);
    return signet_setting_fail(call, setting, "webhook.secret",
                               "A secret of webhooks is \"whsec_\" and the Base64 of %u to %u "
                               "octets: make one with openssl rand -base64 32.",
                               KEY_MIN, KEY_MAX);
}

int32_t webhook_signature(signet_call_t *call, const signet_bytes_t *keys, uint64_t count,
                          signet_text_t id, signet_text_t timestamp, signet_text_t body,
                          signet_text_t *signature)
{
    signet_buffer_t content = signet_buffer(call, id.length + timestamp.length + body.length + 2);
    signet_buffer_t list = signet_buffer(call, 128);
    signet_bytes_t signed_octets;
    signet_buffer_add_text(&content, id);
    signet_buffer_add_byte(&content, '.');
    signet_buffer_add_text(&content, timestamp);
    signet_buffer_add_byte(&content, '.');
    signet_buffer_add_text(&content, body);
    int32_t status = signet_buffer_bytes(&content, &signed_octets);
    for (uint64_t i = 0; i < count && status == SIGNET_OK; i++) {
        signet_bytes_t code;
        if (keys[i].length == 0) {
            continue;
        }
        status = signet_hmac_sha256(call, keys[i], signed_octets, &code);
        if (status == SIGNET_OK) {
            signet_buffer_add_string(&list, list.length > 0 ? " v1," : "v1,");
            signet_buffer_add_text(&list, signet_base64(call, code));
        }
    }
    return status == SIGNET_OK ? signet_buffer_text(&list, signature) : status;
}
