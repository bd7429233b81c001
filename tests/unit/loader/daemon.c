#include "daemon.h"

#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 20000

static char said[262144]; /* standard error of the last run */
static pid_t running;     /* the one that was started last, until its end */

static pid_t start(const char *one, const char *two, const char *three, int log)
{
    static char daemon[512];
    snprintf(daemon, sizeof daemon, "%s", world_build("bin/signetd"));
    setenv("SIGNET_PLUGINS", world_build("mock-plugins"), 1);
    char *arguments[] = {daemon, (char *)(uintptr_t)one, (char *)(uintptr_t)two,
                         (char *)(uintptr_t)three, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    posix_spawn_file_actions_init(&actions);
    if (log >= 0)
        posix_spawn_file_actions_adddup2(&actions, log, STDERR_FILENO);
    else
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, world_path("err"),
                                         O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_eq(posix_spawn(&child, daemon, &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    running = child;
    return child;
}

pid_t daemon_start(const char *one, const char *two, const char *three)
{
    return start(one, two, three, -1);
}

void daemon_read(const char *name, char *text, size_t size)
{
    FILE *file = fopen(world_path(name), "re");
    size_t length = file ? fread(text, 1, size - 1, file) : 0;
    text[length] = '\0';
    if (file)
        fclose(file);
}

static pid_t await_ready(pid_t child)
{
    for (int wait = 0; wait < PATIENCE_MS; wait++) {
        if (access(world_path("ready"), F_OK) == 0)
            return child;
        usleep(1000);
    }
    daemon_read("err", said, sizeof said);
    ck_abort_msg("not ready: %s", said);
}

pid_t daemon_serve(void)
{
    return await_ready(daemon_start("--config", world_path("signet.cfg"), NULL));
}

pid_t daemon_start_with_log(int log)
{
    return await_ready(start("--config", world_path("signet.cfg"), NULL, log));
}

unsigned daemon_port(void)
{
    char ready[512];
    daemon_read("ready", ready, sizeof ready);
    const char *at = strstr(ready, "127.0.0.1:");
    ck_assert_msg(at != NULL, "%s", ready);
    return (unsigned)strtoul(at + strlen("127.0.0.1:"), NULL, 10);
}

int daemon_finish(pid_t child)
{
    int ended = 0;
    ck_assert_int_eq(waitpid(child, &ended, 0), child);
    running = running == child ? 0 : running;
    daemon_read("err", said, sizeof said);
    ck_assert_msg(WIFEXITED(ended), "%s", said);
    return WEXITSTATUS(ended);
}

void daemon_kill(void)
{
    if (running) {
        kill(running, SIGKILL);
        waitpid(running, NULL, 0);
    }
    running = 0;
}

void daemon_end(pid_t child)
{
    ck_assert_int_eq(kill(child, SIGTERM), 0);
    ck_assert_msg(daemon_finish(child) == 0, "%s", said);
}

const char *daemon_said(void)
{
    return said;
}

static unsigned count_words(const char *text, const char *words)
{
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, words)) != NULL; at += strlen(words))
        count++;
    return count;
}

void daemon_await(const char *words, unsigned count)
{
    for (int wait = 0; wait < PATIENCE_MS; wait++) {
        daemon_read("err", said, sizeof said);
        if (count_words(said, words) >= count)
            return;
        usleep(1000);
    }
    ck_abort_msg("not said: %s: %s", words, said);
}

void daemon_await_trace(const char *words)
{
    char trace[65536] = "";
    for (int wait = 0; wait < PATIENCE_MS; wait++) {
        daemon_read("trace", trace, sizeof trace);
        if (strstr(trace, words))
            return;
        usleep(1000);
    }
    ck_abort_msg("not in the trace: %s: %s", words, trace);
}

int daemon_connect(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(connect(client, (const struct sockaddr *)&address, sizeof address), 0);
    return client;
}

void daemon_send(int connection, const char *path)
{
    char request[512];
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);
    ck_assert_int_eq(write(connection, request, (size_t)length), length);
}

const char *daemon_receive(int connection)
{
    static char answer[8192];
    size_t length = 0;
    for (ssize_t got; (got = read(connection, answer + length, sizeof answer - 1 - length)) > 0;)
        length += (size_t)got;
    answer[length] = '\0';
    close(connection);
    return answer;
}

const char *daemon_get(unsigned port, const char *path)
{
    int connection = daemon_connect(port);
    daemon_send(connection, path);
    const char *answer = daemon_receive(connection);
    const char *body = strstr(answer, "\r\n\r\n");
    return strncmp(answer, "HTTP/1.1 200", 12) == 0 && body ? body + 4 : "";
}
