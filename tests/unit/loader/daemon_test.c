/* signetd as its operator meets it: every failure to start is one plain line and an exit code; and
 * a whole run from ready to SIGTERM. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../core/world.h"

static char said[65536]; /* standard error of the last run */

/* Starts signetd with up to three arguments; its standard error goes to the file "err". */
static pid_t start(const char *one, const char *two, const char *three)
{
    static char daemon[512];
    snprintf(daemon, sizeof daemon, "%s", world_build("bin/signetd"));
    setenv("SIGNET_PLUGINS", world_build("mock-plugins"), 1);
    char *arguments[] = {daemon, (char *)(uintptr_t)one, (char *)(uintptr_t)two,
                         (char *)(uintptr_t)three, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, world_path("err"),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_eq(posix_spawn(&child, daemon, &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return child;
}

static void read_file(const char *name, char *text, size_t size)
{
    FILE *file = fopen(world_path(name), "re");
    size_t length = file ? fread(text, 1, size - 1, file) : 0;
    text[length] = '\0';
    if (file)
        fclose(file);
}

/* Waits for the end, and answers the exit code. */
static int finish(pid_t child)
{
    int ended = 0;
    ck_assert_int_eq(waitpid(child, &ended, 0), child);
    read_file("err", said, sizeof said);
    ck_assert_msg(WIFEXITED(ended), "%s", said);
    return WEXITSTATUS(ended);
}

/* The run must end with this code and say these words in one line of its own. */
static void expect(pid_t child, int code, const char *words)
{
    int ended = finish(child);
    ck_assert_msg(ended == code, "%d: %s", ended, said);
    ck_assert_msg(strncmp(said, "signetd: ", 9) == 0, "%s", said);
    ck_assert_msg(strchr(said, '\n') == said + strlen(said) - 1, "%s", said);
    ck_assert_msg(strstr(said, words) != NULL, "%s", said);
}

static void expect_blocks(const char *blocks, int code, const char *words)
{
    static char path[512];
    snprintf(path, sizeof path, "%s", world_path("signet.cfg"));
    world_configure(blocks);
    expect(start("--config", path, NULL), code, words);
}

START_TEST(the_command_line_is_checked)
{
    expect(start(NULL, NULL, NULL), 64, "--config FILE is missing: see signetd --help");
    expect(start("--confg", "x", NULL), 64, "unknown option");
    expect(start("--config", "x", "y"), 64, "an argument too many");
    ck_assert_int_eq(finish(start("--version", NULL, NULL)), 0);
    ck_assert_int_eq(finish(start("--help", NULL, NULL)), 0);
}
END_TEST

START_TEST(each_failure_is_one_line)
{
    expect(start("--config", "/nonexistent/signet.cfg", NULL), 78,
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
    ck_assert_int_eq(finish(start("--config", world_path("signet.cfg"), NULL)), 78);
    ck_assert_ptr_nonnull(strstr(said, "signet.cfg:4: unknown key"));
    ck_assert_ptr_nonnull(strstr(said, "\nsignetd: /"));
    ck_assert_ptr_nonnull(strstr(said, "signet.cfg:5: \"flag\" must be true or false\n"));
}
END_TEST

START_TEST(a_check_starts_nothing)
{
    world_configure(
        "{ name = \"one\"; plugin = \"mock-refuse\"; trace = \"trace\"; step = \"none\"; }");
    ck_assert_int_eq(finish(start("--check", "--config", world_path("signet.cfg"))), 0);
    ck_assert_str_eq(said, "");
    char trace[16];
    read_file("trace", trace, sizeof trace);
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
    int code = finish(start("--config", world_path("signet.cfg"), NULL));
    close(taken);
    ck_assert_msg(code == 69, "%d: %s", code, said);
    ck_assert_ptr_nonnull(strstr(said, "signetd: "));
    ck_assert_ptr_nonnull(strstr(said, "127.0.0.1:"));
}
END_TEST

/* Asks for the mock's route, and answers whether it answered. */
static int ask(unsigned port)
{
    static const char request[] = "GET /mock/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    char answer[4096] = "";
    size_t length = 0;
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(connect(client, (const struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(write(client, request, sizeof request - 1), (ssize_t)sizeof request - 1);
    for (ssize_t got; (got = read(client, answer + length, sizeof answer - 1 - length)) > 0;)
        length += (size_t)got;
    close(client);
    return strncmp(answer, "HTTP/1.1 200", 12) == 0 && strstr(answer, "\r\n\r\nmock");
}

/* Waits until the running host has said these words. */
static void await_words(const char *words)
{
    for (int wait = 0; wait < 60000; wait++) {
        read_file("err", said, sizeof said);
        if (strstr(said, words))
            return;
        usleep(1000);
    }
    ck_abort_msg("not said: %s: %s", words, said);
}

/* Case 122, its end: a reload changes nothing, least of all to a wrong configuration. */
START_TEST(it_runs_from_ready_to_sigterm)
{
    char ready[512] = "";
    configure_listener(0);
    pid_t child = start("--config", world_path("signet.cfg"), NULL);
    for (int wait = 0; wait < 60000 && !ready[0]; wait++) {
        usleep(1000);
        read_file("ready", ready, sizeof ready);
    }
    const char *colon = strrchr(ready, ':');
    ck_assert_msg(strncmp(ready, "plain http://127.0.0.1:", 23) == 0, "%s", ready);
    ck_assert_int_eq(ask((unsigned)strtoul(colon + 1, NULL, 10)), 1);
    world_write("signet.cfg", "host = { node = \"n1\"; listners = ( ); };\nplugins = ( );\n");
    ck_assert_int_eq(kill(child, SIGHUP), 0);
    await_words("\"event\":\"host.reload-refused\"");
    ck_assert_int_eq(ask((unsigned)strtoul(colon + 1, NULL, 10)), 1);
    ck_assert_int_eq(kill(child, SIGTERM), 0);
    ck_assert_msg(finish(child) == 0, "%s", said);
    ck_assert_ptr_nonnull(strstr(said, "\"event\":\"host.started\""));
    ck_assert_ptr_nonnull(strstr(said, "\"event\":\"host.stopped\""));
    ck_assert_int_ne(access(world_path("ready"), F_OK), 0);
    /* Its life is in the journal. */
    char expected[2048];
    char trace[2048];
    read_file("trace", trace, sizeof trace);
    snprintf(expected, sizeof expected,
             "host.started host:n1 by system:host, 1 fields\n"
             "configuration.loaded configuration:%s by system:host, 1 fields\n"
             "plugin.loaded plugin:mock-route by system:host, 1 fields\n"
             "plugin.loaded plugin:mock-good by system:host, 1 fields\n"
             "plugin.loaded plugin:mock-journal by system:host, 1 fields\n"
             "host.stopped host:n1 by system:host, 0 fields\n",
             world_path("signet.cfg"));
    ck_assert_str_eq(trace, expected);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("daemon");
    TCase *tests = tcase_create("daemon");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, world_begin, world_end);
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
