/* A new key for an account (RFC 8555, 7.3.5): the request is signed by the old one and holds one
 * that the new one signed. */
#include <signet/sdk/encode.h>

#include "account.h"
#include "protocol/problem.h"
#include "protocol/request.h"
#include "stored.h"

#define EVENT_KEY_CHANGED "acme.account-key-changed"

/* The inner signature: by the key that it carries, for the same URL, without a nonce. */
static int32_t read_inner(signet_call_t *call, const acme_request_t *request,
                          const signet_json_t **content, signet_public_key_t *key)
{
    acme_jws_t inner;
    int32_t status = acme_jws_read(call, request->body, &inner);
    if (status == SIGNET_OK && (inner.jwk == NULL || inner.nonce.length > 0)) {
        status = acme_fail(call, "malformed", "The inner signature has jwk and no nonce.");
    }
    if (status == SIGNET_OK && !signet_text_equal(inner.url, request->jws.url)) {
        status = acme_fail(call, "malformed", "Both signatures must be for the same url.");
    }
    if (status == SIGNET_OK) {
        status = acme_jws_key(call, inner.jwk, key);
    }
    if (status == SIGNET_OK) {
        status = acme_jws_verify(call, &inner, key);
    }
    return status == SIGNET_OK ? signet_json_parse(call, inner.payload, ACME_BODY_MAX, content)
                               : status;
}

/* What the new key signed: this account, and its present key. */
static int32_t check_content(signet_call_t *call, const acme_request_t *request,
                             const signet_json_t *content)
{
    signet_text_t account = {NULL, 0};
    signet_public_key_t old;
    const signet_json_t *jwk = signet_json_get(content, "oldKey");
    if (content->kind != SIGNET_JSON_OBJECT || jwk == NULL) {
        return acme_fail(call, "malformed", "The inner payload has account and oldKey.");
    }
    int32_t status = signet_json_get_text(call, content, "account", &account);
    if (status == SIGNET_OK && !signet_text_equal(account, request->jws.key_id)) {
        status = acme_fail(call, "malformed", "The inner payload is for another account.");
    }
    if (status == SIGNET_OK) {
        status = acme_jws_key(call, jwk, &old);
    }
    if (status == SIGNET_OK && !signet_bytes_equal(old.spki, request->account.spki)) {
        status = acme_fail(call, "malformed", "oldKey is not the account's key.");
    }
    return status;
}

static int32_t replace(signet_call_t *call, const acme_request_t *request,
                       const signet_public_key_t *key)
{
    signet_change_t changes[3];
    acme_account_t account = request->account;
    account.spki = key->spki;
    int32_t status = acme_account_put(call, request->directory, &account, &changes[0]);
    if (status == SIGNET_OK) {
        status = acme_account_bind(call, request->directory, key, account.id, &changes[1]);
    }
    if (status == SIGNET_OK) {
        status = acme_account_unbind(call, request->directory, &request->key, &changes[2]);
    }
    return status == SIGNET_OK
               ? acme_stored_journal(call, request->acme, changes, 3, EVENT_KEY_CHANGED,
                                     acme_account_actor(call, request->directory, account.id), NULL,
                                     0)
               : status;
}

/* A key has one account: 409 names the one that has it already. */
static int32_t answer_taken(signet_call_t *call, const acme_request_t *request,
                            const acme_account_t *owner)
{
    signet_json_writer_t writer = signet_json_writer(call, 256);
    acme_problem_write(&writer, NULL, SIGNET_TEXT("malformed"),
                       SIGNET_TEXT("The new key belongs to an account already."), 409);
    const acme_answer_t answer = {
        .status = 409,
        .type = SIGNET_TEXT("application/problem+json"),
        .location = acme_request_url(call, request, "account/%.*s", SIGNET_FORMAT(owner->id)),
    };
    return acme_request_answer_json(call, request, &answer, &writer);
}

int32_t acme_account_key_change(void *instance, signet_call_t *call, const signet_request_t *http,
                                signet_exchange_t *exchange)
{
    acme_request_t request;
    const signet_json_t *content = NULL;
    signet_public_key_t key;
    acme_account_t owner;
    int32_t status = acme_request_verify(instance, call, http, exchange, ACME_BY_ACCOUNT, &request);
    if (status == SIGNET_OK) {
        status = acme_request_acts(call, &request);
    }
    if (status == SIGNET_OK) {
        status = read_inner(call, &request, &content, &key);
    }
    if (status == SIGNET_OK) {
        status = check_content(call, &request, content);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    status = acme_account_find(call, request.acme, request.directory, &key, &owner);
    if (status == SIGNET_OK) {
        return answer_taken(call, &request, &owner);
    }
    if (status != SIGNET_NOT_FOUND) {
        return status;
    }
    call->services->clear(call);
    status = replace(call, &request, &key);
    if (status != SIGNET_OK) {
        return status;
    }
    signet_json_writer_t writer = signet_json_writer(call, 64);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "status", request.account.state);
    signet_json_end_object(&writer);
    const acme_answer_t answer = {.status = 200};
    return acme_request_answer_json(call, &request, &answer, &writer);
}
