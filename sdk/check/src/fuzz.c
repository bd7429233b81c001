/* Fuzzing a plugin: a world that is opened once, and a call for each input. */
#include "runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX 16777216U

static signet_check_t *world;

static void end_world(void)
{
    signet_check_end(world);
    world = NULL;
}

int signet_check_fuzz_one(const uint8_t *data, uint64_t length, void (*prepare)(signet_check_t *),
                          signet_check_fuzz_t *target)
{
    if (!world) {
        world = signet_check_begin();
        prepare(world);
        atexit(end_world);
    }
    signet_call_t *call = signet_check_call(world, NULL, NULL);
    target(world, call, (signet_bytes_t){data, length});
    signet_check_call_end(call);
    return 0;
}

static void run_file(FILE *file, const char *name, void (*prepare)(signet_check_t *),
                     signet_check_fuzz_t *target)
{
    uint8_t *data = malloc(INPUT_MAX);
    size_t length = data && file ? fread(data, 1, INPUT_MAX, file) : 0;
    if (!data || !file || ferror(file)) {
        runner_die("%s cannot be read", name);
    }
    /* As long as the input is, so that sanitizers see its end. */
    uint8_t *exact = malloc(length ? length : 1);
    if (!exact) {
        runner_die("out of memory");
    }
    memcpy(exact, data, length);
    free(data);
    signet_check_fuzz_one(exact, length, prepare, target);
    free(exact);
}

int signet_check_fuzz_files(int count, char **files, void (*prepare)(signet_check_t *),
                            signet_check_fuzz_t *target)
{
    if (count < 2) {
        run_file(stdin, "standard input", prepare, target);
    }
    for (int i = 1; i < count; i++) {
        FILE *file = fopen(files[i], "rb");
        run_file(file, files[i], prepare, target);
        fclose(file);
    }
    return EXIT_SUCCESS;
}
