/* Tokens that are right, and what they are granted. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static signet_call_t *call;
static const signet_actor_t *actor;

static void accept(signet_text_t token)
{
    int32_t status = world_authenticate(token, &call, &actor);
    ck_assert_msg(status == SIGNET_OK, "%d: %.*s", status,
                  SIGNET_FORMAT(call->services->error(call)->detail));
}

static void expect(signet_text_t text, const char *wanted)
{
    ck_assert_msg(signet_text_is(text, wanted), "\"%.*s\" is not \"%s\"", SIGNET_FORMAT(text),
                  wanted);
}

START_TEST(takes_every_algorithm)
{
    static const char *const names[][2] = {
        {"RS256", "RS256"}, {"RS256", "RS384"}, {"RS256", "RS512"}, {"RS256", "PS256"},
        {"RS256", "PS384"}, {"RS256", "PS512"}, {"ES256", "ES256"}, {"ES384", "ES384"},
        {"ES512", "ES512"}, {"EdDSA", "EdDSA"}, {"Ed448", "EdDSA"}};
    world_open_usual("algorithms = [\"RS256\", \"RS384\", \"RS512\", \"PS256\", \"PS384\", "
                     "\"PS512\", \"ES256\", \"ES384\", \"ES512\", \"EdDSA\"];" WORLD_RULES);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        accept(world_tell("{\"do\":\"token\",\"key\":\"%s\",\"alg\":\"%s\"}", names[i][0],
                          names[i][1]));
        expect(actor->id, "ci:alice");
        expect(actor->name, "ci:alice");
        expect(actor->method, "oidc");
        expect(actor->tenant, "");
        expect(actor->person, "");
        ck_assert_uint_eq(actor->grant_count, 1);
        expect(actor->grants[0].role, "requester");
        expect(actor->grants[0].names, "");
        signet_check_call_end(call);
    }
}
END_TEST

START_TEST(takes_what_standards_leave_open)
{
    world_open_usual("authorised_parties = [\"web\"];" WORLD_RULES);
    static const char *const good[] = {
        "{\"do\":\"token\",\"claims\":{\"azp\":\"web\"}}",
        "{\"do\":\"token\",\"claims\":{\"client_id\":\"web\"}}",
        "{\"do\":\"token\",\"claims\":{\"appid\":\"web\",\"aud\":[\"x\",\"signet\"]}}",
        "{\"do\":\"token\",\"claims\":{\"azp\":\"web\",\"nbf\":-5}}",
        "{\"do\":\"token\",\"claims\":{\"azp\":\"web\",\"exp\":-10}}",
        "{\"do\":\"token\",\"claims\":{\"azp\":\"web\",\"iat\":10.5,\"exp\":60.25}}",
        "{\"do\":\"token\",\"claims\":{\"azp\":\"web\"},\"headers\":{\"typ\":\"at+JWT\"}}",
        "{\"do\":\"token\",\"claims\":{\"azp\":\"web\"},\"headers\":{\"typ\":null}}",
        /* What a header embeds or points to is not looked at. */
        "{\"do\":\"token\",\"claims\":{\"azp\":\"web\"},\"headers\":{\"jku\":\"https://x/\","
        "\"x5u\":\"https://x/\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"},\"x5c\":[\"AA\"]}}",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        accept(world_tell("%s", good[i]));
        signet_check_call_end(call);
    }
}
END_TEST

