/* The spawner's side: what it is asked, and how it starts and ends children. */
#ifndef CORE_SPAWNER_H
#define CORE_SPAWNER_H

#include <stdint.h>
#include <sys/types.h>

#define CORE_SPAWNER_START 1U
#define CORE_SPAWNER_END 2U

/* A question, as one message; descriptors come beside it. Between two processes of one program. */
typedef struct core_spawner_question {
    uint32_t kind;
    pid_t process; /* to be ended */
    uint32_t argument_count;
    uint32_t descriptor_count;
    char text[16384]; /* the executable and the arguments, each with its NUL */
} core_spawner_question_t;

/* The answer to each. */
typedef struct core_spawner_answer {
    int32_t cause; /* errno of what failed; 0: nothing did */
    pid_t process;
    int32_t ended; /* as waitpid says it; -1: unknown */
} core_spawner_answer_t;

/* Answers questions until the other side closes, then ends the process. Does not return. */
void core_spawner_run(int socket) __attribute__((noreturn));
/* Starts one child of the calling process. Any thread. */
core_spawner_answer_t core_spawner_start(const core_spawner_question_t *question,
                                         const int *descriptors);
/* Kills one child and waits for its end, as waitpid says it; -1 where it is none. Any thread. */
int core_spawner_finish(pid_t child);

#endif
