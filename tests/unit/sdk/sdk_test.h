/* What the tests of the SDK share: a world with one call, made anew for each test. */
#ifndef TESTS_UNIT_SDK_SDK_TEST_H
#define TESTS_UNIT_SDK_SDK_TEST_H

#include <check.h>
#include <signet/check.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>

static signet_check_t *check;
static signet_call_t *call;

static void sdk_setup(void)
{
    check = signet_check_begin();
    call = signet_check_call(check, "token:test", "officer");
}

static void sdk_teardown(void)
{
    signet_check_call_end(call);
    signet_check_end(check);
}

/* Asserts that a text or bytes value is this string. */
#define expect_text(text_, string_)                                                                \
    do {                                                                                           \
        signet_text_t expected_text = (text_);                                                     \
        ck_assert_msg(signet_text_is(expected_text, (string_)), "\"%.*s\" is not \"%s\"",          \
                      SIGNET_FORMAT(expected_text), (string_));                                    \
    } while (0)

/* Asserts that a call failed in this way, and clears the error. */
#define expect_error(result_, status_, reason_)                                                    \
    do {                                                                                           \
        int32_t expected_result = (result_);                                                       \
        ck_assert_int_eq(expected_result, (status_));                                              \
        const signet_error_t *expected_error = call->services->error(call);                        \
        ck_assert_ptr_nonnull(expected_error);                                                     \
        ck_assert_int_eq(expected_error->status, (status_));                                       \
        expect_text(expected_error->reason, (reason_));                                            \
        ck_assert_uint_gt(expected_error->message.length, 0);                                      \
        call->services->clear(call);                                                               \
    } while (0)

/* Whether the message of the error that is set holds this part. */
#define expect_message(part_)                                                                      \
    do {                                                                                           \
        const signet_error_t *said = call->services->error(call);                                  \
        ck_assert_ptr_nonnull(said);                                                               \
        ck_assert_msg(memmem(said->message.data, said->message.length, (part_), strlen(part_)),    \
                      "\"%.*s\" does not say \"%s\"", SIGNET_FORMAT(said->message), (part_));      \
    } while (0)

/* Runs the tests of one program. */
static int sdk_run(const char *name, const TTest *const *tests, size_t count)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, sdk_setup, sdk_teardown);
    tcase_set_timeout(tcase, 60);
    for (size_t i = 0; i < count; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define SDK_RUN(name_, ...)                                                                        \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const tests[] = {__VA_ARGS__};                                                \
        return sdk_run(name_, tests, sizeof tests / sizeof *tests);                                \
    }

#endif
