#include "peer.h"

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define REPLY_MS 60000

static char reply[65536];

static const char *read_line(peer_t *peer)
{
    size_t length = 0;
    while (length < sizeof reply - 1) {
        struct pollfd waiting = {.fd = peer->output, .events = POLLIN};
        ck_assert_msg(poll(&waiting, 1, REPLY_MS) == 1, "the server says nothing");
        ssize_t got = read(peer->output, reply + length, 1);
        ck_assert_msg(got == 1, "the server has ended");
        if (reply[length] == '\n') {
            break;
        }
        length++;
    }
    reply[length] = 0;
    return reply;
}

void peer_start(peer_t *peer, const char *script, const char *folder, const char *option)
{
    int input[2];
    int output[2];
    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(pipe2(input, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(output, O_CLOEXEC), 0);
    peer->process = fork();
    ck_assert_int_ge(peer->process, 0);
    if (peer->process == 0) {
        dup2(input[0], STDIN_FILENO);
        dup2(output[1], STDOUT_FILENO);
        /* Debian's own, whose modules packaging/dependencies installs. */
        execl("/usr/bin/python3", "python3", script, folder, option, (char *)NULL);
        _exit(127);
    }
    close(input[0]);
    close(output[1]);
    peer->input = input[1];
    peer->output = output[0];
    snprintf(peer->url, sizeof peer->url, "https://127.0.0.1:%s", read_line(peer));
}

const char *peer_tell(peer_t *peer, const char *line)
{
    ck_assert_int_eq(dprintf(peer->input, "%s\n", line), (int)strlen(line) + 1);
    return read_line(peer);
}

void peer_stop(peer_t *peer)
{
    /* The end of its input ends the server. */
    close(peer->input);
    ck_assert_int_eq(waitpid(peer->process, NULL, 0), peer->process);
    close(peer->output);
}
