/* Runs the plugin in this process, without a host. */
#include <check.h>
#include <signet/check.h>
#include <signet/ext/draft/policy.h>
#include <signet/sdk/text.h>
#include <stdlib.h>

static signet_check_t *world;
static signet_call_t *call;

static void setup(void)
{
    world = signet_check_begin();
    call = signet_check_call(world, NULL, NULL);
    ck_assert_int_eq(signet_check_open(world, "policy-hello", "hello", "domain = \"example.org\";"),
                     SIGNET_OK);
}

static void teardown(void)
{
    signet_check_call_end(call);
    signet_check_end(world);
}

static int32_t decide(const char *name, const signet_policy_answer_t **answer)
{
    const signet_provider_t *provider = signet_check_find(world, SIGNET_POLICY_INTERFACE, "hello");
    const signet_policy_interface_t *policy = provider->interface;
    const signet_issue_request_t asked = {.size = sizeof asked};
    const signet_text_t names[] = {signet_text(name)};
    const signet_policy_request_t request = {
        .size = sizeof request, .request = &asked, .names = names, .name_count = 1};
    return policy->decide(provider->instance, call, &request, answer);
}

START_TEST(knows_inside_from_outside)
{
    static const struct {
        const char *name;
        int32_t decision;
    } cases[] = {
        {"dns:example.org", SIGNET_POLICY_PERMIT},     {"dns:a.example.org", SIGNET_POLICY_PERMIT},
        {"dns:bad-example.org", SIGNET_POLICY_REFUSE}, {"dns:org", SIGNET_POLICY_REFUSE},
        {"ip:192.0.2.1", SIGNET_POLICY_REFUSE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const signet_policy_answer_t *answer = NULL;
        ck_assert_int_eq(decide(cases[i].name, &answer), SIGNET_OK);
        ck_assert_int_eq(answer->decision, cases[i].decision);
    }
}
END_TEST

START_TEST(keeps_the_contract)
{
    ck_assert_uint_eq(
        signet_check_conform(world, "hello", SIGNET_CHECK_REACHABLE, signet_check_print, NULL), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hello");
    TCase *cases = tcase_create("hello");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, knows_inside_from_outside);
    tcase_add_test(cases, keeps_the_contract);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
