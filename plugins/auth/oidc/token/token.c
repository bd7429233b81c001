#include "token.h"

#include "reject.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#define KEY_ID_LIMIT 256U

static int32_t other_kind(signet_call_t *call)
{
    /* Whatever went wrong, it was no token of ours. */
    call->services->clear(call);
    return signet_fail(call, SIGNET_UNSUPPORTED, "oidc.other-kind",
                       "The credential is not a token of an issuer that is configured here.");
}

/* The three parts between two dots; 0 where it has others. */
static int split(signet_text_t text, signet_text_t *head, signet_text_t *claims,
                 signet_text_t *signature)
{
    signet_text_t rest;
    *head = signet_text_split(text, '.', &rest);
    *claims = signet_text_split(rest, '.', signature);
    for (uint64_t i = 0; i < signature->length; i++) {
        if (signature->data[i] == '.') {
            return 0;
        }
    }
    return head->length > 0 && claims->length > 0 && signature->length > 0;
}

/* An object from Base64. */
static int32_t read_object(signet_call_t *call, signet_text_t encoded, const signet_json_t **object)
{
    signet_bytes_t octets;
    int32_t status = signet_base64url_decode(call, encoded, &octets);
    if (status == SIGNET_OK) {
        status = signet_json_parse(call, octets, OIDC_TOKEN_LIMIT, object);
    }
    if (status == SIGNET_OK && (*object)->kind != SIGNET_JSON_OBJECT) {
        status = oidc_reject(call, "it is not an object");
    }
    return status;
}

int32_t oidc_token_read(signet_call_t *call, signet_text_t text, oidc_token_t *token)
{
    signet_text_t claims;
    signet_text_t signature;
    *token = (oidc_token_t){0};
    if (text.length > OIDC_TOKEN_LIMIT || !split(text, &token->head, &claims, &signature)) {
        return other_kind(call);
    }
    int32_t status = read_object(call, claims, &token->claims);
    if (status == SIGNET_OK) {
        status = signet_json_get_text(call, token->claims, "iss", &token->issuer);
    }
    if (status == SIGNET_NO_MEMORY) {
        return status;
    }
    if (status != SIGNET_OK || token->issuer.length == 0) {
        return other_kind(call);
    }
    token->signature = signet_text_bytes(signature);
    token->signed_part =
        (signet_bytes_t){(const uint8_t *)text.data, token->head.length + 1 + claims.length};
    return SIGNET_OK;
}

/* A text member of the header; 0 where it is something else. */
static int take(const signet_json_t *header, const char *name, signet_text_t *text, int *has)
{
    const signet_json_t *member = signet_json_get(header, name);
    *has = member != NULL;
    if (member == NULL) {
        return 1;
    }
    *text = member->text;
    return member->kind == SIGNET_JSON_TEXT && member->text.length <= KEY_ID_LIMIT;
}

int32_t oidc_token_read_header(signet_call_t *call, oidc_token_t *token)
{
    /* Each would change what the other parts mean (RFC 7515, 4.1.11; RFC 7797; RFC 7516). */
    static const char *const forbidden[] = {"crit", "b64", "zip", "enc"};
    const signet_json_t *header = NULL;
    int has = 0;
    int32_t status = read_object(call, token->head, &header);
    if (status == SIGNET_OK) {
        status =
            signet_base64url_decode(call, signet_bytes_text(token->signature), &token->signature);
    }
    if (status != SIGNET_OK) {
        return status == SIGNET_NO_MEMORY ? status
                                          : oidc_reject_again(call, "its header or signature");
    }
    for (uint64_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        if (signet_json_get(header, forbidden[i]) != NULL) {
            return oidc_reject(call, "its header has %s, which is not taken", forbidden[i]);
        }
    }
    if (!take(header, "alg", &token->algorithm, &has) || !has) {
        return oidc_reject(call, "its header has no alg");
    }
    if (!take(header, "typ", &token->type, &has)) {
        return oidc_reject(call, "its header's typ is not a text");
    }
    if (!take(header, "kid", &token->key_id, &token->has_key_id)) {
        return oidc_reject(call, "its header's kid is not a text of at most %u octets",
                           KEY_ID_LIMIT);
    }
    return SIGNET_OK;
}
