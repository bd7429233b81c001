/* The trial: what crashes or hangs in the child is named, and the parent lives. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../core/world.h"
#include "core/text.h"
#include "core/trial.h"

static int32_t try_configuration(const char *blocks, int64_t step_ms)
{
    static char folder[512];
    static char executable[512];
    strncpy(folder, world_build("mock-plugins"), sizeof folder - 1);
    strncpy(executable, world_build("bin/signetd"), sizeof executable - 1);
    world_clear();
    world_configure(blocks);
    const core_trial_t trial = {.path = world_path("signet.cfg"),
                                .plugin_folder = core_text(folder),
                                .executable = executable,
                                .step_ms = step_ms};
    return core_trial_run(world_call(), &trial);
}

static void expect(const char *words)
{
    ck_assert_msg(strstr(world_message(), words) != NULL, "%s", world_message());
    ck_assert_msg(world_is_line(world_message()), "%s", world_message());
}

START_TEST(good_ones_pass)
{
    ck_assert_int_eq(try_configuration("{ name = \"one\"; plugin = \"mock-good\"; },\n"
                                       "{ name = \"two\"; plugin = \"mock-good\"; }",
                                       0),
                     SIGNET_OK);
}
END_TEST

/* Case 117. */
START_TEST(a_crash_is_the_childs_alone)
{
    ck_assert_int_eq(try_configuration("{ name = \"one\"; plugin = \"mock-constructor\"; }", 0),
                     SIGNET_INVALID);
    expect("the load of plugin mock-constructor crashed (signal 6, Aborted): update the plugin, or "
           "remove it from the configuration");
    ck_assert_int_eq(try_configuration("{ name = \"good\"; plugin = \"mock-good\"; },\n"
                                       "{ name = \"bad\"; plugin = \"mock-abort\"; }",
                                       0),
                     SIGNET_INVALID);
    expect("the open of plugin mock-abort (instance \"bad\") crashed (signal 6, Aborted)");
}
END_TEST

/* Case 118. */
START_TEST(a_hang_is_named)
{
    ck_assert_int_eq(try_configuration("{ name = \"slow\"; plugin = \"mock-hang\"; }", 1500),
                     SIGNET_TIMEOUT);
    expect("the open of plugin mock-hang (instance \"slow\") did not end within 1500 ms");
}
END_TEST

START_TEST(faults_come_back_whole)
{
    ck_assert_int_eq(
        try_configuration("{ name = \"one\"; plugin = \"mock-good\"; txet = 1; flag = 1; }", 0),
        SIGNET_INVALID);
    ck_assert_ptr_nonnull(strstr(world_message(), "signet.cfg:3: unknown key \"txet\""));
    ck_assert_ptr_nonnull(strstr(world_message(), "\n"));
    ck_assert(
        core_text_is(world_call()->services->error(world_call())->reason, "configuration.invalid"));
    ck_assert_int_eq(
        try_configuration("{ name = \"one\"; plugin = \"mock-refuse\"; step = \"open\";\n"
                          "  trace = \"trace\"; }",
                          0),
        SIGNET_UNAVAILABLE);
    expect("signet.cfg:3: instance \"one\" (plugin mock-refuse): the mock refuses: leave it out");
}
END_TEST

START_TEST(an_executable_that_is_none_is_told)
{
    world_configure("");
    const core_trial_t trial = {.path = world_path("signet.cfg"), .executable = "/nonexistent"};
    ck_assert_int_eq(core_trial_run(world_call(), &trial), SIGNET_UNAVAILABLE);
    expect("no process can be started from /nonexistent");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trial");
    TCase *tests = tcase_create("trial");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, world_begin, world_end);
    tcase_add_test(tests, good_ones_pass);
    tcase_add_test(tests, a_crash_is_the_childs_alone);
    tcase_add_test(tests, a_hang_is_named);
    tcase_add_test(tests, faults_come_back_whole);
    tcase_add_test(tests, an_executable_that_is_none_is_told);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
