/* signet-plugin-check: loads a plugin's file and holds it against the contract. */
#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTINGS_MAX 65536

static const char usage[] =
    "usage: signet-plugin-check [--settings FILE] [--with PLUGIN.so NAME FILE]… \n"
    "                           [--patience SECONDS] [--reachable] PLUGIN.so\n"
    "\n"
    "Loads a plugin, goes through its life cycle, and runs the conformance suite of each\n"
    "interface that it provides. The report is in the Test Anything Protocol; the status is 0\n"
    "where everything is all right.\n"
    "\n"
    "  --settings FILE            what stands in the plugin's block of the configuration\n"
    "  --with PLUGIN.so NAME FILE an instance that it needs, with its settings; \"\": none\n"
    "  --patience SECONDS         the time that one step has: 300\n"
    "  --reachable                what the plugin calls is there: deliveries must succeed\n";

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "signet-plugin-check: %s%s\n%s", what, name, usage);
    exit(64);
}

static const char *read_settings(const char *path)
{
    FILE *file = *path ? fopen(path, "r") : NULL;
    if (!*path) {
        return "";
    }
    char *text = calloc(1, SETTINGS_MAX);
    if (!file || !text) {
        fail("this file cannot be read: ", path);
    }
    size_t length = fread(text, 1, SETTINGS_MAX, file);
    if (length == SETTINGS_MAX || ferror(file)) {
        fail("this file cannot be read, or is too large: ", path);
    }
    fclose(file);
    return text;
}

/* A path that the runner does not take for the id of an installed plugin. */
static const char *path_of(const char *name)
{
    char *path = realpath(name, NULL);
    if (!path) {
        fail("there is no plugin ", name);
    }
    return path;
}

static void read_arguments(program_t *program, int count, char **arguments)
{
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--settings") == 0 && i + 1 < count) {
            program->settings = read_settings(arguments[++i]);
        } else if (strcmp(arguments[i], "--with") == 0 && i + 3 < count &&
                   program->need_count < PROGRAM_NEEDS_MAX) {
            program->needs[program->need_count++] = (program_need_t){
                path_of(arguments[i + 1]), arguments[i + 2], read_settings(arguments[i + 3])};
            i += 3;
        } else if (strcmp(arguments[i], "--patience") == 0 && i + 1 < count) {
            program->patience = (int)strtol(arguments[++i], NULL, 10);
        } else if (strcmp(arguments[i], "--reachable") == 0) {
            program->flags |= SIGNET_CHECK_REACHABLE;
        } else if (strcmp(arguments[i], "--help") == 0) {
            fputs(usage, stdout);
            exit(EXIT_SUCCESS);
        } else if (arguments[i][0] != '-' && !program->plugin) {
            program->plugin = path_of(arguments[i]);
        } else {
            fail("this is not understood: ", arguments[i]);
        }
    }
    if (!program->plugin) {
        fail("the plugin is missing", "");
    }
}

int main(int count, char **arguments)
{
    static const struct {
        const char *name;
        void (*step)(program_t *program);
    } steps[] = {
        {"a look at the file", program_descriptor},
        {"a check of configuration", program_checked},
        {"its life", program_life},
        {"two instances", program_twice},
        {"failing allocations", program_memory},
        {"the suites", program_suites},
    };
    static program_t program = {.settings = "", .patience = 300};
    read_arguments(&program, count, arguments);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        int faults = program.faults;
        program_step(&program, steps[i].name, steps[i].step);
        /* Without a sound life cycle the rest would say the same again. */
        if (i > 0 && i < 3 && program.faults > faults) {
            break;
        }
    }
    printf("1..%d\n", program.number);
    if (program.faults > 0) {
        printf("# %d of %d are not as the contract has it\n", program.faults, program.number);
    }
    return program.faults > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
