/* Running signet as a user would. */
#include "cli_run.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static cli_result_t result;

const char *cli_folder(void)
{
    return folder;
}

void cli_begin(void)
{
    (void)snprintf(folder, sizeof(folder), "/tmp/signet-cli-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(setenv("SIGNET", SIGNET_COMMAND, 1), 0);
    ck_assert_int_eq(setenv("SIGNET_PLUGINS", CLI_PLUGINS, 1), 0);
    static const char *const unset[] = {
        "SIGNET_URL", "SIGNET_CACERT", "SIGNET_TOKEN_FILE",         "SIGNET_CONFIG",
        "NO_COLOR",   "COLUMNS",       "SIGNET_CLIENT_CERTIFICATE", "SIGNET_CLIENT_KEY"};
    for (size_t i = 0; i < sizeof(unset) / sizeof(unset[0]); i++) {
        ck_assert_int_eq(unsetenv(unset[i]), 0);
    }
}

void cli_end(void)
{
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static size_t read_file(const char *name, char *content, size_t size)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    size_t length = fread(content, 1, size - 1, file);
    content[length] = '\0';
    (void)fclose(file);
    return length;
}

void cli_write(const char *name, const char *content)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(content, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

const cli_result_t *cli_shell(const char *format, ...)
{
    char given[2048];
    char command[4096];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(given, sizeof(given), format, arguments);
    va_end(arguments);
    (void)snprintf(command, sizeof(command), "cd %s && { %s\n} >out 2>err </dev/null", folder,
                   given);
    int status = system(command);
    ck_assert(WIFEXITED(status));
    result.code = WEXITSTATUS(status);
    result.output_length = read_file("out", result.output, sizeof(result.output));
    (void)read_file("err", result.errors, sizeof(result.errors));
    return &result;
}

const cli_result_t *cli_terminal(unsigned short width, const char *command)
{
    struct winsize size = {.ws_row = 24, .ws_col = width};
    int master = -1;
    pid_t child = forkpty(&master, NULL, NULL, &size);
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    result.output_length = 0;
    for (;;) {
        ssize_t got = read(master, result.output + result.output_length,
                           sizeof(result.output) - 1 - result.output_length);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            break;
        }
        result.output_length += (size_t)got;
    }
    result.output[result.output_length] = '\0';
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    (void)close(master);
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return &result;
}
