#include "core/spawner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/spawn.h"

/* What is handed on is moved up here first, so that no place in the child is taken already. */
#define ABOVE 64

/* Adds what puts the descriptors where the child expects them; 0, or an errno. */
static int place(posix_spawn_file_actions_t *actions, const int *moved, uint32_t count)
{
    int failed = 0;
    for (uint32_t index = 0; !failed && index < count; index++)
        failed =
            posix_spawn_file_actions_adddup2(actions, moved[index], CORE_SPAWN_FIRST + (int)index);
    return failed;
}

/* 0, or an errno. */
static int start(char **words, const int *moved, uint32_t count, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGTERM);
    sigaddset(&usual, SIGINT);
    sigaddset(&usual, SIGHUP);
    sigaddset(&usual, SIGPIPE);
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed)
        return failed;
    failed = posix_spawnattr_init(&attributes);
    if (!failed) {
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &usual);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        failed = place(&actions, moved, count);
        if (!failed)
            failed = posix_spawn(child, words[0], &actions, &attributes, words, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

core_spawner_answer_t core_spawner_start(const core_spawner_question_t *question,
                                         const int *descriptors)
{
    core_spawner_answer_t answer = {0};
    char *words[CORE_SPAWN_ARGUMENTS + 2] = {NULL};
    int moved[CORE_SPAWN_DESCRIPTORS];
    uint32_t count = 0;
    char *at = (char *)(uintptr_t)question->text;
    for (uint32_t index = 0; index <= question->argument_count; index++) {
        words[index] = at;
        at += strlen(at) + 1;
    }
    while (!answer.cause && count < question->descriptor_count) {
        moved[count] = fcntl(descriptors[count], F_DUPFD_CLOEXEC, ABOVE);
        if (moved[count] < 0)
            answer.cause = errno;
        else
            count++;
    }
    if (!answer.cause)
        answer.cause = start(words, moved, count, &answer.process);
    while (count)
        close(moved[--count]);
    return answer;
}

int core_spawner_finish(pid_t child)
{
    int ended = -1;
    kill(child, SIGKILL);
    while (waitpid(child, &ended, 0) < 0) {
        if (errno != EINTR)
            return -1;
    }
    return ended;
}

/* One question with its descriptors; 0 at the end of the questions. */
static int receive(int socket, core_spawner_question_t *question, int *descriptors, uint32_t *count)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(CORE_SPAWN_DESCRIPTORS * sizeof(int))];
    } control;
    struct iovec part = {.iov_base = question, .iov_len = sizeof *question};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.room,
                             .msg_controllen = sizeof control.room};
    ssize_t got;
    do
        got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    *count = 0;
    const struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (got > 0 && head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS) {
        *count = (uint32_t)((head->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(descriptors, CMSG_DATA(head), *count * sizeof(int));
    }
    return got == (ssize_t)sizeof *question && question->argument_count <= CORE_SPAWN_ARGUMENTS &&
           question->descriptor_count == *count;
}

void core_spawner_run(int socket)
{
    core_spawner_question_t question;
    int descriptors[CORE_SPAWN_DESCRIPTORS];
    uint32_t count = 0;
    /* It must outlive the end that these signals ask the daemon for, but not the daemon. */
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "signetd-spawner");
    while (receive(socket, &question, descriptors, &count)) {
        core_spawner_answer_t answer = {.ended = -1};
        if (question.kind == CORE_SPAWNER_START)
            answer = core_spawner_start(&question, descriptors);
        else
            answer.ended = core_spawner_finish(question.process);
        while (count)
            close(descriptors[--count]);
        if (send(socket, &answer, sizeof answer, MSG_NOSIGNAL) != (ssize_t)sizeof answer)
            break;
    }
    _exit(0);
}
