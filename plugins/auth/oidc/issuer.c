/* Issuers as they are configured. */
#include "option.h"

#include "rule/rule.h"
#include "rule/template.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>
#include <string.h>

/* What a template of actors begins with, up to its ':'; empty where that is not literal. */
static signet_text_t prefix_of(signet_text_t actor)
{
    signet_text_t rest;
    signet_text_t prefix = signet_text_split(actor, ':', &rest);
    int is_literal = rest.data != NULL && memchr(prefix.data, '%', prefix.length) == NULL;
    return is_literal ? prefix : (signet_text_t){NULL, 0};
}

/* An issuer must not be able to name the actors of others. */
static int32_t check_actor(signet_call_t *call, const oidc_auth_t *auth,
                           const oidc_issuer_t *issuer)
{
    static const char *const taken[] = {"token", "uid", "system", "certificate", "peer"};
    const signet_setting_t *setting = signet_setting(issuer->settings, "actor");
    signet_text_t prefix = prefix_of(issuer->actor);
    int is_taken = prefix.length == 0 || !oidc_template_valid(issuer->actor);
    for (uint64_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        is_taken |= signet_text_is(prefix, taken[i]);
    }
    for (const oidc_issuer_t *other = auth->issuers; other < issuer; other++) {
        is_taken |= signet_text_equal(prefix, prefix_of(other->actor));
    }
    if (is_taken) {
        return signet_setting_fail(call, setting ? setting : issuer->settings, "oidc.actor",
                                   "The actors of the issuer \"%.*s\" need ids of their own: begin "
                                   "actor with a word and a colon that no other issuer and no "
                                   "other kind of credential has, like \"%.*s:%%{sub}\".",
                                   SIGNET_FORMAT(issuer->name), SIGNET_FORMAT(issuer->name));
    }
    return SIGNET_OK;
}

static int32_t check_template(signet_call_t *call, const oidc_issuer_t *issuer, const char *name)
{
    const signet_setting_t *setting = signet_setting(issuer->settings, name);
    if (setting != NULL && !oidc_template_valid(setting->text)) {
        return signet_setting_fail(call, setting, "oidc.template",
                                   "\"%.*s\" is not a template: write claims as %%{CLAIM} and a "
                                   "percent sign as %%%%.",
                                   SIGNET_FORMAT(setting->text));
    }
    return SIGNET_OK;
}

static int is_name(signet_text_t name)
{
    for (uint64_t i = 0; i < name.length; i++) {
        char octet = name.data[i];
        if (!((octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
              (octet >= '0' && octet <= '9') || (octet && strchr("-_.", octet)))) {
            return 0;
        }
    }
    return name.length > 0;
}

static int32_t check_keys(signet_call_t *call, const oidc_issuer_t *issuer)
{
    const signet_setting_t *settings = issuer->settings;
    int has_file = signet_setting_text(settings, "jwks_file").length > 0;
    signet_text_t url = signet_setting_text(settings, "jwks_url");
    if (has_file && url.length > 0) {
        return signet_setting_fail(call, settings, "oidc.keys-twice",
                                   "The keys come from jwks_file or from jwks_url: set one of "
                                   "them.");
    }
    if ((url.length > 0 && !signet_text_starts(url, "https://")) ||
        (url.length == 0 && !has_file && !signet_text_starts(issuer->url, "https://"))) {
        return signet_setting_fail(call, settings, "oidc.url",
                                   "Keys are fetched over https alone: set jwks_url to a URL that "
                                   "begins with https://, or jwks_file.");
    }
    return SIGNET_OK;
}

static int32_t check(signet_call_t *call, const oidc_auth_t *auth, const oidc_issuer_t *issuer)
{
    if (!is_name(issuer->name)) {
        return signet_setting_fail(call, issuer->settings, "oidc.name",
                                   "An issuer's name has letters, digits, '-', '_' and '.'.");
    }
    if (signet_setting_count(issuer->settings, "audiences") == 0) {
        return signet_setting_fail(call, issuer->settings, "oidc.audience",
                                   "Without an audience each service that gets a token of the "
                                   "issuer could use it here: set audiences.");
    }
    int32_t status = check_keys(call, issuer);
    if (status == SIGNET_OK) {
        status = check_actor(call, auth, issuer);
    }
    if (status == SIGNET_OK) {
        status = check_template(call, issuer, "person");
    }
    if (status == SIGNET_OK) {
        status = check_template(call, issuer, "display");
    }
    return status == SIGNET_OK ? oidc_rules_check(call, issuer->settings) : status;
}

/* NAME:%{sub}, in memory that outlives the call. */
static char *default_actor(signet_text_t name)
{
    static const char subject[] = ":%{sub}";
    char *actor = malloc(name.length + sizeof subject);
    if (actor != NULL) {
        memcpy(actor, name.data, name.length);
        memcpy(actor + name.length, subject, sizeof subject);
    }
    return actor;
}

static int32_t read_issuer(signet_call_t *call, oidc_auth_t *auth, const signet_setting_t *settings)
{
    oidc_issuer_t *issuer = &auth->issuers[auth->issuer_count++];
    issuer->settings = settings;
    issuer->name = signet_setting_text(settings, "name");
    issuer->url = signet_setting_text(settings, "issuer");
    issuer->person = signet_setting_text(settings, "person");
    issuer->display = signet_setting_text(settings, "display");
    issuer->tenant = signet_setting_text(settings, "tenant");
    issuer->leeway_ms = signet_setting_integer(settings, "leeway", 0);
    issuer->longest_ms = signet_setting_integer(settings, "maximum_lifetime", 0);
    issuer->actor = signet_setting_text(settings, "actor");
    if (issuer->actor.length == 0) {
        issuer->own_actor = default_actor(issuer->name);
        if (issuer->own_actor == NULL) {
            return signet_fail_memory(call);
        }
        issuer->actor = signet_text(issuer->own_actor);
    }
    int32_t status = check(call, auth, issuer);
    return status == SIGNET_OK ? oidc_source_new(call, auth->host, settings, &issuer->source)
                               : status;
}

int32_t oidc_option_read(signet_call_t *call, oidc_auth_t *auth)
{
    const signet_setting_t *list = signet_setting(auth->host->settings, "issuers");
    uint64_t count = signet_setting_count(auth->host->settings, "issuers");
    if (count == 0) {
        return signet_setting_fail(call, list, "oidc.no-issuers",
                                   "No issuer is configured: add one to issuers.");
    }
    auth->issuers = calloc(count, sizeof *auth->issuers);
    if (auth->issuers == NULL) {
        return signet_fail_memory(call);
    }
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        status = read_issuer(call, auth, signet_setting_at(list, i));
    }
    return status;
}
