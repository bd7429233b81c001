#include "binding.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>

#include "protocol/problem.h"

#define ALGORITHM "HS256"

static int32_t refuse(signet_call_t *call)
{
    /* One answer for all causes: none of them is anybody's business who does not know the key. */
    return acme_fail(call, "unauthorized",
                     "The external account binding is not one that this directory knows, was used "
                     "already, or has expired.");
}

/* The binding is a JWS over the account's own key (7.3.4). */
static int32_t check_form(signet_call_t *call, const acme_request_t *request, acme_jws_t *binding)
{
    signet_public_key_t bound;
    const signet_json_t *jwk = NULL;
    int32_t status =
        acme_jws_read(call, signet_json_get(request->body, "externalAccountBinding"), binding);
    if (status == SIGNET_OK && (binding->key_id.length == 0 || binding->nonce.length > 0 ||
                                !signet_text_is(binding->algorithm, ALGORITHM) ||
                                !signet_text_equal(binding->url, request->jws.url))) {
        return acme_fail(call, "malformed",
                         "The external account binding has alg " ALGORITHM
                         ", kid, the url of this request, and no nonce.");
    }
    if (status == SIGNET_OK) {
        status = signet_json_parse(call, binding->payload, ACME_BODY_MAX, &jwk);
    }
    if (status == SIGNET_OK) {
        status = acme_jws_key(call, jwk, &bound);
    }
    if (status == SIGNET_OK && !signet_bytes_equal(bound.spki, request->key.spki)) {
        return refuse(call);
    }
    return status;
}

int32_t acme_binding_check(signet_call_t *call, const acme_request_t *request,
                           acme_credential_t *credential)
{
    acme_jws_t binding;
    signet_bytes_t key;
    signet_bytes_t code;
    *credential = (acme_credential_t){0};
    if (signet_json_get(request->body, "externalAccountBinding") == NULL) {
        return request->directory->credential_required
                   ? acme_fail(call, "externalAccountRequired",
                               "This directory wants an external account binding: get a "
                               "credential from whoever operates it.")
                   : SIGNET_OK;
    }
    int32_t status = check_form(call, request, &binding);
    if (status == SIGNET_OK) {
        status = acme_credential_key(call, request->acme, request->directory, binding.key_id, &key);
    }
    if (status == SIGNET_OK) {
        status = signet_hmac_sha256(call, key, binding.signed_part, &code);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    if (!signet_bytes_equal_secret(code, binding.signature)) {
        return refuse(call);
    }
    status =
        acme_credential_get(call, request->acme, request->directory, binding.key_id, credential);
    int usable = status == SIGNET_OK && credential->revoked == 0 &&
                 credential->account.length == 0 && credential->expires > signet_now();
    if (status == SIGNET_NOT_FOUND || (status == SIGNET_OK && !usable)) {
        call->services->clear(call);
        return refuse(call);
    }
    return status;
}

static int is_among(signet_text_t text, const signet_text_t *patterns, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (signet_text_matches(text, patterns[i])) {
            return 1;
        }
    }
    return count == 0;
}

int32_t acme_binding_covers(signet_call_t *call, const acme_request_t *request,
                            const acme_order_t *order)
{
    acme_credential_t credential;
    signet_text_t id = request->account.credential;
    if (id.length == 0) {
        return request->directory->credential_required
                   ? acme_fail(call, "externalAccountRequired",
                               "The account has no external account binding, which this directory "
                               "wants now: make a new one.")
                   : SIGNET_OK;
    }
    int32_t status = acme_credential_get(call, request->acme, request->directory, id, &credential);
    if (status == SIGNET_NOT_FOUND || (status == SIGNET_OK && credential.revoked > 0)) {
        call->services->clear(call);
        return acme_fail(call, "unauthorized",
                         "The credential that the account is bound by was revoked.");
    }
    if (status != SIGNET_OK) {
        return status;
    }
    /* What is authorized without an order has no profile yet. */
    int covered = credential.profile_count == 0 || order->profile.length == 0;
    for (uint64_t i = 0; i < credential.profile_count; i++) {
        covered = covered || signet_text_equal(order->profile, credential.profiles[i]);
    }
    if (!covered) {
        return acme_fail(call, "invalidProfile",
                         "The account's credential does not cover the profile %.*s.",
                         SIGNET_FORMAT(order->profile));
    }
    for (uint64_t i = 0; i < order->count; i++) {
        if (!is_among(order->identifiers[i].value, credential.names, credential.name_count)) {
            return acme_fail(call, "rejectedIdentifier",
                             "The account's credential does not cover %.*s.",
                             SIGNET_FORMAT(order->identifiers[i].value));
        }
    }
    return SIGNET_OK;
}
