/* Runs the plugin in this process, without a host, against a receiver of its own. */
#include <check.h>
#include <signet/check.h>
#include <signet/ext/draft/exporter.h>
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
             "url = \"%s/entries\"; outbound = { permit = [\"127.0.0.1/32\"]; };",
             signet_check_receiver(world));
    ck_assert_int_eq(signet_check_open(world, "exporter-hello", "hello", settings), SIGNET_OK);
}

static void teardown(void)
{
    signet_check_call_end(call);
    signet_check_end(world);
}

static int32_t deliver(void)
{
    const signet_provider_t *provider =
        signet_check_find(world, SIGNET_EXPORTER_INTERFACE, "hello");
    const signet_exporter_interface_t *exporter = provider->interface;
    const signet_journal_entry_t one = {.size = sizeof one, .body = SIGNET_TEXT("{\"event\":1}")};
    const signet_journal_entry_t two = {.size = sizeof two, .body = SIGNET_TEXT("{\"event\":2}")};
    const signet_journal_entry_t *const entries[] = {&one, &two};
    const signet_export_batch_t batch = {
        .size = sizeof batch, .id = SIGNET_TEXT("batch-1"), .entries = entries, .count = 2};
    uint64_t accepted = 0;
    return exporter->deliver(provider->instance, call, &batch, &accepted);
}

START_TEST(posts_a_batch)
{
    ck_assert_int_eq(deliver(), SIGNET_OK);
    const char *request = signet_check_received(world);
    ck_assert_ptr_nonnull(request);
    ck_assert_ptr_nonnull(strstr(request, "idempotency-key: batch-1\r\n"));
    ck_assert_ptr_nonnull(strstr(request, "{\"event\":1}\n{\"event\":2}\n"));
}
END_TEST

START_TEST(has_it_tried_again)
{
    signet_check_receiver_answer(world, 503);
    ck_assert_int_eq(deliver(), SIGNET_UNAVAILABLE);
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
    tcase_add_test(cases, posts_a_batch);
    tcase_add_test(cases, has_it_tried_again);
    tcase_add_test(cases, keeps_the_contract);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
