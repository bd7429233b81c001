/* signet-plugin-check: what its parts share. */
#ifndef SIGNET_CHECK_PROGRAM_H
#define SIGNET_CHECK_PROGRAM_H

#include <signet/check.h>

#define PROGRAM_NEEDS_MAX 16

/* An instance that the plugin needs, opened before it. */
typedef struct program_need {
    const char *plugin; /* path */
    const char *name;
    const char *settings; /* libconfig text */
} program_need_t;

typedef struct program {
    const char *plugin; /* path, with a '/' */
    const char *settings;
    program_need_t needs[PROGRAM_NEEDS_MAX];
    int need_count;
    uint32_t flags; /* of signet_check_conform */
    int patience;   /* seconds that a step has */
    int number;     /* of the last line of the report */
    int faults;
} program_t;

/* One line of the report, in the Test Anything Protocol; `fault` NULL: it is all right. */
void program_line(program_t *program, const char *suite, const char *name, const char *fault);
/* Runs one step in a process of its own, which reports through program_line and ends with the
 * number of its faults: a crash or a hang there is a fault of the step and nothing else. */
void program_step(program_t *program, const char *name, void (*step)(program_t *program));
/* The symbols that a file exports beside the one that it has to: NULL, or what is wrong. */
const char *program_symbols(const char *path, char *fault, size_t size);
/* The steps. */
void program_descriptor(program_t *program);
void program_checked(program_t *program);
void program_life(program_t *program);
void program_twice(program_t *program);
void program_memory(program_t *program);
void program_suites(program_t *program);

#endif
