/* Listening sockets that signetd is given: by systemd's protocol, and by the host whose place it
 * takes; and the watch over its loops. */
#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon.h"

static void configure(const char *host, const char *listeners, const char *block)
{
    char content[4096];
    snprintf(content, sizeof content,
             "host = {\n node = \"n1\"; ready_file = \"ready\"; %s\n listeners = ( %s );\n"
             " log = { format = \"json\"; access = false; };\n};\nplugins = (\n%s\n);\n",
             host, listeners, block);
    world_write("signet.cfg", content);
}

#define PLAIN "{ name = \"plain\"; address = \"127.0.0.1:0\"; }"
#define LIFE                                                                                       \
    "{ name = \"life\"; plugin = \"mock-life\"; trace = \"trace\"; gate = \"gate\"; text = "       \
    "\"one\"; }"

/* A socket that listens on a port of the kernel's choice. */
static int make_socket(unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(made, (const struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(made, 64), 0);
    ck_assert_int_eq(getsockname(made, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return made;
}

/* Starts signetd as systemd does, with one socket, and waits until it is ready. */
static pid_t activate(int socket_file, const char *name)
{
    static char path[512];
    static char daemon[512];
    char pid[16];
    snprintf(path, sizeof path, "%s", world_path("signet.cfg"));
    snprintf(daemon, sizeof daemon, "%s", world_build("bin/signetd"));
    setenv("SIGNET_PLUGINS", world_build("mock-plugins"), 1);
    int log = open(world_path("err"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    pid_t child = fork();
    if (child == 0) {
        snprintf(pid, sizeof pid, "%ld", (long)getpid());
        setenv("LISTEN_PID", pid, 1);
        setenv("LISTEN_FDS", "1", 1);
        setenv("LISTEN_FDNAMES", name, 1);
        /* First away from what may be the place of another. */
        int moved = fcntl(socket_file, F_DUPFD, 10);
        dup2(log, STDERR_FILENO);
        dup2(moved, 3);
        close(moved);
        execl(daemon, daemon, "--config", path, (char *)NULL);
        _exit(127);
    }
    ck_assert_int_gt(child, 0);
    close(log);
    return child;
}

static void await_ready(void)
{
    for (int wait = 0; wait < 20000 && access(world_path("ready"), F_OK) != 0; wait++)
        usleep(1000);
    ck_assert_int_eq(access(world_path("ready"), F_OK), 0);
}

START_TEST(sockets_of_systemd_are_used)
{
    unsigned port = 0;
    int given = make_socket(&port);
    configure("", PLAIN, LIFE);
    /* Who connects before there is a host waits for it. */
    int early = daemon_connect(port);
    daemon_send(early, "/life");
    pid_t host = activate(given, "plain");
    await_ready();
    ck_assert_uint_eq(daemon_port(), port);
    ck_assert_ptr_nonnull(strstr(daemon_receive(early), "\r\n\r\none"));
    for (int count = 0; count < 20; count++)
        ck_assert_str_eq(daemon_get(port, "/life"), "one");
    daemon_end(host);
    /* The socket is systemd's: the next host goes on with it. */
    early = daemon_connect(port);
    daemon_send(early, "/life");
    unlink(world_path("ready"));
    host = activate(given, "plain");
    ck_assert_ptr_nonnull(strstr(daemon_receive(early), "\r\n\r\none"));
    await_ready();
    daemon_end(host);
    close(given);
}
END_TEST

START_TEST(a_unix_socket_of_systemd_stays)
{
    char listener[1024];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int given = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", world_path("local"));
    ck_assert_int_eq(bind(given, (const struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(given, 8), 0);
    snprintf(listener, sizeof listener, "{ name = \"local\"; unix = \"%s\"; }", address.sun_path);
    configure("", listener, LIFE);
    pid_t host = activate(given, "whatever.socket");
    await_ready();
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(client, (const struct sockaddr *)&address, sizeof address), 0);
    daemon_send(client, "/life");
    ck_assert_ptr_nonnull(strstr(daemon_receive(client), "\r\n\r\none"));
    daemon_end(host);
    ck_assert_int_eq(access(address.sun_path, F_OK), 0);
    close(given);
}
END_TEST

START_TEST(a_socket_that_nobody_wants_is_refused)
{
    unsigned port = 0;
    int given = make_socket(&port);
    configure("", "{ name = \"plain\"; address = \"127.0.0.1:1\"; }", LIFE);
    pid_t host = activate(given, "other");
    ck_assert_int_eq(daemon_finish(host), 78);
    ck_assert_msg(strstr(daemon_said(), "A socket named \"other\" was handed to the host") != NULL,
                  "%s", daemon_said());
    close(given);
}
END_TEST

/* Clients that connect anew for each request, and one that keeps its connection as long as it may.
 */
typedef struct clients {
    unsigned port;
    atomic_int ending;
    atomic_int answers;
    atomic_int failures;
} clients_t;

static int connect_to(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(client, (const struct sockaddr *)&address, sizeof address) == 0)
        return client;
    close(client);
    return -1;
}

/* One request; 1 where it was answered, 2 where the connection goes on. */
static int exchange(int client, const char *request)
{
    char answer[4096] = "";
    size_t length = 0;
    if (client < 0 || send(client, request, strlen(request), MSG_NOSIGNAL) < 0)
        return 0;
    while (!strstr(answer, "\r\n\r\none")) {
        ssize_t got = read(client, answer + length, sizeof answer - 1 - length);
        if (got <= 0)
            return 0;
        length += (size_t)got;
        answer[length] = '\0';
    }
    return strstr(answer, "Connection: close") ? 1 : 2;
}

static void *connect_anew(void *argument)
{
    clients_t *clients = argument;
    while (!atomic_load(&clients->ending)) {
        int client = connect_to(clients->port);
        int answered =
            exchange(client, "GET /life HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        atomic_fetch_add(answered ? &clients->answers : &clients->failures, 1);
        if (client >= 0)
            close(client);
    }
    return NULL;
}

static void *keep_connection(void *argument)
{
    clients_t *clients = argument;
    int client = -1;
    while (!atomic_load(&clients->ending)) {
        if (client < 0)
            client = connect_to(clients->port);
        int answered = exchange(client, "GET /life HTTP/1.1\r\nHost: x\r\n\r\n");
        atomic_fetch_add(answered ? &clients->answers : &clients->failures, 1);
        if (answered != 2 && client >= 0) {
            close(client);
            client = -1;
        }
        usleep(1000);
    }
    if (client >= 0)
        close(client);
    return NULL;
}

/* The port of a listener, as the ready file has it; 0 where it does not. */
static unsigned port_of(const char *name)
{
    char text[4096];
    char line[64];
    snprintf(line, sizeof line, "%s http://127.0.0.1:", name);
    daemon_read("ready", text, sizeof text);
    const char *found = strstr(text, line);
    return found ? (unsigned)strtoul(found + strlen(line), NULL, 10) : 0;
}

static void reload(pid_t host, unsigned count)
{
    ck_assert_int_eq(kill(host, SIGHUP), 0);
    daemon_await("\"event\":\"host.reloaded\"", count);
}

static int connect_local(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", world_path("local"));
    ck_assert_int_eq(connect(client, (const struct sockaddr *)&address, sizeof address), 0);
    return client;
}

/* Listeners come, change and go by reloads, while clients of another one notice nothing. */
START_TEST(a_reload_changes_listeners)
{
    static const char request[] = "GET /life HTTP/1.1\r\nHost: x\r\n\r\n";
    char more[1024];
    clients_t clients = {0};
    pthread_t threads[2];
    struct stat before;
    struct stat after;
    configure("", PLAIN, LIFE);
    pid_t host = daemon_serve();
    clients.port = port_of("plain");
    ck_assert_int_eq(pthread_create(&threads[0], NULL, connect_anew, &clients), 0);
    ck_assert_int_eq(pthread_create(&threads[1], NULL, keep_connection, &clients), 0);
    for (unsigned round = 0; round < 20; round++) {
        int answers = atomic_load(&clients.answers);
        /* Added: a port and a Unix socket. */
        snprintf(more, sizeof more,
                 PLAIN ", { name = \"more\"; address = \"127.0.0.1:0\"; }, "
                       "{ name = \"local\"; unix = \"%s\"; mode = \"0600\"; }",
                 world_path("local"));
        configure("", more, LIFE);
        reload(host, 3 * round + 1);
        ck_assert_uint_eq(port_of("plain"), clients.port);
        unsigned port = port_of("more");
        ck_assert_uint_ne(port, 0);
        for (int count = 0; count < 4; count++)
            ck_assert_str_eq(daemon_get(port, "/life"), "one");
        int kept = connect_to(port);
        int local = connect_local();
        ck_assert_int_eq(exchange(kept, request), 2);
        ck_assert_int_eq(exchange(local, request), 2);
        ck_assert_int_eq(stat(world_path("local"), &before), 0);
        ck_assert_uint_eq(before.st_mode & 07777U, 0600);
        /* Changed, in another order: the same sockets; who was connected is asked to leave. */
        snprintf(more, sizeof more,
                 "{ name = \"here\"; unix = \"%s\"; mode = \"0660\"; }, " PLAIN
                 ", { name = \"more\"; address = \"127.0.0.1:0\"; }",
                 world_path("local"));
        configure("", more, LIFE);
        reload(host, 3 * round + 2);
        ck_assert_uint_eq(port_of("plain"), clients.port);
        ck_assert_uint_eq(port_of("more"), port);
        ck_assert_int_eq(stat(world_path("local"), &after), 0);
        ck_assert_uint_eq(before.st_ino, after.st_ino);
        ck_assert_uint_eq(after.st_mode & 07777U, 0660);
        ck_assert_int_eq(exchange(kept, request), 2);
        ck_assert_int_eq(exchange(local, request), 1);
        close(local);
        local = connect_local();
        ck_assert_int_eq(exchange(local, request), 2);
        /* Gone: what is connected is served once more. */
        configure("", PLAIN, LIFE);
        reload(host, 3 * round + 3);
        ck_assert_int_eq(exchange(kept, request), 1);
        ck_assert_int_eq(exchange(local, request), 1);
        close(kept);
        close(local);
        ck_assert_uint_eq(port_of("more"), 0);
        ck_assert_int_ne(access(world_path("local"), F_OK), 0);
        while ((kept = connect_to(port)) >= 0) {
            close(kept);
            usleep(1000);
        }
        while (atomic_load(&clients.answers) < answers + 20)
            usleep(1000);
    }
    /* What cannot be bound changes nothing. */
    snprintf(more, sizeof more,
             PLAIN ", { name = \"local\"; unix = \"%s\"; }, "
                   "{ name = \"taken\"; address = \"127.0.0.1:%u\"; }",
             world_path("local"), clients.port);
    configure("", more, LIFE);
    ck_assert_int_eq(kill(host, SIGHUP), 0);
    daemon_await("\"event\":\"host.reload-refused\"", 1);
    ck_assert_ptr_nonnull(strstr(daemon_said(), "another process listens there"));
    ck_assert_int_ne(access(world_path("local"), F_OK), 0);
    ck_assert_str_eq(daemon_get(clients.port, "/life"), "one");
    atomic_store(&clients.ending, 1);
    for (int index = 0; index < 2; index++)
        pthread_join(threads[index], NULL);
    ck_assert_int_eq(atomic_load(&clients.failures), 0);
    daemon_end(host);
}
END_TEST

START_TEST(a_successor_takes_over)
{
    char listeners[1024];
    clients_t clients = {0};
    pthread_t threads[3];
    struct stat before;
    struct stat after;
    snprintf(listeners, sizeof listeners, PLAIN ", { name = \"local\"; unix = \"%s\"; }",
             world_path("local"));
    configure("control = \"control\";", listeners, LIFE);
    pid_t host = daemon_serve();
    clients.port = daemon_port();
    ck_assert_int_eq(stat(world_path("local"), &before), 0);
    ck_assert_int_eq(pthread_create(&threads[0], NULL, connect_anew, &clients), 0);
    ck_assert_int_eq(pthread_create(&threads[1], NULL, connect_anew, &clients), 0);
    ck_assert_int_eq(pthread_create(&threads[2], NULL, keep_connection, &clients), 0);
    for (int round = 0; round < 3; round++) {
        int answers = atomic_load(&clients.answers);
        while (atomic_load(&clients.answers) < answers + 100)
            usleep(1000);
        pid_t successor = daemon_start("--take-over", "--config", world_path("signet.cfg"));
        int ended = 0;
        ck_assert_int_eq(waitpid(host, &ended, 0), host);
        ck_assert_int_eq(ended, 0);
        host = successor;
        daemon_await("\"event\":\"host.started\"", 1);
        ck_assert_uint_eq(daemon_port(), clients.port);
        ck_assert_int_eq(stat(world_path("local"), &after), 0);
        ck_assert_uint_eq(before.st_ino, after.st_ino);
    }
    int answers = atomic_load(&clients.answers);
    while (atomic_load(&clients.answers) < answers + 100)
        usleep(1000);
    atomic_store(&clients.ending, 1);
    for (int index = 0; index < 3; index++)
        pthread_join(threads[index], NULL);
    ck_assert_int_eq(atomic_load(&clients.failures), 0);
    daemon_end(host);
    ck_assert_int_ne(access(world_path("local"), F_OK), 0);
    ck_assert_int_ne(access(world_path("control"), F_OK), 0);
}
END_TEST

/* Listeners may change with a take-over: some stay, some go, some come. */
START_TEST(a_successor_has_listeners_of_its_own)
{
    char listeners[1024];
    unsigned kept = 0;
    unsigned gone = 0;
    unsigned come = 0;
    close(make_socket(&kept));
    close(make_socket(&gone));
    close(make_socket(&come));
    snprintf(listeners, sizeof listeners,
             "{ name = \"one\"; address = \"127.0.0.1:%u\"; },"
             "{ name = \"two\"; address = \"127.0.0.1:%u\"; }",
             kept, gone);
    configure("control = \"control\";", listeners, LIFE);
    pid_t host = daemon_serve();
    ck_assert_str_eq(daemon_get(kept, "/life"), "one");
    ck_assert_str_eq(daemon_get(gone, "/life"), "one");
    snprintf(listeners, sizeof listeners,
             "{ name = \"other\"; address = \"127.0.0.1:%u\"; },"
             "{ name = \"two\"; address = \"127.0.0.1:%u\"; }",
             kept, come);
    configure("control = \"control\";", listeners, LIFE);
    pid_t successor = daemon_start("--take-over", "--config", world_path("signet.cfg"));
    ck_assert_int_eq(waitpid(host, NULL, 0), host);
    daemon_await("\"event\":\"host.started\"", 1);
    ck_assert_str_eq(daemon_get(kept, "/life"), "one");
    ck_assert_str_eq(daemon_get(come, "/life"), "one");
    ck_assert_int_eq(connect_to(gone), -1);
    daemon_end(successor);
}
END_TEST

START_TEST(there_must_be_a_predecessor)
{
    configure("control = \"control\";", PLAIN, LIFE);
    ck_assert_int_eq(
        daemon_finish(daemon_start("--take-over", "--config", world_path("signet.cfg"))), 69);
    ck_assert_ptr_nonnull(strstr(daemon_said(), "start this one without --take-over"));
    configure("", PLAIN, LIFE);
    ck_assert_int_eq(
        daemon_finish(daemon_start("--take-over", "--config", world_path("signet.cfg"))), 78);
    ck_assert_ptr_nonnull(strstr(daemon_said(), "host.control is not set"));
}
END_TEST

/* Case 121: who holds a loop is named, with its route and its stack. */
START_TEST(a_held_loop_is_told)
{
    configure("limits = { loop_time = \"200ms\"; };", PLAIN,
              "{ name = \"holder\"; plugin = \"mock-hold\"; }");
    pid_t host = daemon_serve();
    ck_assert_str_eq(daemon_get(daemon_port(), "/hold"), "held");
    daemon_await("\"event\":\"http.loop-held\"", 1);
    ck_assert_ptr_nonnull(strstr(daemon_said(), "\"instance\":\"holder\""));
    ck_assert_ptr_nonnull(strstr(daemon_said(), "\"route\":\"/hold\""));
    const char *stack = strstr(daemon_said(), "\"stack\":\"");
    ck_assert_ptr_nonnull(stack);
    ck_assert_msg(strstr(stack, "mock-hold.so") != NULL, "%s", stack);
    /* Once for each time, and never for what does not hold it. */
    ck_assert_ptr_null(strstr(strstr(daemon_said(), "http.loop-held") + 1, "http.loop-held"));
    daemon_end(host);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sockets");
    TCase *tests = tcase_create("sockets");
    tcase_set_timeout(tests, 100);
    tcase_add_checked_fixture(tests, world_begin, world_end);
    tcase_add_checked_fixture(tests, NULL, daemon_kill);
    tcase_add_test(tests, sockets_of_systemd_are_used);
    tcase_add_test(tests, a_unix_socket_of_systemd_stays);
    tcase_add_test(tests, a_socket_that_nobody_wants_is_refused);
    tcase_add_test(tests, a_reload_changes_listeners);
    tcase_add_test(tests, a_successor_takes_over);
    tcase_add_test(tests, a_successor_has_listeners_of_its_own);
    tcase_add_test(tests, there_must_be_a_predecessor);
    tcase_add_test(tests, a_held_loop_is_told);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
