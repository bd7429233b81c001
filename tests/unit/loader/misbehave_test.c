/* Plugins that misbehave once they run: what the host says of each, and that it goes on where it
 * can. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon.h"

static void configure(const char *blocks)
{
    char content[1024];
    snprintf(
        content, sizeof content,
        "host = {\n  node = \"n1\";\n  ready_file = \"ready\";\n  log = { format = \"json\"; };\n"
        "  listeners = ( { name = \"plain\"; address = \"127.0.0.1:0\"; } );\n};\n"
        "plugins = (\n%s );\n",
        blocks);
    world_write("signet.cfg", content);
}

/* The host must end by a crash, whose last words name the plugin in one line. */
static void expect_crash(pid_t host)
{
    int ended = 0;
    ck_assert_int_eq(waitpid(host, &ended, 0), host);
    daemon_await("signetd: crashed", 1);
    ck_assert(WIFSIGNALED(ended));
    ck_assert_int_eq(WTERMSIG(ended), SIGABRT);
    const char *words = strstr(daemon_said(), "signetd: crashed (Aborted) in /");
    ck_assert_msg(words != NULL, "%s", daemon_said());
    const char *rest = strstr(words, "/mock-crash.so: update the plugin, or remove it from the "
                                     "configuration\n");
    ck_assert_msg(rest != NULL, "%s", words);
    ck_assert(memchr(words, '\n', (size_t)(rest - words)) == NULL);
}

START_TEST(a_crash_in_start_is_named)
{
    configure("{ name = \"bad\"; plugin = \"mock-crash\"; where = \"start\"; }");
    expect_crash(daemon_start("--config", world_path("signet.cfg"), NULL));
}
END_TEST

START_TEST(a_crash_in_a_job_is_named)
{
    configure("{ name = \"bad\"; plugin = \"mock-crash\"; where = \"job\"; }");
    expect_crash(daemon_start("--config", world_path("signet.cfg"), NULL));
}
END_TEST

START_TEST(a_crash_in_a_call_is_named)
{
    configure("{ name = \"bad\"; plugin = \"mock-crash\"; where = \"call\"; }");
    pid_t host = daemon_serve();
    int connection = daemon_connect(daemon_port());
    daemon_send(connection, "/crash");
    expect_crash(host);
    close(connection);
}
END_TEST

START_TEST(a_second_answer_is_refused)
{
    configure("{ name = \"bad\"; plugin = \"mock-twice\"; }");
    pid_t host = daemon_serve();
    unsigned port = daemon_port();
    ck_assert_str_eq(daemon_get(port, "/twice"), "first");
    daemon_await("http.answered-twice", 1);
    ck_assert_str_eq(daemon_get(port, "/twice"), "first");
    daemon_end(host);
}
END_TEST

/* What is longer or shorter than today's is read as far as it goes. */
START_TEST(other_sizes_are_understood)
{
    configure("{ name = \"later\"; plugin = \"mock-future\"; second = 2; },\n"
              "{ name = \"earlier\"; plugin = \"mock-past\"; }");
    daemon_end(daemon_serve());
    configure("{ name = \"later\"; plugin = \"mock-future\"; first = \"a\"; }");
    ck_assert_int_eq(daemon_finish(daemon_start("--config", world_path("signet.cfg"), NULL)), 78);
    ck_assert_msg(strstr(daemon_said(), "\"second\"") != NULL, "%s", daemon_said());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("misbehave");
    TCase *tests = tcase_create("misbehave");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, world_begin, world_end);
    tcase_add_checked_fixture(tests, NULL, daemon_kill);
    tcase_add_test(tests, a_crash_in_start_is_named);
    tcase_add_test(tests, a_crash_in_a_job_is_named);
    tcase_add_test(tests, a_crash_in_a_call_is_named);
    tcase_add_test(tests, a_second_answer_is_refused);
    tcase_add_test(tests, other_sizes_are_understood);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
