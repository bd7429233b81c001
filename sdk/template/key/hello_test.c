/* Runs the plugin in this process, without a host. */
#include <check.h>
#include <signet/check.h>
#include <stdlib.h>

static signet_check_t *world;
static signet_call_t *call;

static void setup(void)
{
    world = signet_check_begin();
    call = signet_check_call(world, NULL, NULL);
    ck_assert_int_eq(signet_check_open(world, "key-hello", "hello", ""), SIGNET_OK);
}

static void teardown(void)
{
    signet_check_call_end(call);
    signet_check_end(world);
}

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
    tcase_add_test(cases, keeps_the_contract);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
