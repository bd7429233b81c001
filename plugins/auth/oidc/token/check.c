#include "check.h"

#include "claim.h"
#include "reject.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/setting.h>

/* Whether one of the issuer's texts is this one. */
static int lists(const oidc_issuer_t *issuer, const char *name, signet_text_t text)
{
    const signet_setting_t *list = signet_setting(issuer->settings, name);
    uint64_t count = signet_setting_count(issuer->settings, name);
    for (uint64_t i = 0; i < count; i++) {
        if (signet_text_equal(signet_setting_at(list, i)->text, text)) {
            return 1;
        }
    }
    return 0;
}

/* The header says nothing that the issuer's settings do not. */
static int32_t check_header(signet_call_t *call, const oidc_issuer_t *issuer,
                            const oidc_token_t *token)
{
    if (!lists(issuer, "algorithms", token->algorithm)) {
        return oidc_reject(call, "its alg \"%.*s\" is not among the algorithms of the issuer",
                           SIGNET_FORMAT(token->algorithm));
    }
    const signet_setting_t *types = signet_setting(issuer->settings, "types");
    uint64_t count = signet_setting_count(issuer->settings, "types");
    int right = token->type.length == 0;
    for (uint64_t i = 0; i < count; i++) {
        right |= signet_text_equal_nocase(signet_setting_at(types, i)->text, token->type);
    }
    return right ? SIGNET_OK
                 : oidc_reject(call, "its typ \"%.*s\" is not among the types of the issuer",
                               SIGNET_FORMAT(token->type));
}

static int32_t check_times(signet_call_t *call, const oidc_issuer_t *issuer,
                           const signet_json_t *claims)
{
    int64_t now = signet_now();
    int64_t issued = -1;
    int64_t begins = -1;
    int64_t ends = -1;
    if (!oidc_claim_time(claims, "iat", &issued) || !oidc_claim_time(claims, "nbf", &begins) ||
        !oidc_claim_time(claims, "exp", &ends)) {
        return oidc_reject(call, "one of its iat, nbf and exp is not a time");
    }
    if (issued < 0 || ends < 0) {
        return oidc_reject(call, "it has no %s", ends < 0 ? "exp" : "iat");
    }
    if (now >= ends + issuer->leeway_ms) {
        return oidc_reject(call, "it has expired (exp)");
    }
    if (issued > now + issuer->leeway_ms || begins > now + issuer->leeway_ms) {
        return oidc_reject(call, "it is not valid yet (%s): see whether the clocks are right",
                           begins > now + issuer->leeway_ms ? "nbf" : "iat");
    }
    if (ends - issued > issuer->longest_ms) {
        return oidc_reject(call, "it is valid longer than maximum_lifetime");
    }
    return SIGNET_OK;
}

/* One of the audiences is ours. A token for others besides could be one that they pass on: then
 * all must be ours, unless the party that it was made for is known. */
static int32_t check_audience(signet_call_t *call, const oidc_issuer_t *issuer,
                              const signet_json_t *claims, int party_known)
{
    const signet_json_t *audience = signet_json_get(claims, "aud");
    int is_list = audience != NULL && audience->kind == SIGNET_JSON_ARRAY;
    const signet_json_t *items = is_list ? audience->items : audience;
    uint64_t count = is_list ? audience->count : audience != NULL;
    uint64_t ours = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (items[i].kind != SIGNET_JSON_TEXT) {
            return oidc_reject(call, "its aud is neither a text nor a list of texts");
        }
        ours += lists(issuer, "audiences", items[i].text) ? 1 : 0;
    }
    if (ours == 0) {
        return oidc_reject(call, "it is for another audience (aud)");
    }
    if (ours < count && !party_known) {
        return oidc_reject(call, "it is for other audiences besides (aud): list them all, or set "
                                 "authorised_parties");
    }
    return SIGNET_OK;
}

/* The party that a token was issued to: azp (OpenID Connect Core, 2), client_id (RFC 9068), or
 * appid (Microsoft Entra ID, version 1). */
static int32_t check_party(signet_call_t *call, const oidc_issuer_t *issuer,
                           const signet_json_t *claims, int *known)
{
    static const char *const names[] = {"azp", "client_id", "appid"};
    *known = 0;
    if (signet_setting_count(issuer->settings, "authorised_parties") == 0) {
        return SIGNET_OK;
    }
    for (uint64_t i = 0; i < sizeof names / sizeof *names; i++) {
        const signet_json_t *party = signet_json_get(claims, names[i]);
        if (party != NULL) {
            *known =
                party->kind == SIGNET_JSON_TEXT && lists(issuer, "authorised_parties", party->text);
            break;
        }
    }
    return *known ? SIGNET_OK
                  : oidc_reject(call, "it was issued to a party that is not among "
                                      "authorised_parties (azp, client_id, appid)");
}

int32_t oidc_check(signet_call_t *call, const oidc_issuer_t *issuer, const oidc_token_t *token)
{
    int party_known = 0;
    int32_t status = check_header(call, issuer, token);
    if (status == SIGNET_OK) {
        status = check_times(call, issuer, token->claims);
    }
    if (status == SIGNET_OK) {
        status = check_party(call, issuer, token->claims, &party_known);
    }
    if (status == SIGNET_OK) {
        status = check_audience(call, issuer, token->claims, party_known);
    }
    return status;
}
