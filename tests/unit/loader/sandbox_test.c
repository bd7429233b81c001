/* The sandbox: what the daemon and its processes may not do, tried by a plugin that does it. */
#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/world.h"
#include "daemon.h"

/* A folder that no configuration names, with a file in it. */
static char outside[64];
static char secret[128];

static void begin(void)
{
    snprintf(outside, sizeof outside, "/tmp/signet-outside-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(outside));
    snprintf(secret, sizeof secret, "%s/secret", outside);
    int file = open(secret, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(file, 0);
    close(file);
    world_begin();
}

static void end(void)
{
    daemon_kill();
    world_end();
    unlink(secret);
    ck_assert_int_eq(rmdir(outside), 0);
}

/* Runs a daemon whose plugin tries something; what it says about that. */
static const char *tried(const char *host, const char *block, const char *what, const char *target)
{
    char content[2048];
    snprintf(
        content, sizeof content,
        "host = { %s };\nplugins = (\n{ name = \"one\"; plugin = \"mock-forbidden\"; %s what = "
        "\"%s\"; target = \"%s\"; }\n);\n",
        host, block, what, target);
    world_write("signet.cfg", content);
    ck_assert_int_eq(daemon_finish(daemon_start("--config", world_path("signet.cfg"), NULL)), 69);
    return daemon_said();
}

static void expect(const char *said, const char *words)
{
    ck_assert_msg(strstr(said, words) != NULL, "\"%s\" is not in: %s", words, said);
}

START_TEST(the_daemon_is_kept_from_the_rest)
{
    char fresh[128];
    snprintf(fresh, sizeof fresh, "%s/fresh", outside);
    expect(tried("", "", "read", secret), "read: Permission denied");
    expect(tried("", "", "write", fresh), "write: Permission denied");
    ck_assert_int_ne(access(fresh, F_OK), 0);
    expect(tried("", "", "execute", ""), "execute: Operation not permitted");
    expect(tried("", "", "packets", ""), "packets: Operation not permitted");
    expect(tried("", "", "mount", outside), "mount: Operation not permitted");
    expect(tried("", "", "memory", ""), "memory: Operation not permitted");
#if !defined(__SANITIZE_ADDRESS__)
    expect(tried("", "", "process", ""), "process: Operation not permitted");
#endif
}
END_TEST

/* The configuration's own folder is read, but not written: nothing says that a plugin writes it. */
START_TEST(what_is_named_may_be_read)
{
    world_write("near", "near");
    expect(tried("", "", "read", world_path("near")), "read: done");
    expect(tried("", "", "write", world_path("fresh")), "write: Permission denied");
    char files[256];
    snprintf(files, sizeof files, "sandbox = { files = ( { path = \"%s\"; } ); };", outside);
    expect(tried(files, "", "read", secret), "read: done");
    snprintf(files, sizeof files, "sandbox = { files = ( { path = \"%s\"; write = true; } ); };",
             outside);
    expect(tried(files, "", "write", secret), "write: done");
}
END_TEST

START_TEST(it_can_be_turned_off)
{
    expect(tried("sandbox = { enabled = false; };", "", "read", secret), "read: done");
}
END_TEST

/* No plugin of this configuration says that it uses the network. */
START_TEST(nobody_connects_unasked)
{
    char port[16];
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(listener, 4), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    snprintf(port, sizeof port, "%u", ntohs(address.sin_port));
    expect(tried("", "", "connect", port), "connect: Permission denied");
    expect(tried("sandbox = { enabled = false; };", "", "connect", port), "connect: done");
    close(listener);
}
END_TEST

/* The process of an isolated instance is kept closer still. */
START_TEST(so_is_an_isolated_instance)
{
    char host[256];
    snprintf(host, sizeof host, "isolated = { folder = \"%s\"; };", world_path("isolated"));
    world_write("near", "near");
    expect(tried(host, "isolate = true;", "read", secret), "read: Permission denied");
    expect(tried(host, "isolate = true;", "read", world_path("near")), "read: Permission denied");
    expect(tried(host, "isolate = true;", "network", ""), "network: Operation not permitted");
    expect(tried(host, "isolate = true;", "execute", ""), "execute: Operation not permitted");
    expect(tried(host, "isolate = true;", "write", world_path("isolated/own")), "write: done");
}
END_TEST

static void configure(const char *folder)
{
    char content[1024];
    snprintf(content, sizeof content,
             "host = { ready_file = \"ready\"; listeners = ( { name = \"a\"; address = "
             "\"127.0.0.1:0\"; } ); };\nplugins = ( { name = \"one\"; plugin = \"mock-good\"; "
             "folder = \"%s\"; } );\n",
             folder);
    world_write("signet.cfg", content);
}

/* What the sandbox forbids only a restart can allow, and a reload says so. */
START_TEST(a_reload_says_what_needs_a_restart)
{
    configure(world_path(""));
    pid_t child = daemon_serve();
    configure(outside);
    ck_assert_int_eq(kill(child, SIGHUP), 0);
    daemon_await(
        "restart needed, and nothing was changed: the sandbox, which is made at the start, "
        "forbids to read in",
        1);
    expect(daemon_said(), outside);
    daemon_end(child);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sandbox");
    TCase *tests = tcase_create("sandbox");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, the_daemon_is_kept_from_the_rest);
    tcase_add_test(tests, what_is_named_may_be_read);
    tcase_add_test(tests, it_can_be_turned_off);
    tcase_add_test(tests, nobody_connects_unasked);
    tcase_add_test(tests, so_is_an_isolated_instance);
    tcase_add_test(tests, a_reload_says_what_needs_a_restart);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
