/* signetd as its operator meets it: every failure to start is one plain line and an exit code; and
 * a whole run from ready to SIGTERM. */
#include <arpa/inet.h>
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon.h"

/* The run must end with this code and say these words in one line of its own. */
static void expect(pid_t child, int code, const char *words)
{
    int ended = daemon_finish(child);
    ck_assert_msg(ended == code, "%d: %s", ended, daemon_said());
    ck_assert_msg(strncmp(daemon_said(), "signetd: ", 9) == 0, "%s", daemon_said());
    ck_assert_msg(strchr(daemon_said(), '\n') == daemon_said() + strlen(daemon_said()) - 1, "%s",
                  daemon_said());
    ck_assert_msg(strstr(daemon_said(), words) != NULL, "%s", daemon_said());
}

static void expect_blocks(const char *blocks, int code, const char *words)
{
    static char path[512];
    snprintf(path, sizeof path, "%s", world_path("signet.cfg"));
    world_configure(blocks);
    expect(daemon_start("--config", path, NULL), code, words);
}

START_TEST(the_command_line_is_checked)
{
    expect(daemon_start(NULL, NULL, NULL), 64, "--config FILE is missing: see signetd --help");
    expect(daemon_start("--confg", "x", NULL), 64, "unknown option");
    expect(daemon_start("--config", "x", "y"), 64, "an argument too many");
    ck_assert_int_eq(daemon_finish(daemon_start("--version", NULL, NULL)), 0);
    ck_assert_int_eq(daemon_finish(daemon_start("--help", NULL, NULL)), 0);
}
END_TEST

START_TEST(each_failure_is_one_line)
{
    expect(daemon_start("--config", "/nonexistent/signet.cfg", NULL), 78,
           "/nonexistent/signet.cfg: cannot be read (No such file or directory): name an existing "
           "configuration with --config");
    expect_blocks(
        "{ name = \"one\"; plugin = \"mock-good\"; txet = \"\"; }", 78,
        "signet.cfg:3: unknown key \"txet\" in plugin \"mock-good\": did you mean \"text\"?");
    expect_blocks("{ name = \"one\"; plugin = \"mock-abi\"; }", 78,
                  "mock-abi.so was built for revision 1 of the plugin contract");
    expect_blocks("{ name = \"one\"; plugin = \"mock-symbol\"; }", 78,
                  "mock_function_that_exists_nowhere");
    expect_blocks("{ name = \"one\"; plugin = \"mock-nowhere\"; }", 78,
                  "mock-nowhere.so does not exist: install the plugin or correct its name");
    expect_blocks("{ name = \"one\"; plugin = \"mock-constructor\"; }", 78,
                  "the load of plugin mock-constructor crashed");
    expect_blocks("{ name = \"one\"; plugin = \"mock-unmet\"; }", 78, "needs test.nowhere/1");
    expect_blocks(
        "{ name = \"one\"; plugin = \"mock-refuse\"; trace = \"trace\"; step = \"start\"; }", 69,
        "signet.cfg:3: instance \"one\" (plugin mock-refuse): the mock refuses");
    expect_blocks("{ name = \"one\"; plugin = \"mock-route\"; },\n"
                  "{ name = \"two\"; plugin = \"mock-route\"; }",
                  78, "which instance \"one\" serves already");
    world_write("pin", "1234");
    chmod(world_path("pin"), 0644);
    expect_blocks("{ name = \"one\"; plugin = \"mock-good\"; secret = \"file:pin\"; }", 78,
                  "has mode 0644, open to others: chmod 0600 it");
}
END_TEST

START_TEST(all_faults_are_lines)
{
    world_configure("{ name = \"one\"; plugin = \"mock-good\";\n txet = \"\";\n flag = 1; }");
    ck_assert_int_eq(daemon_finish(daemon_start("--config", world_path("signet.cfg"), NULL)), 78);
    ck_assert_ptr_nonnull(strstr(daemon_said(), "signet.cfg:4: unknown key"));
    ck_assert_ptr_nonnull(strstr(daemon_said(), "\nsignetd: /"));
    ck_assert_ptr_nonnull(strstr(daemon_said(), "signet.cfg:5: \"flag\" must be true or false\n"));
}
END_TEST

