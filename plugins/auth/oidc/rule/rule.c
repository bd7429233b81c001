#include "rule.h"

#include "reject.h"
#include "template.h"
#include "token/claim.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define GRANTS_MAX 64U

/* Grants that are being collected. */
typedef struct collection {
    signet_grant_t *grants;
    uint64_t count;
} collection_t;

/* The tests a condition may make; exactly one of them is set. */
static const char *const tests[] = {"equals", "one_of", "matches", "contains"};

static int32_t check_condition(signet_call_t *call, const signet_setting_t *condition)
{
    int set = 0;
    for (uint64_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        const signet_setting_t *test = signet_setting(condition, tests[i]);
        set += test != NULL &&
               (test->text.length > 0 || signet_setting_count(condition, tests[i]) > 0);
    }
    if (set != 1 || signet_setting_text(condition, "claim").length == 0) {
        return signet_setting_fail(call, condition, "oidc.condition",
                                   "A condition names a claim and one test that is not empty: "
                                   "equals, one_of, matches or contains.");
    }
    return SIGNET_OK;
}

static int32_t check_grant(signet_call_t *call, const signet_setting_t *grant)
{
    const signet_setting_t *names = signet_setting(grant, "names");
    for (uint64_t i = 0; i < signet_setting_count(grant, "names"); i++) {
        const signet_setting_t *pattern = signet_setting_at(names, i);
        if (pattern->text.length == 0 || !oidc_template_valid(pattern->text)) {
            return signet_setting_fail(call, pattern, "oidc.template",
                                       "\"%.*s\" is not a pattern of names: write claims as "
                                       "%%{CLAIM} and a percent sign as %%%%.",
                                       SIGNET_FORMAT(pattern->text));
        }
    }
    return SIGNET_OK;
}

static int32_t check_rule(signet_call_t *call, const signet_setting_t *rule)
{
    const signet_setting_t *conditions = signet_setting(rule, "conditions");
    const signet_setting_t *grants = signet_setting(rule, "grants");
    uint64_t count = signet_setting_count(rule, "conditions");
    int32_t status = SIGNET_OK;
    if (count == 0 || signet_setting_count(rule, "grants") == 0) {
        return signet_setting_fail(call, rule, "oidc.rule",
                                   "A rule has conditions and grants: without a condition it would "
                                   "grant to everybody whom the issuer knows.");
    }
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        status = check_condition(call, signet_setting_at(conditions, i));
    }
    for (uint64_t i = 0; status == SIGNET_OK && i < signet_setting_count(rule, "grants"); i++) {
        status = check_grant(call, signet_setting_at(grants, i));
    }
    return status;
}

int32_t oidc_rules_check(signet_call_t *call, const signet_setting_t *issuer)
{
    const signet_setting_t *rules = signet_setting(issuer, "rules");
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < signet_setting_count(issuer, "rules"); i++) {
        status = check_rule(call, signet_setting_at(rules, i));
    }
    return status;
}

static int holds(signet_call_t *call, const signet_setting_t *condition,
                 const signet_json_t *claims)
{
    const signet_json_t *claim = oidc_claim(claims, signet_setting_text(condition, "claim"));
    signet_text_t contained = signet_setting_text(condition, "contains");
    signet_text_t value;
    if (contained.length > 0) {
        return oidc_claim_contains(call, claim, contained);
    }
    if (!oidc_claim_text(call, claim, &value)) {
        return 0;
    }
    signet_text_t equal = signet_setting_text(condition, "equals");
    signet_text_t pattern = signet_setting_text(condition, "matches");
    if (equal.length > 0) {
        return signet_text_equal(value, equal);
    }
    if (pattern.length > 0) {
        return signet_text_matches(value, pattern);
    }
    const signet_setting_t *list = signet_setting(condition, "one_of");
    for (uint64_t i = 0; i < signet_setting_count(condition, "one_of"); i++) {
        if (signet_text_equal(value, signet_setting_at(list, i)->text)) {
            return 1;
        }
    }
    return 0;
}

static int all_hold(signet_call_t *call, const signet_setting_t *rule, const signet_json_t *claims)
{
    const signet_setting_t *conditions = signet_setting(rule, "conditions");
    uint64_t count = signet_setting_count(rule, "conditions");
    for (uint64_t i = 0; i < count; i++) {
        if (!holds(call, signet_setting_at(conditions, i), claims)) {
            return 0;
        }
    }
    return count > 0;
}

/* One grant for each pattern of names; one without where there are none. */
static int32_t add_grant(signet_call_t *call, const signet_setting_t *setting,
                         const signet_json_t *claims, collection_t *collection)
{
    const signet_setting_t *names = signet_setting(setting, "names");
    uint64_t patterns = signet_setting_count(setting, "names");
    for (uint64_t i = 0; i < (patterns ? patterns : 1); i++) {
        if (collection->count == GRANTS_MAX) {
            return oidc_reject(call, "the rules grant it more than %u roles", GRANTS_MAX);
        }
        signet_grant_t *grant = &collection->grants[collection->count];
        *grant = (signet_grant_t){
            .size = sizeof *grant,
            .role = signet_setting_text(setting, "role"),
            .authority = signet_setting_text(setting, "authority"),
            .profile = signet_setting_text(setting, "profile"),
        };
        if (patterns > 0) {
            int32_t status = oidc_template_pattern(call, signet_setting_at(names, i)->text, claims,
                                                   &grant->names);
            if (status != SIGNET_OK) {
                return status;
            }
        }
        collection->count++;
    }
    return SIGNET_OK;
}

static int32_t apply(signet_call_t *call, const signet_setting_t *rule, const signet_json_t *claims,
                     collection_t *collection)
{
    const signet_setting_t *grants = signet_setting(rule, "grants");
    uint64_t before = collection->count;
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < signet_setting_count(rule, "grants"); i++) {
        status = add_grant(call, signet_setting_at(grants, i), claims, collection);
    }
    if (status == SIGNET_UNAUTHENTICATED) {
        /* The rule grants nothing, rather than something without its limits. */
        collection->count = before;
    }
    return status;
}

int32_t oidc_rules_apply(signet_call_t *call, const signet_setting_t *issuer,
                         const signet_json_t *claims, const signet_grant_t **grants,
                         uint64_t *count)
{
    const signet_setting_t *rules = signet_setting(issuer, "rules");
    collection_t collection = {.grants = signet_alloc(call, GRANTS_MAX, sizeof(signet_grant_t))};
    if (collection.grants == NULL) {
        return signet_status(call);
    }
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; i < signet_setting_count(issuer, "rules"); i++) {
        const signet_setting_t *rule = signet_setting_at(rules, i);
        if (!all_hold(call, rule, claims)) {
            continue;
        }
        call->services->clear(call);
        status = apply(call, rule, claims, &collection);
        if (status != SIGNET_OK && status != SIGNET_UNAUTHENTICATED) {
            return status;
        }
    }
    if (collection.count == 0) {
        return status == SIGNET_UNAUTHENTICATED ? status
                                                : oidc_reject(call, "no rule grants it anything");
    }
    call->services->clear(call);
    *grants = collection.grants;
    *count = collection.count;
    return SIGNET_OK;
}
