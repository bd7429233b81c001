/* Running signet as a user would. */
#ifndef CLI_RUN_TEST_H
#define CLI_RUN_TEST_H

#include <stddef.h>

/* What a run left. */
typedef struct cli_result {
    int code;
    char output[65536];
    size_t output_length;
    char errors[16384];
} cli_result_t;

/* Runs a shell command in which $SIGNET is the command; its plugins are those of the test. */
const cli_result_t *cli_shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same with standard output on a terminal this many characters wide. */
const cli_result_t *cli_terminal(unsigned short width, const char *command);
/* A file in the folder of the test. */
void cli_write(const char *name, const char *content);
const char *cli_folder(void);
void cli_begin(void);
void cli_end(void);

#endif