START_TEST(adds_up_what_rules_grant)
{
    world_open_usual(
        "actor = \"github:%{repository}:%{ref}\"; person = \"%{actor_id}\"; display = \"%{name}\";"
        "tenant = \"red\";"
        "rules = ("
        " { name = \"a\"; conditions = ({ claim = \"repository\"; equals = \"org/app\"; },"
        "   { claim = \"ref\"; matches = \"refs/heads/*\"; });"
        "   grants = ({ role = \"requester\"; profile = \"workload\"; authority = \"issuing\";"
        "     names = [\"uri:spiffe://example.com/%{repository|path}\", \"dns:%{env}.example\"]; "
        "});"
        " },"
        " { name = \"b\"; conditions = ({ claim = \"groups\"; contains = \"pki\"; });"
        "   grants = ({ role = \"officer\"; }, { role = \"auditor\"; }); },"
        " { name = \"c\"; conditions = ({ claim = \"ref\"; one_of = [\"x\", \"refs/tags/1\"]; });"
        "   grants = ({ role = \"administrator\"; }); },"
        " { name = \"d\"; conditions = ({ claim = \"protected\"; equals = \"true\"; },"
        "   { claim = \"run\"; equals = \"42\"; }); grants = ({ role = \"d\"; }); });");
    accept(world_tell("{\"do\":\"token\",\"claims\":{\"repository\":\"org/app\",\"env\":\"prod\","
                      "\"ref\":\"refs/heads/main\",\"groups\":[\"a\",\"pki\"],\"actor_id\":7,"
                      "\"name\":\"A B\"}}"));
    expect(actor->id, "github:org/app:refs/heads/main");
    expect(actor->person, "7");
    expect(actor->name, "A B");
    expect(actor->tenant, "red");
    ck_assert_uint_eq(actor->grant_count, 4);
    expect(actor->grants[0].role, "requester");
    expect(actor->grants[0].profile, "workload");
    expect(actor->grants[0].authority, "issuing");
    expect(actor->grants[0].names, "uri:spiffe://example.com/org/app");
    expect(actor->grants[1].names, "dns:prod.example");
    expect(actor->grants[2].role, "officer");
    expect(actor->grants[3].role, "auditor");
    signet_check_call_end(call);
    accept(world_tell("{\"do\":\"token\",\"claims\":{\"repository\":\"x:y\",\"actor_id\":7,"
                      "\"ref\":\"refs/tags/1\",\"groups\":\"pki\",\"name\":\"\\u00e4\\n\","
                      "\"protected\":true,\"run\":42}}"));
    /* Two claims cannot be told apart by a colon inside one of them. */
    expect(actor->id, "github:x%3Ay:refs/tags/1");
    expect(actor->name, "\xc3\xa4 ");
    ck_assert_uint_eq(actor->grant_count, 4);
    expect(actor->grants[2].role, "administrator");
    expect(actor->grants[3].role, "d");
    signet_check_call_end(call);
    /* A claim that would widen the pattern, or that is missing: the rule grants nothing at all. */
    static const char *const claims[] = {"\"repository\":\"org/app\",\"env\":\"*\"",
                                         "\"repository\":\"org/app\",\"env\":\"a/b\"",
                                         "\"repository\":\"org/app\",\"env\":\"..\"",
                                         "\"repository\":\"org/app\",\"env\":\"\"",
                                         "\"repository\":\"org/app\",\"env\":\"a,b\"",
                                         "\"repository\":\"org/app\",\"env\":\"a\\nb\"",
                                         "\"repository\":\"org/app\",\"env\":\"a:b\"",
                                         "\"repository\":\"org/app\",\"env\":[\"a\"]",
                                         "\"repository\":\"org/app\",\"env\":\"\\u00e4\"",
                                         "\"repository\":\"org/app\""};
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        accept(world_tell("{\"do\":\"token\",\"claims\":{%s,\"ref\":\"refs/heads/main\","
                          "\"groups\":[\"pki\"],\"actor_id\":7}}",
                          claims[i]));
        ck_assert_uint_eq(actor->grant_count, 2);
        expect(actor->grants[0].role, "officer");
        /* Without the claim for people, the id is for them. */
        expect(actor->name, "github:org/app:refs/heads/main");
        signet_check_call_end(call);
    }
    world_refused(world_tell("{\"do\":\"token\",\"claims\":{\"repository\":\"org/app\",\"ref\":"
                             "\"refs/heads/main\",\"actor_id\":7,\"name\":\"x\"}}"),
                  "env");
    world_refused(world_tell("{\"do\":\"token\",\"claims\":{\"repository\":\"org/other\",\"ref\":"
                             "\"refs/heads/main\",\"actor_id\":7,\"name\":\"x\"}}"),
                  "no rule");
    world_refused(world_tell("{\"do\":\"token\",\"claims\":{\"ref\":\"refs/tags/1\",\"actor_id\":7,"
                             "\"name\":\"x\"}}"),
                  "repository");
    /* Without the claim that tells persons apart, nobody is anybody. */
    world_refused(world_tell("{\"do\":\"token\",\"claims\":{\"repository\":\"a\",\"ref\":\"x\"}}"),
                  "actor_id");
}
END_TEST

