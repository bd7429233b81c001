/* The report, and processes for what may crash. */
#include "program.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void program_line(program_t *program, const char *suite, const char *name, const char *fault)
{
    program->number++;
    program->faults += fault != NULL;
    printf("%s %d - %s: %s\n", fault ? "not ok" : "ok", program->number, suite, name);
    for (const char *line = fault; line && *line;) {
        size_t length = strcspn(line, "\n");
        printf("# %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
    fflush(stdout);
}

static int64_t seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec;
}

/* Waits for a child; 0 where it had to be killed. */
static int wait_for(pid_t child, int patience, int *status)
{
    int64_t until = seconds() + patience;
    while (waitpid(child, status, WNOHANG) == 0) {
        if (seconds() >= until) {
            kill(child, SIGKILL);
            waitpid(child, status, 0);
            return 0;
        }
        poll(NULL, 0, 20);
    }
    return 1;
}

/* The child tells how many lines it wrote and how many of them were faults. */
typedef struct tally {
    int number;
    int faults;
} tally_t;

void program_step(program_t *program, const char *name, void (*step)(program_t *program))
{
    int pipes[2];
    int status = 0;
    char fault[160];
    tally_t tally = {program->number, program->faults};
    fflush(NULL);
    if (pipe(pipes) != 0) {
        perror("signet-plugin-check");
        exit(EXIT_FAILURE);
    }
    pid_t child = fork();
    if (child < 0) {
        perror("signet-plugin-check");
        exit(EXIT_FAILURE);
    }
    if (child == 0) {
        close(pipes[0]);
        step(program);
        tally = (tally_t){program->number, program->faults};
        fflush(NULL);
        if (write(pipes[1], &tally, sizeof tally) != (ssize_t)sizeof tally) {
            _exit(EXIT_FAILURE);
        }
        close(pipes[1]);
        exit(EXIT_SUCCESS);
    }
    close(pipes[1]);
    int ended = wait_for(child, program->patience, &status);
    if (read(pipes[0], &tally, sizeof tally) == (ssize_t)sizeof tally) {
        program->number = tally.number;
        program->faults = tally.faults;
    } else if (ended && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        program_line(program, "process", name, "it ended the process: a plugin never calls exit");
    }
    close(pipes[0]);
    if (!ended) {
        snprintf(fault, sizeof fault, "it did not end within %d s", program->patience);
        program_line(program, "process", name, fault);
    } else if (WIFSIGNALED(status)) {
        snprintf(fault, sizeof fault, "it crashed (signal %d, %s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
        program_line(program, "process", name, fault);
    } else if (WEXITSTATUS(status) != 0) {
        snprintf(fault, sizeof fault,
                 "it ended the process with status %d: the lines above say why",
                 WEXITSTATUS(status));
        program_line(program, "process", name, fault);
    }
}
