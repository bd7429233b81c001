/* What signetd tells systemd, by a socket of the test in its place (sd_notify(3)). */
#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon.h"

static int notified;

static void begin(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    world_begin();
    snprintf(address.sun_path, sizeof address.sun_path, "%s", world_path("notify"));
    notified = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(notified, (const struct sockaddr *)&address, sizeof address), 0);
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    setenv("WATCHDOG_USEC", "400000", 1);
    world_write("signet.cfg",
                "host = { node = \"n1\"; ready_file = \"ready\"; listeners = ( { name = "
                "\"plain\"; address = \"127.0.0.1:0\"; } ); };\nplugins = ( { name = "
                "\"holder\"; plugin = \"mock-hold\"; } );\n");
}

static void end(void)
{
    daemon_kill();
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    close(notified);
    world_end();
}

/* The next message within a while; "" where none comes. */
static const char *next(int wait_ms)
{
    static char message[512];
    struct pollfd wait = {.fd = notified, .events = POLLIN};
    ssize_t got = poll(&wait, 1, wait_ms) == 1 ? recv(notified, message, sizeof message - 1, 0) : 0;
    message[got > 0 ? got : 0] = '\0';
    return message;
}

/* Waits for a message that begins so. */
static const char *await(const char *words)
{
    for (int count = 0; count < 1000; count++) {
        const char *message = next(20000);
        if (strncmp(message, words, strlen(words)) == 0)
            return message;
        ck_assert_msg(message[0] != '\0', "not told: %s", words);
    }
    ck_abort_msg("not told: %s", words);
}

START_TEST(it_tells_of_its_life)
{
    char pid[32];
    pid_t host = daemon_serve();
    snprintf(pid, sizeof pid, "MAINPID=%ld", (long)host);
    ck_assert_ptr_nonnull(strstr(await("READY=1"), pid));
    await("WATCHDOG=1");
    ck_assert_int_eq(kill(host, SIGHUP), 0);
    ck_assert_ptr_nonnull(strstr(await("RELOADING=1"), "MONOTONIC_USEC="));
    await("READY=1");
    ck_assert_int_eq(kill(host, SIGTERM), 0);
    await("STOPPING=1");
    ck_assert_int_eq(daemon_finish(host), 0);
}
END_TEST

START_TEST(it_is_silent_while_a_loop_is_held)
{
    pid_t host = daemon_serve();
    await("WATCHDOG=1");
    int held = daemon_connect(daemon_port());
    daemon_send(held, "/hold");
    /* It is held for 1500 ms: within them there is a gap longer than the limit of 400 ms. */
    int silent = 0;
    for (int count = 0; count < 10 && !silent; count++)
        silent = next(450)[0] == '\0';
    ck_assert_int_eq(silent, 1);
    daemon_receive(held);
    await("WATCHDOG=1");
    daemon_end(host);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("notify");
    TCase *tests = tcase_create("notify");
    tcase_set_timeout(tests, 100);
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, it_tells_of_its_life);
    tcase_add_test(tests, it_is_silent_while_a_loop_is_held);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
