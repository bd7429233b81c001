#include "core/reach.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/secret.h"
#include "core/text.h"
#include "core/value.h"

/* What every program reads: libraries, the resolver's and TLS' configuration, its own /proc. */
static const char *const system_places[] = {"/usr", "/lib", "/lib32", "/lib64", "/etc",
                                            "/opt", "/run", "/proc",  "/sys"};
static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"};

static void add(core_reach_t *reach, const char *path, int written)
{
    char whole[PATH_MAX];
    struct stat about;
    if (!realpath(path, whole) || stat(whole, &about) != 0)
        return;
    for (uint64_t index = 0; index < reach->count; index++) {
        if (strcmp(reach->places[index].path, whole) == 0) {
            reach->places[index].written |= written;
            return;
        }
    }
    if (reach->count == reach->capacity) {
        uint64_t capacity = reach->capacity ? 2 * reach->capacity : 32;
        core_place_t *places = realloc(reach->places, capacity * sizeof *places);
        reach->failed |= places == NULL;
        if (!places)
            return;
        reach->places = places;
        reach->capacity = capacity;
    }
    char *copy = strdup(whole);
    reach->failed |= copy == NULL;
    if (copy)
        reach->places[reach->count++] =
            (core_place_t){.path = copy, .written = written, .directory = S_ISDIR(about.st_mode)};
}

/* A file is reached by way of its folder, since another one may take its place. */
static void add_named(core_reach_t *reach, signet_text_t path, int written)
{
    char name[PATH_MAX];
    struct stat about;
    if (path.length == 0 || path.length >= sizeof name)
        return;
    snprintf(name, sizeof name, "%.*s", CORE_TEXT_ARG(path));
    char *slash = strrchr(name, '/');
    if ((stat(name, &about) != 0 || !S_ISDIR(about.st_mode)) && slash)
        slash[slash == name] = '\0';
    else if (!slash)
        snprintf(name, sizeof name, ".");
    add(reach, name, written);
}

static void add_secret(core_reach_t *reach, signet_text_t reference)
{
    signet_text_t name = {NULL, 0};
    if (core_secret_kind(reference, &name) == CORE_SECRET_FILE)
        add_named(reach, name, 0);
}

/* What the settings of a group name. */
static void add_settings(core_reach_t *reach, const signet_option_t *options, uint64_t count,
                         const signet_setting_t *group)
{
    for (uint64_t index = 0; group && index < group->member_count; index++) {
        const signet_setting_t *setting = &group->members[index];
        const signet_option_t *option = core_option_find(options, count, setting->name);
        if (!option)
            continue;
        if (option->type == SIGNET_OPTION_PATH)
            add_named(reach, setting->text, (option->flags & SIGNET_OPTION_WRITTEN) != 0);
        else if (option->type == SIGNET_OPTION_SECRET)
            add_secret(reach, setting->text);
        else if (option->type == SIGNET_OPTION_GROUP)
            add_settings(reach, option->members, option->member_count, setting);
        for (uint64_t at = 0; option->type == SIGNET_OPTION_GROUPS && at < setting->member_count;
             at++)
            add_settings(reach, option->members, option->member_count, &setting->members[at]);
    }
}

/* What no option of a plugin tells of: files of a token's module for instance. */
static void add_further(core_reach_t *reach, const signet_setting_t *sandbox)
{
    const signet_setting_t *files = core_setting(sandbox, "files");
    for (uint64_t index = 0; files && index < files->member_count; index++) {
        const signet_setting_t *file = &files->members[index];
        const signet_setting_t *written = core_setting(file, "write");
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%.*s", CORE_TEXT_ARG(core_setting_text(file, "path")));
        add(reach, path, written && written->integer);
    }
}

void core_reach_collect(core_reach_t *reach, const core_config_t *config)
{
    uint64_t count = 0;
    char own[PATH_MAX];
    const signet_option_t *options = core_host_options(&count);
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    for (size_t index = 0; index < sizeof system_places / sizeof system_places[0]; index++)
        add(reach, system_places[index], 0);
    for (size_t index = 0; index < sizeof devices / sizeof devices[0]; index++)
        add(reach, devices[index], 1);
    if (length > 0)
        add_named(reach, (signet_text_t){own, (uint64_t)length}, 0);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    /* Where a sanitizer is told which leaks of others' code to overlook. */
    if (getenv("SIGNET_SOURCE"))
        add(reach, getenv("SIGNET_SOURCE"), 0);
#endif
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    if (credentials)
        add(reach, credentials, 0);
    add_named(reach, config->plugin_folder, 0);
    if (!config->isolated) {
        add_named(reach, config->file, 0);
        add_settings(reach, options, count, config->host);
    } else {
        add_named(reach, config->process_folder, 1);
    }
    add_further(reach, core_setting(config->host, "sandbox"));
    for (uint64_t index = 0; index < config->block_count; index++) {
        const core_block_t *block = &config->blocks[index];
        /* What an isolated instance needs its own process may touch, and no other. */
        if (block->carrier)
            continue;
        add_settings(reach, block->descriptor->options, block->descriptor->option_count,
                     block->settings);
        if (SIGNET_HAS(block->descriptor, uses))
            reach->uses |= block->descriptor->uses;
    }
    if (reach->uses & SIGNET_USES_DEVICES)
        add(reach, "/dev", 1);
}

static int is_within(const core_place_t *given, const core_place_t *wanted)
{
    size_t length = strlen(given->path);
    return given->written >= wanted->written && strncmp(given->path, wanted->path, length) == 0 &&
           (wanted->path[length] == '\0' || wanted->path[length] == '/' || length == 1);
}

const core_place_t *core_reach_missing(const core_reach_t *given, const core_reach_t *wanted)
{
    for (uint64_t index = 0; index < wanted->count; index++) {
        uint64_t at = 0;
        while (at < given->count && !is_within(&given->places[at], &wanted->places[index]))
            at++;
        if (at == given->count)
            return &wanted->places[index];
    }
    return NULL;
}

void core_reach_free(core_reach_t *reach)
{
    for (uint64_t index = 0; index < reach->count; index++)
        free((char *)(uintptr_t)reach->places[index].path);
    free(reach->places);
    *reach = (core_reach_t){0};
}
