#include "core/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/call.h"
#include "core/spawner.h"

/* The process has one spawner. */
static struct {
    pthread_mutex_t lock; /* one question at a time */
    int socket;
    pid_t process;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .socket = -1};

static int32_t fail(signet_call_t *call, const char *executable, int cause)
{
    return core_fail(call, SIGNET_UNAVAILABLE, "host.no-process",
                     "no process can be started from %s (%s): free some memory or processes, or "
                     "install the host again",
                     executable ? executable : "this program", strerror(cause));
}

int32_t core_spawner_begin(signet_call_t *call)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return fail(call, NULL, errno);
    pid_t process = fork();
    if (process == 0) {
        close(ends[0]);
        core_spawner_run(ends[1]);
    }
    int cause = errno;
    close(ends[1]);
    if (process < 0) {
        close(ends[0]);
        return fail(call, NULL, cause);
    }
    state.socket = ends[0];
    state.process = process;
    return SIGNET_OK;
}

void core_spawner_end(void)
{
    if (state.socket < 0)
        return;
    close(state.socket);
    state.socket = -1;
    while (waitpid(state.process, NULL, 0) < 0 && errno == EINTR)
        continue;
}

/* Asks the spawner. 0, or an errno where it does not answer. */
static int ask(const core_spawner_question_t *question, const core_spawn_t *spawn,
               core_spawner_answer_t *answer)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(CORE_SPAWN_DESCRIPTORS * sizeof(int))];
    } control = {.room = {0}};
    struct iovec part = {.iov_base = (void *)(uintptr_t)question, .iov_len = sizeof *question};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    size_t octets = spawn ? spawn->descriptor_count * sizeof(int) : 0;
    if (octets) {
        message.msg_control = control.room;
        message.msg_controllen = CMSG_SPACE(octets);
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(octets);
        memcpy(CMSG_DATA(head), spawn->descriptors, octets);
    }
    ssize_t done;
    do
        done = sendmsg(state.socket, &message, MSG_NOSIGNAL);
    while (done < 0 && errno == EINTR);
    if (done != (ssize_t)sizeof *question)
        return done < 0 ? errno : EPROTO;
    do
        done = recv(state.socket, answer, sizeof *answer, 0);
    while (done < 0 && errno == EINTR);
    if (done == (ssize_t)sizeof *answer)
        return 0;
    return done < 0 ? errno : EPIPE;
}

/* Fills a question; 0 where it is too long. */
static int fill(core_spawner_question_t *question, const core_spawn_t *spawn)
{
    const char *executable = spawn->executable ? spawn->executable : "/proc/self/exe";
    size_t used = strlen(executable) + 1;
    if (spawn->argument_count > CORE_SPAWN_ARGUMENTS ||
        spawn->descriptor_count > CORE_SPAWN_DESCRIPTORS || used > sizeof question->text)
        return 0;
    question->kind = CORE_SPAWNER_START;
    memcpy(question->text, executable, used);
    for (uint64_t index = 0; index < spawn->argument_count; index++) {
        size_t length = strlen(spawn->arguments[index]) + 1;
        if (length > sizeof question->text - used)
            return 0;
        memcpy(question->text + used, spawn->arguments[index], length);
        used += length;
    }
    question->argument_count = (uint32_t)spawn->argument_count;
    question->descriptor_count = (uint32_t)spawn->descriptor_count;
    return 1;
}

int32_t core_spawn(signet_call_t *call, const core_spawn_t *spawn, pid_t *child)
{
    core_spawner_question_t question = {0};
    core_spawner_answer_t answer = {0};
    if (!fill(&question, spawn))
        return fail(call, spawn->executable, E2BIG);
    pthread_mutex_lock(&state.lock);
    int cause = 0;
    if (state.socket < 0)
        answer = core_spawner_start(&question, spawn->descriptors);
    else
        cause = ask(&question, spawn, &answer);
    pthread_mutex_unlock(&state.lock);
    cause = cause ? cause : answer.cause;
    if (cause)
        return fail(call, spawn->executable, cause);
    *child = answer.process;
    return SIGNET_OK;
}

int core_spawn_end(pid_t child)
{
    core_spawner_question_t question = {.kind = CORE_SPAWNER_END, .process = child};
    core_spawner_answer_t answer = {0};
    pthread_mutex_lock(&state.lock);
    int asked = state.socket >= 0;
    int cause = asked ? ask(&question, NULL, &answer) : 0;
    pthread_mutex_unlock(&state.lock);
    if (!asked)
        return core_spawner_finish(child);
    return cause ? -1 : answer.ended;
}

void core_spawn_tell(int ended, char *words, size_t size)
{
    if (ended < 0)
        snprintf(words, size, "nobody knows how");
    else if (WIFSIGNALED(ended))
        snprintf(words, size, "signal %d, %s", WTERMSIG(ended), strsignal(WTERMSIG(ended)));
    else
        snprintf(words, size, "exit code %d", WEXITSTATUS(ended));
}
