/* What coming ceremonies must sign, and the alert 30 days ahead. */
#include "life.h"

#include <string.h>

#define EVENT_DUE "ceremony.due"

START_TEST(each_is_alerted_once_a_day)
{
    world_authorities = ", { name = \"short\"; kind = \"issuing\"; parent = \"policy\";"
                        " subject = \"CN=Short,O=Example\"; keys = \"fault\"; validity = \"20d\";"
                        " certificate = \"short.pem\"; }";
    world_begin("");
    world_authorities = "";
    /* The one that has no certificate yet; the others end later than in 30 days. */
    ck_assert_int_eq(signet_check_run_job(check, "ca", "calendar"), SIGNET_OK);
    ck_assert_uint_eq(world_entries(EVENT_DUE), 1);
    ck_assert(signet_check_logged(check, EVENT_DUE));
    ck_assert_int_eq(signet_check_run_job(check, "ca", "calendar"), SIGNET_OK);
    ck_assert_uint_eq(world_entries(EVENT_DUE), 1);
    world_end();
}
END_TEST

START_TEST(the_next_comes_first)
{
    signet_text_t output = {NULL, 0};
    world_authorities = ", { name = \"short\"; kind = \"issuing\"; parent = \"policy\";"
                        " subject = \"CN=Short,O=Example\"; keys = \"fault\"; validity = \"20d\";"
                        " certificate = \"short.pem\"; }";
    world_begin("");
    world_authorities = "";
    world_create("short");
    ck_assert_int_eq(
        signet_check_command(check, call, "ca", "ceremony calendar", NULL, 0, 1, &output),
        SIGNET_OK);
    const char *text = signet_text_string(call, output);
    const char *first = strstr(text, "\"authority\":\"short\"");
    const char *second = strstr(text, "\"authority\":\"device\"");
    ck_assert(first != NULL && second != NULL && first < second);
    ck_assert_ptr_nonnull(strstr(text, "\"state\":\"due\""));
    const char *const within[] = {"--within", "30d"};
    ck_assert_int_eq(
        signet_check_command(check, call, "ca", "ceremony calendar", within, 2, 1, &output),
        SIGNET_OK);
    text = signet_text_string(call, output);
    ck_assert(strstr(text, "\"short\"") != NULL && strstr(text, "\"device\"") == NULL);
    world_end();
}
END_TEST

/* Each key that still signs on the status of what it issued has a list and a responder of its own.
 */
START_TEST(all_keys_are_looked_at)
{
    signet_text_t output = {NULL, 0};
    world_authorities = ", { name = \"second\"; kind = \"root\"; subject = \"CN=Second Root\";"
                        " keys = \"fault\"; validity = \"5y\"; certificate = \"second.pem\";"
                        " crl = \"second-{generation}.crl\"; responder = \"second-{key-id}.pem\"; }"
                        ", { name = \"third\"; kind = \"root\"; subject = \"CN=Third Root\";"
                        " keys = \"fault\"; validity = \"5y\"; certificate = \"third.pem\";"
                        " crl = \"third.crl\"; }";
    world_begin("");
    world_authorities = "";
    world_create("second");
    world_create("third");
    world_actor("token:ca", "ca-administrator,officer");
    expect_ok(life_change("rotate", "second"));
    expect_ok(life_change("activate", "second"));
    expect_ok(life_change("rotate", "third"));
    world_actor("uid:0", "administrator");
    ck_assert_int_eq(
        signet_check_command(check, call, "ca", "ceremony calendar", NULL, 0, 1, &output),
        SIGNET_OK);
    const char *text = signet_text_string(call, output);
    ck_assert_ptr_nonnull(strstr(text, "second-1.crl"));
    ck_assert_ptr_nonnull(strstr(text, "second-2.crl"));
    const char *first = strstr(text, "third.crl");
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_null(strstr(first + 1, "third.crl"));
    ck_assert_int_eq(signet_check_run_job(check, "ca", "calendar"), SIGNET_OK);
    /* Two lists and two responders of the second, and the list of the third. */
    ck_assert_uint_eq(world_entries(EVENT_DUE), 5);
    world_end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calendar");
    TCase *test = tcase_create("calendar");
    tcase_set_timeout(test, 60);
    tcase_add_test(test, each_is_alerted_once_a_day);
    tcase_add_test(test, the_next_comes_first);
    tcase_add_test(test, all_keys_are_looked_at);
    suite_add_tcase(suite, test);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
