/* The end of a running signetd: what is in flight is answered, and nothing holds the end up. */
#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon.h"

static void configure(const char *limits)
{
    char content[4096];
    snprintf(content, sizeof content,
             "host = {\n node = \"n1\"; ready_file = \"ready\";\n"
             " listeners = ( { name = \"plain\"; address = \"127.0.0.1:0\"; } );\n"
             " log = { format = \"json\"; };\n limits = { %s };\n};\nplugins = (\n"
             "{ name = \"life\"; plugin = \"mock-life\"; trace = \"trace\"; gate = \"gate\"; "
             "text = \"one\"; }\n);\n",
             limits);
    world_write("signet.cfg", content);
}

/* One request over a connection that is to be kept. */
static void ask(int connection, const char *path)
{
    char request[256];
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
    ck_assert_int_eq(write(connection, request, (size_t)length), length);
}

/* Reads until the answer is whole; its body is the text of the mock. */
static const char *receive(int connection)
{
    static char answer[8192];
    size_t length = 0;
    answer[0] = '\0';
    while (!strstr(answer, "\r\n\r\none")) {
        ssize_t got = read(connection, answer + length, sizeof answer - 1 - length);
        ck_assert_msg(got > 0, "%s", answer);
        length += (size_t)got;
        answer[length] = '\0';
    }
    return answer;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits until the host listens no more, so that its end has begun. */
static void await_stopping(void)
{
    daemon_await("\"event\":\"host.stopping\"", 1);
}

START_TEST(requests_in_flight_end)
{
    configure("");
    pid_t host = daemon_serve();
    unsigned port = daemon_port();
    int waiting = daemon_connect(port);
    ask(waiting, "/life/wait");
    daemon_await_trace("life one waits");
    int idle = daemon_connect(port);
    ask(idle, "/life");
    ck_assert_ptr_null(strstr(receive(idle), "Connection: close"));
    ck_assert_int_eq(kill(host, SIGTERM), 0);
    await_stopping();
    /* One more is taken where a connection is open, and told that it is the last. */
    ask(idle, "/life");
    ck_assert_ptr_nonnull(strstr(receive(idle), "Connection: close"));
    world_write("gate", "");
    ck_assert_ptr_nonnull(strstr(receive(waiting), "Connection: close"));
    close(idle);
    close(waiting);
    ck_assert_msg(daemon_finish(host) == 0, "%s", daemon_said());
    ck_assert_ptr_nonnull(strstr(daemon_said(), "\"event\":\"host.stopped\""));
}
END_TEST

START_TEST(idle_connections_do_not_hold_it_up)
{
    configure("drain_time = \"30s\";");
    pid_t host = daemon_serve();
    int idle = daemon_connect(daemon_port());
    ask(idle, "/life");
    receive(idle);
    int64_t began = now_ms();
    daemon_end(host);
    ck_assert_int_lt(now_ms() - began, 15000);
    char octet;
    ck_assert_int_eq(read(idle, &octet, 1), 0);
    close(idle);
}
END_TEST

START_TEST(what_never_ends_is_cut_off)
{
    configure("drain_time = \"200ms\";");
    pid_t host = daemon_serve();
    int waiting = daemon_connect(daemon_port());
    ask(waiting, "/life/wait");
    daemon_await_trace("life one waits");
    int64_t began = now_ms();
    daemon_end(host);
    ck_assert_int_lt(now_ms() - began, 15000);
    ck_assert_ptr_nonnull(strstr(daemon_said(), "\"event\":\"host.cut\""));
    close(waiting);
}
END_TEST

/* Standard error is a pipe that nobody reads. */
START_TEST(a_blocked_log_blocks_nothing)
{
    int ends[2];
    configure("");
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    ck_assert_int_gt(fcntl(ends[1], F_SETPIPE_SZ, 4096), 0);
    pid_t host = daemon_start_with_log(ends[1]);
    close(ends[1]);
    unsigned port = daemon_port();
    int kept = daemon_connect(port);
    for (int count = 0; count < 3000; count++) {
        ask(kept, "/life");
        receive(kept);
    }
    struct pollfd full = {.fd = ends[0], .events = POLLIN};
    ck_assert_int_eq(poll(&full, 1, 0), 1);
    int64_t began = now_ms();
    close(kept);
    daemon_end(host);
    ck_assert_int_lt(now_ms() - began, 15000);
    close(ends[0]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("drain");
    TCase *tests = tcase_create("drain");
    tcase_set_timeout(tests, 100);
    tcase_add_checked_fixture(tests, world_begin, world_end);
    tcase_add_checked_fixture(tests, NULL, daemon_kill);
    tcase_add_test(tests, requests_in_flight_end);
    tcase_add_test(tests, idle_connections_do_not_hold_it_up);
    tcase_add_test(tests, what_never_ends_is_cut_off);
    tcase_add_test(tests, a_blocked_log_blocks_nothing);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
