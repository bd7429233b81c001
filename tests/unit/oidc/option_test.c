/* Configurations that are refused. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ISSUER(name_, rest_)                                                                       \
    "{ name = \"" name_ "\"; issuer = \"https://a.example\"; audiences = [\"x\"]; " rest_ " }"
#define RULE(conditions_, grants_)                                                                 \
    "rules = ({ name = \"r\"; conditions = (" conditions_ "); grants = (" grants_ "); });"
#define CONDITION "{ claim = \"sub\"; equals = \"a\"; }"
#define GRANT "{ role = \"requester\"; }"
#define RULES RULE(CONDITION, GRANT)

static void refused(const char *issuers, const char *reason)
{
    signet_check_t *check = signet_check_begin();
    char settings[2048];
    snprintf(settings, sizeof settings, "issuers = (%s);", issuers);
    int32_t status = signet_check_open(check, "auth-oidc", "oidc", settings);
    ck_assert_msg(status != SIGNET_OK, "%s", settings);
    const signet_error_t *error = signet_check_error(check);
    ck_assert_msg(signet_text_is(error->reason, reason), "%.*s: %.*s", SIGNET_FORMAT(error->reason),
                  SIGNET_FORMAT(error->message));
    signet_check_end(check);
}

START_TEST(refuses_configurations)
{
    refused("", "oidc.no-issuers");
    refused(ISSUER("a", "tenant = \"blue\"; " RULES), "tenant.not-found");
    refused(ISSUER("a/b", RULES), "oidc.name");
    refused("{ name = \"a\"; issuer = \"https://a.example\"; audiences = []; " RULES " }",
            "oidc.audience");
    refused(ISSUER("a", "actor = \"%{sub}\"; " RULES), "oidc.actor");
    refused(ISSUER("a", "actor = \"uid:%{sub}\"; " RULES), "oidc.actor");
    refused(ISSUER("a", "actor = \"token:%{sub}\"; " RULES), "oidc.actor");
    refused(ISSUER("token", RULES), "oidc.actor");
    refused(ISSUER("a", "actor = \"%{a}:%{sub}\"; " RULES), "oidc.actor");
    refused(ISSUER("a", "actor = \":%{sub}\"; " RULES), "oidc.actor");
    refused(ISSUER("a", "actor = \"x:%{sub\"; " RULES), "oidc.actor");
    refused(ISSUER("a", "actor = \"x:%{}\"; " RULES), "oidc.actor");
    refused(ISSUER("a", RULES) "," ISSUER("b", "actor = \"a:%{x}\"; " RULES), "oidc.actor");
    refused(ISSUER("a", "person = \"%x\"; " RULES), "oidc.template");
    refused(ISSUER("a", "display = \"%{\"; " RULES), "oidc.template");
    refused(ISSUER("a", "jwks_url = \"http://a.example/\"; " RULES), "oidc.url");
    refused("{ name = \"a\"; issuer = \"http://a.example\"; audiences = [\"x\"]; " RULES " }",
            "oidc.url");
    refused(ISSUER("a", "jwks_file = \"x\"; jwks_url = \"https://a.example/\"; " RULES),
            "oidc.keys-twice");
    refused(ISSUER("a", "jwks_file = \"missing\"; " RULES), "file.missing");
    refused(ISSUER("a", "outbound = { permit = [\"x\"]; }; " RULES), "outbound.range");
    refused(ISSUER("a", RULE("", GRANT)), "oidc.rule");
    refused(ISSUER("a", RULE(CONDITION, "")), "oidc.rule");
    refused(ISSUER("a", RULE("{ claim = \"sub\"; }", GRANT)), "oidc.condition");
    refused(ISSUER("a", RULE("{ claim = \"\"; equals = \"a\"; }", GRANT)), "oidc.condition");
    refused(ISSUER("a", RULE("{ claim = \"sub\"; equals = \"\"; }", GRANT)), "oidc.condition");
    refused(ISSUER("a", RULE("{ claim = \"s\"; equals = \"a\"; matches = \"*\"; }", GRANT)),
            "oidc.condition");
    refused(ISSUER("a", RULE(CONDITION, "{ role = \"r\"; names = [\"\"]; }")), "oidc.template");
    refused(ISSUER("a", RULE(CONDITION, "{ role = \"r\"; names = [\"a%b\"]; }")), "oidc.template");
}
END_TEST

/* The shipped examples are taken as they are. */
START_TEST(takes_shipped_issuers)
{
    static const char *const names[] = {"github-actions", "gitlab-ci", "kubernetes", "entra-id"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        signet_check_t *check = signet_check_begin();
        char path[512];
        char issuer[8192];
        char settings[8300];
        snprintf(path, sizeof path, "%s/config/issuers/%s.cfg", getenv("SIGNET_SOURCE"), names[i]);
        FILE *file = fopen(path, "r");
        ck_assert_ptr_nonnull(file);
        issuer[fread(issuer, 1, sizeof issuer - 1, file)] = 0;
        fclose(file);
        snprintf(settings, sizeof settings, "issuers = (%s);", issuer);
        int32_t status = signet_check_open(check, "auth-oidc", "oidc", settings);
        ck_assert_msg(status == SIGNET_OK, "%s: %d", names[i], status);
        signet_check_end(check);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("oidc-option");
    TCase *tcase = tcase_create("oidc-option");
    tcase_add_test(tcase, refuses_configurations);
    tcase_add_test(tcase, takes_shipped_issuers);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
