/* Runs the plugin in this process, without a host. */
#include <check.h>
#include <signet/check.h>
#include <signet/sdk/text.h>
#include <stdlib.h>

static signet_check_t *world;
static signet_call_t *call;

static void setup(void)
{
    world = signet_check_begin();
    call = signet_check_call(world, NULL, NULL);
}

static void teardown(void)
{
    signet_check_call_end(call);
    signet_check_end(world);
}

static void open_with(const char *settings)
{
    ck_assert_int_eq(signet_check_open(world, "protocol-hello", "hello", settings), SIGNET_OK);
}

static const signet_response_t *get(const char *target)
{
    const signet_response_t *response = NULL;
    signet_bytes_t nothing = {NULL, 0};
    ck_assert_int_eq(signet_check_request(world, call, "GET", target, NULL, nothing, &response),
                     SIGNET_OK);
    return response;
}

START_TEST(greets)
{
    open_with("");
    const signet_response_t *response = get("/hello/Ada%20Lovelace");
    ck_assert_uint_eq(response->status, 200);
    ck_assert(signet_text_is(signet_bytes_text(response->body),
                             "{\"greeting\":\"Hello, Ada Lovelace!\"}"));
    ck_assert_int_eq(signet_check_metric(world, "signet_hello_greetings_total", ""), 1);
    ck_assert(signet_check_logged(world, "hello.greeted"));
}
END_TEST

START_TEST(greets_as_configured)
{
    open_with("greeting = \"Bonjour\";");
    ck_assert(signet_text_is(signet_bytes_text(get("/hello/Ada")->body),
                             "{\"greeting\":\"Bonjour, Ada!\"}"));
}
END_TEST

START_TEST(refuses_long_names)
{
    open_with("");
    const signet_response_t *response = get("/hello/"
                                            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                                            "xxxxxxxxxxx");
    ck_assert_uint_eq(response->status, 400);
    ck_assert_int_eq(signet_check_metric(world, "signet_hello_greetings_total", ""), 0);
}
END_TEST

START_TEST(refuses_unknown_options)
{
    ck_assert_int_eq(signet_check_open(world, "protocol-hello", "hello", "greetings = \"x\";"),
                     SIGNET_INVALID);
}
END_TEST

START_TEST(reports)
{
    open_with("");
    ck_assert_int_eq(signet_check_run_job(world, "hello", "report"), SIGNET_OK);
    ck_assert(signet_check_logged(world, "hello.reported"));
}
END_TEST

/* Whatever allocation fails, the plugin answers an error and goes on. */
START_TEST(survives_exhaustion)
{
    open_with("");
    for (uint64_t nth = 1;; nth++) {
        const signet_response_t *response = NULL;
        signet_bytes_t nothing = {NULL, 0};
        signet_check_fail_alloc(world, nth);
        int32_t status =
            signet_check_request(world, call, "GET", "/hello/Ada", NULL, nothing, &response);
        ck_assert(status == SIGNET_OK || status == SIGNET_NO_MEMORY);
        if (status == SIGNET_OK && response->status == 200) {
            break;
        }
        ck_assert_uint_lt(nth, 1000);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hello");
    TCase *tcase = tcase_create("hello");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, greets);
    tcase_add_test(tcase, greets_as_configured);
    tcase_add_test(tcase, refuses_long_names);
    tcase_add_test(tcase, refuses_unknown_options);
    tcase_add_test(tcase, reports);
    tcase_add_test(tcase, survives_exhaustion);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
