#include "authorization_body.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#define BODY_MAX (UINT64_C(64) * 1024)

static int32_t read_challenges(signet_call_t *call, const signet_json_t *list,
                               acme_authorization_t *authorization)
{
    int32_t status = SIGNET_OK;
    uint64_t count = list != NULL && list->kind == SIGNET_JSON_ARRAY ? list->count : 0;
    if (count > ACME_CHALLENGES_MAX) {
        return SIGNET_INVALID;
    }
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        const signet_json_t *item = &list->items[i];
        acme_challenge_t *challenge = &authorization->challenges[i];
        if (signet_json_get_text(call, item, "type", &challenge->type) != SIGNET_OK ||
            signet_json_get_text(call, item, "state", &challenge->state) != SIGNET_OK ||
            signet_json_get_text(call, item, "error_type", &challenge->error_type) != SIGNET_OK ||
            signet_json_get_text(call, item, "error_detail", &challenge->error_detail) !=
                SIGNET_OK ||
            signet_json_get_integer(call, item, "validated", &challenge->validated) != SIGNET_OK) {
            status = signet_status(call);
        }
    }
    authorization->challenge_count = count;
    return status;
}

int32_t acme_authorization_body_read(signet_call_t *call, signet_bytes_t text,
                                     acme_authorization_t *authorization)
{
    const signet_json_t *body = NULL;
    int64_t wildcard = 0;
    signet_text_t key = {NULL, 0};
    int64_t subdomains = 0;
    int32_t status = signet_json_parse(call, text, BODY_MAX, &body);
    if (status != SIGNET_OK) {
        return status;
    }
    if (signet_json_get_text(call, body, "account", &authorization->account) != SIGNET_OK ||
        signet_json_get_text(call, body, "type", &authorization->identifier.type) != SIGNET_OK ||
        signet_json_get_text(call, body, "value", &authorization->identifier.value) != SIGNET_OK ||
        signet_json_get_text(call, body, "token", &authorization->token) != SIGNET_OK ||
        signet_json_get_integer(call, body, "caa_checked", &authorization->caa_checked) !=
            SIGNET_OK ||
        signet_json_get_text(call, body, "base", &authorization->base) != SIGNET_OK ||
        signet_json_get_text(call, body, "attestation", &authorization->attestation) != SIGNET_OK ||
        signet_json_get_text(call, body, "attested_key", &key) != SIGNET_OK ||
        signet_json_get_integer(call, body, "subdomains", &subdomains) != SIGNET_OK ||
        signet_json_get_integer(call, body, "wildcard", &wildcard) != SIGNET_OK) {
        return signet_status(call);
    }
    authorization->wildcard = wildcard != 0;
    if (key.length > 0 &&
        signet_base64url_decode(call, key, &authorization->attested_key) != SIGNET_OK) {
        return signet_status(call);
    }
    authorization->subdomains = subdomains != 0;
    return read_challenges(call, signet_json_get(body, "challenges"), authorization);
}

int32_t acme_authorization_body_write(signet_call_t *call,
                                      const acme_authorization_t *authorization,
                                      signet_text_t *body)
{
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "account", authorization->account);
    signet_json_text(&writer, "type", authorization->identifier.type);
    signet_json_text(&writer, "value", authorization->identifier.value);
    signet_json_text(&writer, "token", authorization->token);
    signet_json_integer(&writer, "caa_checked", authorization->caa_checked);
    signet_json_text(&writer, "base", authorization->base);
    if (authorization->attestation.length > 0) {
        signet_json_text(&writer, "attestation", authorization->attestation);
        signet_json_text(&writer, "attested_key",
                         signet_base64url(call, authorization->attested_key));
    }
    signet_json_integer(&writer, "wildcard", authorization->wildcard);
    signet_json_integer(&writer, "subdomains", authorization->subdomains);
    signet_json_begin_array(&writer, "challenges");
    for (uint64_t i = 0; i < authorization->challenge_count; i++) {
        const acme_challenge_t *challenge = &authorization->challenges[i];
        signet_json_begin_object(&writer, NULL);
        signet_json_text(&writer, "type", challenge->type);
        signet_json_text(&writer, "state", challenge->state);
        signet_json_integer(&writer, "validated", challenge->validated);
        signet_json_text(&writer, "error_type", challenge->error_type);
        signet_json_text(&writer, "error_detail", challenge->error_detail);
        signet_json_end_object(&writer);
    }
    signet_json_end_array(&writer);
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, body);
}