START_TEST(reads_claims_of_kubernetes)
{
    world_open_usual(
        "actor = \"k8s:%{sub}\";"
        "rules = ({ name = \"a\"; conditions ="
        " ({ claim = \"/kubernetes.io/namespace\"; equals = \"payments\"; },"
        "  { claim = \"/kubernetes.io/serviceaccount/name\"; matches = \"api*\"; },"
        "  { claim = \"/a~1b/c~0d\"; equals = \"e\"; },"
        "  { claim = \"https://example.com/claim\"; equals = \"f\"; });"
        " grants = ({ role = \"requester\"; names = [\"uri:spiffe://td/ns/"
        "%{/kubernetes.io/namespace}/sa/%{/kubernetes.io/serviceaccount/name}\"]; }); });");
    accept(world_tell(
        "{\"do\":\"token\",\"claims\":{\"sub\":\"system:serviceaccount:payments:api-1\","
        "\"kubernetes.io\":{\"namespace\":\"payments\",\"serviceaccount\":{\"name\":\"api-1\"}},"
        "\"a/b\":{\"c~d\":\"e\"},\"https://example.com/claim\":\"f\"}}"));
    expect(actor->id, "k8s:system:serviceaccount:payments:api-1");
    expect(actor->grants[0].names, "uri:spiffe://td/ns/payments/sa/api-1");
    signet_check_call_end(call);
    world_refused(world_tell("{\"do\":\"token\",\"claims\":{\"kubernetes.io\":\"payments\"}}"),
                  "no rule");
}
END_TEST

START_TEST(tells_issuers_of_one_name_apart)
{
    /* Kubernetes clusters call themselves the same by default. */
    char settings[4096];
    const char *file = "audiences = [\"%s\"]; jwks_file = \"jwks.json\"; " WORLD_RULES;
    char one[1024];
    char other[1024];
    world_tell("{\"do\":\"write\"}");
    snprintf(one, sizeof one, file, "one");
    snprintf(other, sizeof other, file, "two");
    snprintf(settings, sizeof settings,
             "issuers = ({ name = \"a\"; issuer = \"%s\"; %s }, { name = \"b\"; issuer = \"%s\"; "
             "%s });",
             world_issuer.url, one, world_issuer.url, other);
    ck_assert_int_eq(signet_check_open(world_check, "auth-oidc", "oidc", settings), SIGNET_OK);
    accept(world_tell("{\"do\":\"token\",\"claims\":{\"aud\":\"two\"}}"));
    expect(actor->id, "b:alice");
    signet_check_call_end(call);
    accept(world_tell("{\"do\":\"token\",\"claims\":{\"aud\":\"one\"}}"));
    expect(actor->id, "a:alice");
    signet_check_call_end(call);
    world_refused(world_tell("{\"do\":\"token\"}"), "audience");
}
END_TEST

START_TEST(survives_failing_allocations)
{
    world_open_usual(WORLD_RULES);
    signet_text_t token = world_tell("{\"do\":\"token\",\"key\":\"ES256\"}");
    int32_t status = SIGNET_NO_MEMORY;
    for (uint64_t nth = 1; status != SIGNET_OK && nth < 300; nth++) {
        signet_check_fail_alloc(world_check, nth);
        status = world_status(token);
        signet_check_fail_alloc(world_check, 0);
        ck_assert_msg(status == SIGNET_OK || status == SIGNET_NO_MEMORY ||
                          status == SIGNET_UNAUTHENTICATED,
                      "%d at %d", status, (int)nth);
    }
    ck_assert_int_eq(status, SIGNET_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("oidc-accept");
    TCase *tcase = tcase_create("oidc-accept");
    tcase_add_checked_fixture(tcase, world_begin, world_end);
    tcase_add_test(tcase, takes_every_algorithm);
    tcase_add_test(tcase, takes_what_standards_leave_open);
    tcase_add_test(tcase, adds_up_what_rules_grant);
    tcase_add_test(tcase, reads_claims_of_kubernetes);
    tcase_add_test(tcase, tells_issuers_of_one_name_apart);
    tcase_add_test(tcase, survives_failing_allocations);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
