/* signet.auth/1: from a TLS client's certificate to its actor. */
#include "certificate.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

#include "certificate_own.h"
#include "certificate_rule.h"

/* What is not ours to judge is left to other plugins and instances. */
static int32_t leave(signet_call_t *call)
{
    call->services->clear(call);
    return signet_fail(call, SIGNET_UNSUPPORTED, "certificate.other-kind",
                       "The credential is not a client certificate of an authority known here.");
}

/* One answer for all; only the log says why. */
static int32_t refuse(signet_call_t *call, const char *why)
{
    call->services->clear(call);
    return signet_fail_detail(call, SIGNET_UNAUTHENTICATED, "certificate.invalid", why,
                              "The client certificate is not accepted: it may be unknown, expired, "
                              "held or revoked. Ask for a new one.");
}

/* The same for what the call's error says, unless that is a failure of ours. */
static int32_t refuse_error(signet_call_t *call)
{
    const signet_error_t *error = call->services->error(call);
    if (error->status != SIGNET_INVALID && error->status != SIGNET_TOO_LARGE)
        return error->status;
    const char *why = signet_text_string(call, error->message);
    return why != NULL ? refuse(call, why) : signet_status(call);
}

/* What is tried for one authority. */
typedef struct attempt {
    certificate_auth_t *auth;
    signet_call_t *call;
    const signet_credential_t *credential;
    certificate_client_t *client;
    const char *why; /* what was wrong, with an authority that it seems to be of; or NULL */
} attempt_t;

/* Whether the path holds against what is trusted now, by a verdict that still stands or anew. */
static int holds(attempt_t *attempt, uint64_t index, const certificate_trust_t *trust)
{
    const certificate_authority_t *authority = &attempt->auth->authorities[index];
    certificate_verdict_t verdict;
    uint64_t number = certificate_trust_number(trust);
    if (certificate_cache_get(attempt->auth->cache, attempt->client->fingerprint, &verdict) &&
        verdict.authority == index && verdict.trust == number && verdict.until > signet_now())
        return 1;
    int own = certificate_authority_is_own(authority);
    certificate_path_t path = {.certificate = attempt->credential->certificate,
                               .client_auth = authority->client_auth};
    if (!own && SIGNET_HAS(attempt->credential, chain_count)) {
        path.chain = attempt->credential->chain;
        path.chain_count = attempt->credential->chain_count;
    }
    if (!certificate_trust_validate(trust, &path)) {
        if (!path.foreign)
            attempt->why = path.why;
        return 0;
    }
    verdict = (certificate_verdict_t){index, number, path.until};
    certificate_cache_put(attempt->auth->cache, attempt->client->fingerprint, &verdict);
    return 1;
}

/* 1 where a foreign authority's certificate is good. */
static int32_t try_foreign(attempt_t *attempt, uint64_t index)
{
    certificate_authority_t *authority = &attempt->auth->authorities[index];
    certificate_trust_t *trust = certificate_authority_trust(attempt->call, authority);
    if (trust == NULL) {
        attempt->why = "a file of its authority cannot be used";
        return 0;
    }
    int good = holds(attempt, index, trust);
    certificate_trust_release(trust);
    return good;
}

static int32_t try_with(attempt_t *attempt, uint64_t index, signet_call_t *asking)
{
    certificate_authority_t *authority = &attempt->auth->authorities[index];
    certificate_trust_t *trust = certificate_own_trust(asking, attempt->auth->ca, authority);
    const signet_error_t *error = asking->services->error(asking);
    if (trust == NULL && error != NULL && error->status != SIGNET_NOT_FOUND)
        return attempt->call->services->fail(attempt->call, error);
    if (trust == NULL) {
        attempt->why = "its authority is not in service";
        return 0;
    }
    int32_t good = holds(attempt, index, trust);
    certificate_trust_release(trust);
    return good ? certificate_own_check(attempt->call, asking, attempt->auth->ca, authority,
                                        attempt->client, &attempt->why)
                : 0;
}

/* 1 where Signet itself issued the certificate and it is valid. */
static int32_t try_own(attempt_t *attempt, uint64_t index)
{
    const certificate_authority_t *authority = &attempt->auth->authorities[index];
    signet_call_t *asking = signet_reading(attempt->call, authority->host, authority->tenant);
    if (asking == NULL)
        return signet_status(attempt->call);
    int32_t result = try_with(attempt, index, asking);
    asking->services->end(asking);
    return result;
}

/* 1 and the authority that the certificate is good for; 0 where there is none, or a failure. */
static int32_t find_authority(attempt_t *attempt, const certificate_authority_t **found)
{
    certificate_auth_t *auth = attempt->auth;
    for (uint64_t i = 0; i < auth->authority_count; i++) {
        int32_t result = certificate_authority_is_own(&auth->authorities[i])
                             ? try_own(attempt, i)
                             : try_foreign(attempt, i);
        if (result < 0)
            return result;
        if (result == 1) {
            *found = &auth->authorities[i];
            return 1;
        }
    }
    return 0;
}

/* The first rule about the client decides. */
static int32_t apply_rules(const certificate_auth_t *auth, signet_call_t *call,
                           const certificate_client_t *client, signet_text_t tenant,
                           const signet_actor_t **actor)
{
    for (uint64_t i = 0; auth->rules != NULL && i < auth->rules->member_count; i++) {
        const signet_setting_t *rule = signet_setting_at(auth->rules, i);
        int matches = 0;
        int32_t status = certificate_rule_match(call, rule, client, &matches);
        if (status == SIGNET_OK && matches)
            status = certificate_rule_actor(call, rule, client, tenant, actor);
        if (status != SIGNET_OK)
            return refuse_error(call);
        if (matches)
            return SIGNET_OK;
    }
    return refuse(call, "no rule is about it");
}

static int is_current(const signet_x509_t *x509)
{
    int64_t now = signet_now();
    return x509->not_before <= now && now < x509->not_after;
}

int32_t certificate_authenticate(void *instance, signet_call_t *call,
                                 const signet_credential_t *credential,
                                 const signet_actor_t **actor)
{
    certificate_client_t client;
    const certificate_authority_t *authority = NULL;
    attempt_t attempt = {
        .auth = instance, .call = call, .credential = credential, .client = &client};
    /* A header says by what its sender wants to be judged; a certificate is just there. */
    if (credential->scheme.length > 0 || credential->certificate.length == 0)
        return leave(call);
    if (certificate_client_read(call, credential->certificate, &client) != SIGNET_OK)
        return refuse_error(call);
    if (client.x509->is_ca)
        return refuse(call, "it is of an authority");
    if (!is_current(client.x509))
        return refuse(call, "it has expired or is not valid yet");
    int32_t result = find_authority(&attempt, &authority);
    if (result < 0)
        return result;
    if (result == 0 && attempt.why == NULL)
        return leave(call);
    if (result == 0)
        return refuse(call, attempt.why);
    client.authority = authority->name;
    return apply_rules(attempt.auth, call, &client, authority->tenant, actor);
}
