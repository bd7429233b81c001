/* The life cycle, step by step, and the suites. Each step begins in a fresh process. */
#include "program.h"

#include <dirent.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INSTANCE "subject"
#define ROUNDS 20
#define ALLOCATIONS 2000U

static const char *error_of(const signet_check_t *check, char *fault, size_t size)
{
    const signet_error_t *error = signet_check_error(check);
    snprintf(fault, size, "%.*s", error ? (int)error->message.length : 0,
             error ? error->message.data : "");
    return fault;
}

/* A world with everything that the plugin needs; ends the step where that cannot be opened. */
static signet_check_t *begin(program_t *program, uint32_t mode)
{
    char fault[1024];
    signet_check_t *check = signet_check_begin();
    signet_check_mode(check, mode);
    for (int i = 0; i < program->need_count; i++) {
        const program_need_t *need = &program->needs[i];
        if (signet_check_open(check, need->plugin, need->name, need->settings) != SIGNET_OK) {
            program_line(program, "needs", need->name, error_of(check, fault, sizeof fault));
            signet_check_end(check);
            return NULL;
        }
    }
    return check;
}

static int32_t open_subject(program_t *program, signet_check_t *check, const char *suite,
                            const char *name)
{
    char fault[1024];
    int32_t status = signet_check_open(check, program->plugin, INSTANCE, program->settings);
    program_line(program, suite, name,
                 status == SIGNET_OK ? NULL : error_of(check, fault, sizeof fault));
    return status;
}

void program_descriptor(program_t *program)
{
    char fault[256];
    program_line(program, "file", "exports signet_plugin_entry and nothing else",
                 program_symbols(program->plugin, fault, sizeof fault));
}

void program_checked(program_t *program)
{
    signet_check_t *check = begin(program, SIGNET_MODE_CHECK);
    if (check) {
        open_subject(program, check, "life", "opens and closes for a check of configuration");
        signet_check_end(check);
    }
}

static int entries(const char *path)
{
    int count = 0;
    DIR *folder = opendir(path);
    while (folder && readdir(folder)) {
        count++;
    }
    if (folder) {
        closedir(folder);
    }
    return count;
}

void program_life(program_t *program)
{
    int files = 0;
    int threads = 0;
    char fault[128];
    for (int i = 0; i < ROUNDS; i++) {
        signet_check_t *check = begin(program, SIGNET_MODE_SERVE);
        if (!check) {
            return;
        }
        int32_t status =
            i == 0 ? open_subject(program, check, "life", "opens, starts, drains, stops and closes")
                   : signet_check_open(check, program->plugin, INSTANCE, program->settings);
        signet_check_end(check);
        if (status != SIGNET_OK) {
            return;
        }
        /* What libraries keep, they keep from the first round on. */
        if (i == 1) {
            files = entries("/proc/self/fd");
            threads = entries("/proc/self/task");
        }
    }
    snprintf(fault, sizeof fault, "%d more descriptors are open than %d rounds before",
             entries("/proc/self/fd") - files, ROUNDS - 2);
    program_line(program, "life", "leaves no descriptor open",
                 entries("/proc/self/fd") > files ? fault : NULL);
    snprintf(fault, sizeof fault, "%d more threads run than %d rounds before",
             entries("/proc/self/task") - threads, ROUNDS - 2);
    program_line(program, "life", "leaves no thread running",
                 entries("/proc/self/task") > threads ? fault : NULL);
}

void program_twice(program_t *program)
{
    char fault[1024];
    signet_check_t *check = begin(program, SIGNET_MODE_CHECK);
    if (!check) {
        return;
    }
    int32_t status = signet_check_open(check, program->plugin, "first", program->settings);
    if (status == SIGNET_OK) {
        status = signet_check_open(check, program->plugin, INSTANCE, program->settings);
    }
    program_line(program, "life", "is opened twice, side by side",
                 status == SIGNET_OK ? NULL : error_of(check, fault, sizeof fault));
    signet_check_end(check);
}

void program_memory(program_t *program)
{
    const char *fault = NULL;
    char text[160];
    for (uint64_t nth = 1; nth < ALLOCATIONS && !fault; nth++) {
        signet_check_t *check = begin(program, SIGNET_MODE_SERVE);
        if (!check) {
            return;
        }
        signet_check_fail_alloc(check, nth);
        int32_t status = signet_check_open(check, program->plugin, INSTANCE, program->settings);
        signet_check_fail_alloc(check, 0);
        signet_check_end(check);
        if (status == SIGNET_OK) {
            break;
        }
        if (status != SIGNET_NO_MEMORY) {
            snprintf(text, sizeof text, "with allocation %llu failing it answered %s",
                     (unsigned long long)nth, signet_status_name(status));
            fault = text;
        }
    }
    program_line(program, "life", "survives allocations that fail in open and start", fault);
}

static void report(void *context, const char *suite, const char *name, const char *fault)
{
    program_line(context, suite, name, fault);
}

void program_suites(program_t *program)
{
    signet_check_t *check = begin(program, SIGNET_MODE_SERVE);
    if (!check) {
        return;
    }
    if (signet_check_open(check, program->plugin, INSTANCE, program->settings) == SIGNET_OK) {
        signet_check_conform(check, INSTANCE, program->flags, report, program);
    }
    signet_check_end(check);
}
