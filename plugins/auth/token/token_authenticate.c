/* signet.auth/1: from a bearer token to its actor. */
#include <signet/sdk/encode.h>
#include <string.h>

#include "token.h"
#include "token_entry.h"
#include "token_grant.h"
#include "token_secret.h"

/* What is compared with where there is no record, so that an unknown id costs what a known one
 * does. No secret hashes to it: nobody knows what would. */
static const uint8_t nothing[TOKEN_DIGEST_LENGTH];

/* One answer for unknown, wrong, expired and revoked tokens. */
static int32_t refuse(signet_call_t *call)
{
    return signet_fail(call, SIGNET_UNAUTHENTICATED, "token.invalid",
                       "The token is not valid. Ask an administrator for a new one: signet token "
                       "create.");
}

static int32_t read_stored(const token_auth_t *auth, signet_call_t *call,
                           const token_secret_t *secret, token_t *token)
{
    signet_store_t store;
    const signet_record_t *record = NULL;
    uint64_t mark = token_cache_mark(auth->cache, secret->id);
    int32_t status = signet_store(call, auth->store, &store);
    if (status == SIGNET_OK)
        status = store.interface->get(store.instance, call, SIGNET_TEXT(TOKEN_COLLECTION),
                                      secret->id, &record);
    if (status != SIGNET_OK && status != SIGNET_NOT_FOUND)
        return status;
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        record = NULL;
    }
    signet_bytes_t digest = {nothing, sizeof nothing};
    int64_t expires = 0;
    if (record != NULL) {
        digest = token_record_digest(record);
        expires = token_record_expires(record);
    }
    int right = signet_bytes_equal_secret(digest, secret->digest);
    int current = expires > signet_now();
    if (!(right & current))
        return refuse(call);
    status = token_record_read(call, record, token);
    if (status == SIGNET_OK)
        token_cache_put(auth->cache, token, mark);
    return status;
}

static int32_t make_actor(signet_call_t *call, const token_t *token, const signet_actor_t **actor)
{
    signet_actor_t *made = signet_alloc(call, 1, sizeof *made);
    if (made == NULL)
        return signet_status(call);
    made->size = sizeof *made;
    made->id = signet_format(call, "token:%.*s", SIGNET_FORMAT(token->id));
    made->name = token->name;
    /* Whoever broke the glass is told apart in every entry that follows. */
    made->method = signet_text_is(token->entry, TOKEN_ENTRY_GLASS) ? SIGNET_TEXT(TOKEN_ENTRY_GLASS)
                                                                   : SIGNET_TEXT("token");
    made->tenant = token->tenant;
    made->grants = token->grants;
    made->grant_count = token->grant_count;
    made->person = token->person;
    if (made->id.data == NULL)
        return signet_status(call);
    *actor = made;
    return SIGNET_OK;
}

int32_t token_authenticate(void *instance, signet_call_t *call,
                           const signet_credential_t *credential, const signet_actor_t **actor)
{
    const token_auth_t *auth = instance;
    if (!signet_text_is(credential->scheme, "bearer") ||
        !signet_text_starts(credential->value, TOKEN_PREFIX))
        return signet_fail(call, SIGNET_UNSUPPORTED, "token.other-kind",
                           "The credential is not a token of Signet.");
    token_secret_t secret;
    if (!token_secret_read(call, credential->value, &secret))
        return refuse(call);

    token_t token;
    /* A wrong secret for a kept token goes the long way too, so that the time of a refusal does not
     * tell which tokens are in use. */
    if (token_cache_get(auth->cache, call, secret.id, &token)) {
        int right = signet_bytes_equal_secret(token.digest, secret.digest);
        int current = token.expires > signet_now();
        if (right & current)
            return make_actor(call, &token, actor);
    }
    int32_t status = read_stored(auth, call, &secret, &token);
    return status == SIGNET_OK ? make_actor(call, &token, actor) : status;
}
