/* Runs the plugin in this process, without a host, against a receiver of its own. */
#include <check.h>
#include <signet/check.h>
#include <signet/ext/draft/notifier.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static signet_check_t *world;
static signet_call_t *call;

static void setup(void)
{
    char settings[256];
    world = signet_check_begin();
    call = signet_check_call(world, "system:test", NULL);
    snprintf(settings, sizeof settings,
             "url = \"%s/alerts\"; outbound = { permit = [\"127.0.0.1/32\"]; };",
             signet_check_receiver(world));
    ck_assert_int_eq(signet_check_open(world, "notifier-hello", "hello", settings), SIGNET_OK);
}

static void teardown(void)
{
    signet_check_call_end(call);
    signet_check_end(world);
}

static int32_t notify(void)
{
    const signet_provider_t *provider =
        signet_check_find(world, SIGNET_NOTIFIER_INTERFACE, "hello");
    const signet_notifier_interface_t *notifier = provider->interface;
    const signet_alert_t alert = {.size = sizeof alert,
                                  .state = SIGNET_ALERT_RAISED,
                                  .id = SIGNET_TEXT("alert_1"),
                                  .key = SIGNET_TEXT("key"),
                                  .rule = SIGNET_TEXT("rule"),
                                  .severity = SIGNET_TEXT(SIGNET_SEVERITY_WARNING),
                                  .summary = SIGNET_TEXT("certificate.revoked: \"web\""),
                                  .source = SIGNET_TEXT("node")};
    signet_text_t receipt = {NULL, 0};
    return notifier->notify(provider->instance, call, &alert, &receipt);
}

START_TEST(posts_an_alert)
{
    ck_assert_int_eq(notify(), SIGNET_OK);
    const char *request = signet_check_received(world);
    ck_assert_ptr_nonnull(request);
    ck_assert_ptr_nonnull(strstr(request, "POST /alerts HTTP/1.1\r\n"));
    ck_assert_ptr_nonnull(strstr(request, "{\"id\":\"alert_1\",\"severity\":\"warning\","
                                          "\"summary\":\"certificate.revoked: \\\"web\\\"\","
                                          "\"over\":false}"));
}
END_TEST

START_TEST(has_it_tried_again)
{
    signet_check_receiver_answer(world, 503);
    ck_assert_int_eq(notify(), SIGNET_UNAVAILABLE);
    ck_assert(signet_text_is(call->services->error(call)->reason, "hello.refused"));
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
    tcase_add_test(cases, posts_an_alert);
    tcase_add_test(cases, has_it_tried_again);
    tcase_add_test(cases, keeps_the_contract);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
