/* signet.auth/1: from a bearer token to its actor. */
#include "oidc.h"

#include "reject.h"
#include "rule/rule.h"
#include "rule/template.h"
#include "token/check.h"

#include <signet/sdk/error.h>

/* What people read: not worth a refusal where its claims are missing. */
static int32_t set_name(signet_call_t *call, const oidc_issuer_t *issuer, const oidc_token_t *token,
                        signet_actor_t *actor)
{
    actor->name = actor->id;
    if (issuer->display.length == 0) {
        return SIGNET_OK;
    }
    int32_t status = oidc_template_label(call, issuer->display, token->claims, &actor->name);
    if (status == SIGNET_UNAUTHENTICATED) {
        call->services->clear(call);
        actor->name = actor->id;
        status = SIGNET_OK;
    }
    return status;
}

static int32_t make_actor(signet_call_t *call, const oidc_issuer_t *issuer,
                          const oidc_token_t *token, const signet_actor_t **actor)
{
    signet_actor_t *made = signet_alloc(call, 1, sizeof *made);
    if (made == NULL) {
        return signet_status(call);
    }
    made->size = sizeof *made;
    made->method = SIGNET_TEXT("oidc");
    made->tenant = issuer->tenant;
    int32_t status =
        oidc_rules_apply(call, issuer->settings, token->claims, &made->grants, &made->grant_count);
    if (status == SIGNET_OK) {
        status = oidc_template_id(call, issuer->actor, token->claims, &made->id);
    }
    if (status == SIGNET_OK) {
        status = set_name(call, issuer, token, made);
    }
    if (status == SIGNET_OK && issuer->person.length > 0) {
        status = oidc_template_id(call, issuer->person, token->claims, &made->person);
    }
    if (status == SIGNET_OK) {
        *actor = made;
    }
    return status;
}

/* Whether this issuer has said so, to us, and what it is granted here. What costs nothing comes
 * first, so that only a token that is right in all else may have keys fetched. */
static int32_t accept(signet_call_t *call, const oidc_issuer_t *issuer, const oidc_token_t *token,
                      const signet_actor_t **actor)
{
    int32_t status = oidc_check(call, issuer, token);
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_jws_algorithm_t *algorithm = signet_jws_algorithm(token->algorithm);
    if (algorithm == NULL) {
        return oidc_reject(call, "its alg is not one that is taken");
    }
    status = oidc_source_verify(call, issuer->source, token, algorithm);
    return status == SIGNET_OK ? make_actor(call, issuer, token, actor) : status;
}

/* Asks each issuer of this URL: several may share one, as Kubernetes clusters do by default. */
static int32_t ask(const oidc_auth_t *auth, signet_call_t *call, const oidc_token_t *token,
                   const signet_actor_t **actor)
{
    int32_t status = SIGNET_UNAUTHENTICATED;
    for (uint64_t i = 0; i < auth->issuer_count && status == SIGNET_UNAUTHENTICATED; i++) {
        if (!signet_text_equal(auth->issuers[i].url, token->issuer)) {
            continue;
        }
        call->services->clear(call);
        status = accept(call, &auth->issuers[i], token, actor);
        const signet_error_t *error = call->services->error(call);
        if (status != SIGNET_OK && error != NULL && error->status == SIGNET_NO_MEMORY) {
            status = SIGNET_NO_MEMORY;
        }
    }
    return status;
}

static int is_known(const oidc_auth_t *auth, signet_text_t url)
{
    for (uint64_t i = 0; i < auth->issuer_count; i++) {
        if (signet_text_equal(auth->issuers[i].url, url)) {
            return 1;
        }
    }
    return 0;
}

int32_t oidc_authenticate(void *instance, signet_call_t *call,
                          const signet_credential_t *credential, const signet_actor_t **actor)
{
    const oidc_auth_t *auth = instance;
    oidc_token_t token = {0};
    int32_t status = SIGNET_UNSUPPORTED;
    if (signet_text_is(credential->scheme, "bearer")) {
        status = oidc_token_read(call, credential->value, &token);
    }
    if (status == SIGNET_NO_MEMORY) {
        return status;
    }
    if (status != SIGNET_OK || !is_known(auth, token.issuer)) {
        call->services->clear(call);
        return signet_fail(call, SIGNET_UNSUPPORTED, "oidc.other-kind",
                           "The credential is not a token of an issuer that is configured here.");
    }
    status = oidc_token_read_header(call, &token);
    if (status == SIGNET_OK) {
        status = ask(auth, call, &token, actor);
    }
    return status == SIGNET_UNAUTHENTICATED ? oidc_refuse(call, token.issuer) : status;
}