START_TEST(a_check_starts_nothing)
{
    world_configure(
        "{ name = \"one\"; plugin = \"mock-refuse\"; trace = \"trace\"; step = \"none\"; }");
    ck_assert_int_eq(daemon_finish(daemon_start("--check", "--config", world_path("signet.cfg"))),
                     0);
    ck_assert_str_eq(daemon_said(), "");
    char trace[16];
    daemon_read("trace", trace, sizeof trace);
    ck_assert_str_eq(trace, "oc");
}
END_TEST

/* Configures one plain listener at this port, with the mock's route behind it. */
static void configure_listener(unsigned port)
{
    char content[1024];
    snprintf(
        content, sizeof content,
        "host = {\n  node = \"n1\";\n  ready_file = \"ready\";\n  log = { format = \"json\"; };\n"
        "  listeners = ( { name = \"plain\"; address = \"127.0.0.1:%u\"; } );\n"
        "  limits = { drain_time = \"2s\"; };\n};\n"
        "plugins = ( { name = \"one\"; plugin = \"mock-route\"; },\n"
        "            { name = \"two\"; plugin = \"mock-good\"; },\n"
        "            { name = \"three\"; plugin = \"mock-good\"; },\n"
        "            { name = \"journal\"; plugin = \"mock-journal\"; trace = \"trace\"; } );\n",
        port);
    world_write("signet.cfg", content);
}

START_TEST(a_port_in_use_is_one_line)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(taken, (const struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(taken, 1), 0);
    ck_assert_int_eq(getsockname(taken, (struct sockaddr *)&address, &length), 0);
    configure_listener(ntohs(address.sin_port));
    int code = daemon_finish(daemon_start("--config", world_path("signet.cfg"), NULL));
    close(taken);
    ck_assert_msg(code == 69, "%d: %s", code, daemon_said());
    ck_assert_ptr_nonnull(strstr(daemon_said(), "signetd: "));
    ck_assert_ptr_nonnull(strstr(daemon_said(), "127.0.0.1:"));
}
END_TEST

START_TEST(it_runs_from_ready_to_sigterm)
{
    char ready[512] = "";
    configure_listener(0);
    pid_t child = daemon_serve();
    daemon_read("ready", ready, sizeof ready);
    ck_assert_msg(strncmp(ready, "plain http://127.0.0.1:", 23) == 0, "%s", ready);
    ck_assert_str_eq(daemon_get(daemon_port(), "/mock/x"), "mock");
    world_write("signet.cfg", "host = { node = \"n1\"; listners = ( ); };\nplugins = ( );\n");
    ck_assert_int_eq(kill(child, SIGHUP), 0);
    daemon_await("\"event\":\"host.reload-refused\"", 1);
    ck_assert_str_eq(daemon_get(daemon_port(), "/mock/x"), "mock");
    daemon_end(child);
    ck_assert_ptr_nonnull(strstr(daemon_said(), "\"event\":\"host.started\""));
    ck_assert_ptr_nonnull(strstr(daemon_said(), "\"event\":\"host.stopped\""));
    ck_assert_int_ne(access(world_path("ready"), F_OK), 0);
    /* Its life is in the journal. */
    char expected[2048];
    char trace[2048];
    daemon_read("trace", trace, sizeof trace);
    snprintf(expected, sizeof expected,
             "host.started host:n1 by system:host, 1 fields\n"
             "configuration.loaded configuration:%s by system:host, 1 fields\n"
             "plugin.loaded plugin:mock-route by system:host, 1 fields\n"
             "plugin.loaded plugin:mock-good by system:host, 1 fields\n"
             "plugin.loaded plugin:mock-journal by system:host, 1 fields\n"
             "configuration.refused configuration:%s by system:host, 3 fields\n"
             "host.stopped host:n1 by system:host, 0 fields\n",
             world_path("signet.cfg"), world_path("signet.cfg"));
    ck_assert_str_eq(trace, expected);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("daemon");
    TCase *tests = tcase_create("daemon");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, world_begin, world_end);
    tcase_add_checked_fixture(tests, NULL, daemon_kill);
    tcase_add_test(tests, the_command_line_is_checked);
    tcase_add_test(tests, each_failure_is_one_line);
    tcase_add_test(tests, all_faults_are_lines);
    tcase_add_test(tests, a_check_starts_nothing);
    tcase_add_test(tests, a_port_in_use_is_one_line);
    tcase_add_test(tests, it_runs_from_ready_to_sigterm);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
