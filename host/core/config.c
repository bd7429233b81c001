#include "core/config.h"

#include <errno.h>
#include <libconfig.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/call.h"
#include "core/config_check.h"
#include "core/config_host.h"
#include "core/config_reference.h"
#include "core/isolation.h"
#include "core/loader.h"
#include "core/scan.h"
#include "core/step.h"
#include "core/text.h"
#include "core/value.h"

#define MAX_FILES 256U
#define MAX_DEPTH 32
#define MEMORY_LIMIT (UINT64_C(256) * 1024 * 1024)

/* What loading one configuration works with. */
typedef struct loading {
    core_check_t check;
    core_config_t *config;
    signet_text_t plugin_folder;
    core_block_t *blocks;
    int only_host;
} loading_t;

const signet_setting_t *core_setting(const signet_setting_t *group, const char *name)
{
    for (uint64_t index = 0; group && index < group->member_count; index++) {
        if (core_text_is(group->members[index].name, name))
            return &group->members[index];
    }
    return NULL;
}

signet_text_t core_setting_text(const signet_setting_t *group, const char *name)
{
    const signet_setting_t *member = core_setting(group, name);
    return member ? member->text : (signet_text_t){NULL, 0};
}

/* Remembers the file that holds a setting, and looks at its integers once. */
static void visit_file(loading_t *loading, const config_setting_t *setting,
                       core_config_file_t *files)
{
    core_check_t *check = &loading->check;
    const char *source = config_setting_source_file(setting);
    char path[PATH_MAX + 16];
    if (!source || strcmp(source, check->main_file) == 0)
        snprintf(path, sizeof path, "%s", check->main_file);
    else
        snprintf(path, sizeof path, "%.*s/%s", CORE_TEXT_ARG(check->folder), source);
    signet_text_t shown = core_check_file(check, setting);
    uint64_t known = 0;
    while (known < loading->config->file_count && !core_text_equal(files[known].name, shown))
        known++;
    if (known < loading->config->file_count || known == MAX_FILES)
        return;
    struct stat about = {0};
    if (stat(path, &about) == 0)
        files[known].length = (uint64_t)about.st_size;
    files[known].name = shown;
    loading->config->file_count++;
    core_scan_file(check->faults, path, shown);
}

/* Visits the files of a setting and of all below it. 0 where it is nested deeper than any
 * configuration. */
static int visit_files(loading_t *loading, const config_setting_t *setting,
                       core_config_file_t *files, int depth)
{
    const char *last = NULL;
    if (depth == MAX_DEPTH)
        return 0;
    for (int index = 0;
         config_setting_is_aggregate(setting) && index < config_setting_length(setting); index++) {
        const config_setting_t *member = config_setting_get_elem(setting, (unsigned)index);
        const char *source = config_setting_source_file(member);
        if (index == 0 || source != last)
            visit_file(loading, member, files);
        last = source;
        if (!visit_files(loading, member, files, depth + 1))
            return 0;
    }
    return 1;
}

static void check_root(core_check_t *check, const config_setting_t *root)
{
    for (int index = 0; index < config_setting_length(root); index++) {
        const config_setting_t *member = config_setting_get_elem(root, (unsigned)index);
        const char *key = config_setting_name(member);
        core_nearest_t nearest = {.wanted = core_text(key)};
        if (strcmp(key, "host") == 0 || strcmp(key, "plugins") == 0)
            continue;
        core_nearest_offer(&nearest, SIGNET_TEXT("host"));
        core_nearest_offer(&nearest, SIGNET_TEXT("plugins"));
        if (nearest.best.length)
            core_check_fault(check, member, "unknown key \"%s\": did you mean \"%.*s\"?", key,
                             CORE_TEXT_ARG(nearest.best));
        else
            core_check_fault(check, member,
                             "unknown key \"%s\": only \"host\" and \"plugins\" stand at the top",
                             key);
    }
}

static void take_host(loading_t *loading, const config_setting_t *root)
{
    core_check_t *check = &loading->check;
    const config_setting_t *host = config_setting_get_member(root, "host");
    if (!host || !config_setting_is_group(host)) {
        core_check_fault(check, host ? host : root,
                         "there is no group \"host\": add host = { … };");
        return;
    }
    uint64_t count = 0;
    const signet_option_t *options = core_host_options(&count);
    uint64_t before = check->faults->count;
    loading->config->host = core_check_group(check, host, options, count, "the host", 0);
    /* A value that was refused is empty now; that would only be told a second time. */
    if (loading->config->host && check->faults->count == before)
        core_host_check(check->faults, loading->config->host);
}

/* The folder of plugins: what was given, what the environment says, the setting, the default. */
static void choose_folder(loading_t *loading)
{
    const signet_setting_t *setting = core_setting(loading->config->host, "plugins");
    signet_text_t *folder = &loading->plugin_folder;
    if (folder->length == 0)
        *folder = core_text(getenv("SIGNET_PLUGINS"));
    if (folder->length == 0 && setting)
        *folder = setting->text;
    if (folder->length == 0)
        *folder = core_text(core_loader_default_folder());
    signet_text_t copy = core_format(loading->check.call, "%.*s", CORE_TEXT_ARG(*folder));
    loading->config->plugin_folder = core_check_copy(&loading->check, copy.data ? copy.data : "");
}

static int is_instance_name(const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.");
    return length > 0 && length <= 64 && name[length] == '\0';
}

/* The block's own two keys. 0, with faults, where they do not say what it is. */
static int take_head(loading_t *loading, const config_setting_t *from, core_block_t *block)
{
    core_check_t *check = &loading->check;
    const char *name = NULL;
    const char *plugin = NULL;
    if (!config_setting_is_group(from)) {
        core_check_fault(check, from, "\"plugins\" must be a list of groups: write ( { … } )");
        return 0;
    }
    if (!config_setting_lookup_string(from, "name", &name) ||
        !config_setting_lookup_string(from, "plugin", &plugin)) {
        core_check_fault(check, from,
                         "a plugin's block lacks \"%s\": write { name = \"…\"; plugin = \"…\"; … }",
                         name ? "plugin" : "name");
        return 0;
    }
    if (!is_instance_name(name))
        core_check_fault(check, from,
                         "\"%s\" cannot be an instance's name: use at most 64 small letters, "
                         "digits, '-', '_' and '.'",
                         name);
    block->name = core_check_copy(check, name);
    block->plugin = core_check_copy(check, plugin);
    block->file = core_check_file(check, from);
    block->line = config_setting_source_line(from);
    return 1;
}

/* Loads a plugin; NULL with a fault where it is not to be had. */
static const signet_plugin_t *load_plugin(loading_t *loading, const config_setting_t *from,
                                          signet_text_t id)
{
    core_check_t *check = &loading->check;
    const signet_plugin_t *plugin = NULL;
    signet_call_t *child = check->call->services->child(check->call);
    if (!child) {
        check->faults->text.failed = 1;
        return NULL;
    }
    core_step("load", id, (signet_text_t){NULL, 0});
    if (core_loader_load(child, loading->plugin_folder, id, &plugin) != SIGNET_OK) {
        plugin = NULL;
        core_check_fault(check, from, "%.*s",
                         CORE_TEXT_ARG(child->services->error(child)->message));
    }
    child->services->end(child);
    return plugin;
}

/* Whether the instance is to live in a process of its own, and may. */
static void take_isolation(loading_t *loading, const config_setting_t *from, core_block_t *block)
{
    core_check_t *check = &loading->check;
    const signet_plugin_t *plugin = block->descriptor;
    const config_setting_t *isolate = config_setting_get_member(from, "isolate");
    if (isolate && config_setting_type(isolate) != CONFIG_TYPE_BOOL)
        core_check_fault(check, isolate, "\"isolate\" must be true or false");
    if (!isolate || !config_setting_get_bool(isolate))
        return;
    block->carrier = load_plugin(loading, from, SIGNET_TEXT(CORE_CARRIER));
    if (!core_setting_text(core_setting(loading->config->host, "isolated"), "folder").length)
        core_check_fault(check, isolate,
                         "an isolated instance needs a folder for what its process keeps: set "
                         "\"folder\" in host.isolated");
    if (plugin->need_count || !plugin->provide_count)
        core_check_fault(check, isolate,
                         "instance \"%.*s\" (plugin %.*s) cannot be isolated, because it %s: "
                         "remove \"isolate\"",
                         CORE_TEXT_ARG(block->name), CORE_TEXT_ARG(block->plugin),
                         plugin->need_count ? "needs others" : "provides nothing");
    for (uint64_t index = 0; block->carrier && index < plugin->provide_count; index++) {
        signet_text_t interface = SIGNET_AT(signet_provide_t, plugin->provides, index)->interface;
        if (!core_isolation_provide(block->carrier, interface))
            core_check_fault(check, isolate,
                             "instance \"%.*s\" (plugin %.*s) cannot be isolated, because it "
                             "provides %.*s: remove \"isolate\"",
                             CORE_TEXT_ARG(block->name), CORE_TEXT_ARG(block->plugin),
                             CORE_TEXT_ARG(interface));
    }
}

static void take_block(loading_t *loading, const config_setting_t *from, core_block_t *block)
{
    core_check_t *check = &loading->check;
    if (!take_head(loading, from, block))
        return;
    for (const core_block_t *other = loading->blocks; other < block; other++) {
        if (other->name.length && core_text_equal(other->name, block->name))
            core_check_fault(
                check, from, "two instances are named \"%.*s\" (the other at %.*s:%u): rename one",
                CORE_TEXT_ARG(block->name), CORE_TEXT_ARG(other->file), (unsigned)other->line);
    }
    block->descriptor = load_plugin(loading, from, block->plugin);
    if (!block->descriptor)
        return;
    take_isolation(loading, from, block);
    char what[128];
    snprintf(what, sizeof what, "plugin \"%.*s\"", CORE_TEXT_ARG(block->plugin));
    block->settings = core_check_group(check, from, block->descriptor->options,
                                       block->descriptor->option_count, what, 1);
}

static void take_blocks(loading_t *loading, const config_setting_t *root)
{
    core_check_t *check = &loading->check;
    const config_setting_t *list = config_setting_get_member(root, "plugins");
    if (list && !config_setting_is_list(list)) {
        core_check_fault(check, list, "\"plugins\" must be a list of groups: write ( { … } )");
        return;
    }
    unsigned count = list ? (unsigned)config_setting_length(list) : 0;
    loading->blocks = core_arena_alloc(check->arena, count * sizeof *loading->blocks);
    if (!loading->blocks) {
        check->faults->text.failed = 1;
        return;
    }
    for (unsigned index = 0; index < count; index++)
        take_block(loading, config_setting_get_elem(list, index), &loading->blocks[index]);
    loading->config->blocks = loading->blocks;
    loading->config->block_count = count;
    core_config_check_references(check->faults, loading->config);
}

static void take_all(loading_t *loading, config_t *file)
{
    const config_setting_t *root = config_root_setting(file);
    core_config_file_t *files = core_arena_alloc(loading->check.arena, MAX_FILES * sizeof *files);
    if (!files) {
        loading->check.faults->text.failed = 1;
        return;
    }
    loading->config->files = files;
    visit_file(loading, root, files);
    if (!visit_files(loading, root, files, 0)) {
        core_check_fault(&loading->check, root,
                         "groups and lists are nested deeper than %d: "
                         "flatten them",
                         MAX_DEPTH);
        return;
    }
    check_root(&loading->check, root);
    take_host(loading, root);
    if (loading->only_host)
        return;
    choose_folder(loading);
    take_blocks(loading, root);
}

/* The line of a file without the white space around it; empty where it cannot be read. */
static void read_line(const char *path, int wanted, char *line, size_t size)
{
    FILE *stream = fopen(path, "re");
    int number = 0;
    line[0] = '\0';
    while (stream && number < wanted && fgets(line, (int)size, stream))
        number += strchr(line, '\n') != NULL;
    if (stream)
        fclose(stream);
    if (number < wanted)
        line[0] = '\0';
    size_t blank = strspn(line, " \t");
    memmove(line, line + blank, strlen(line + blank) + 1);
    line[strcspn(line, "\r\n")] = '\0';
}

/* libconfig does not say which file it could not include; the line does. */
static void fault_include(loading_t *loading, const char *path, const char *shown, int line)
{
    char text[256];
    read_line(path, line, text, sizeof text);
    core_fault(loading->check.faults, core_text(shown), (uint32_t)line,
               "cannot open include file: %s: name an existing file, relative to the main one",
               text);
}

static void fault_syntax(loading_t *loading, const config_t *file)
{
    core_check_t *check = &loading->check;
    const char *name = config_error_file(file);
    char shown[PATH_MAX];
    if (!name || strcmp(name, check->main_file) == 0)
        name = strrchr(check->main_file, '/') + 1;
    snprintf(shown, sizeof shown, "%.*s%s", CORE_TEXT_ARG(check->shown), name);
    const char *text = config_error_text(file);
    if (strcmp(text, "cannot open include file") == 0) {
        fault_include(loading, config_error_file(file) ? config_error_file(file) : check->main_file,
                      shown, config_error_line(file));
        return;
    }
    const char *remedy =
        strcmp(text, "duplicate setting name") == 0
            ? "keep one of the two"
            : "look for a missing ';', quote or bracket there or in the line before";
    core_fault(check->faults, core_text(shown), (uint32_t)config_error_line(file), "%s: %s", text,
               remedy);
}

/* Where the main file is: its folder and its path, both absolute. What it names lies beside it,
 * also where it is a link. 0, with a fault, where it cannot be read. */
static int find_file(loading_t *loading, const char *path, char *folder, char *absolute)
{
    core_check_t *check = &loading->check;
    const char *slash = strrchr(path, '/');
    char given[PATH_MAX];
    struct stat about;
    snprintf(given, sizeof given, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    check->shown = (signet_text_t){path, slash ? (uint64_t)(slash - path) + 1 : 0};
    int readable =
        realpath(given, folder) &&
        snprintf(absolute, PATH_MAX, "%s/%s", folder, slash ? slash + 1 : path) < PATH_MAX &&
        stat(absolute, &about) == 0 && access(absolute, R_OK) == 0;
    if (!readable)
        core_fault(check->faults, core_text(path), 0,
                   "cannot be read (%s): name an existing configuration with --config",
                   strerror(errno));
    else if (!S_ISREG(about.st_mode))
        core_fault(check->faults, core_text(path), 0,
                   "is not a file: name an existing configuration with --config");
    return readable && S_ISREG(about.st_mode);
}

static void read_file(loading_t *loading, const char *path)
{
    char absolute[PATH_MAX];
    char folder[PATH_MAX];
    if (!find_file(loading, path, folder, absolute))
        return;
    loading->check.main_file = absolute;
    loading->check.folder = core_text(folder);
    config_t file;
    config_init(&file);
    config_set_include_dir(&file, folder);
    if (config_read_file(&file, absolute))
        take_all(loading, &file);
    else
        fault_syntax(loading, &file);
    config_destroy(&file);
    loading->check.main_file = NULL;
    loading->check.folder = (signet_text_t){NULL, 0};
}

static int32_t load(signet_call_t *call, const char *path, signet_text_t plugin_folder,
                    int only_host, core_config_t **config)
{
    core_faults_t faults = {0};
    core_arena_t *arena = calloc(1, sizeof *arena);
    if (arena)
        arena->limit = MEMORY_LIMIT;
    core_config_t *made = arena ? core_arena_alloc(arena, sizeof *made) : NULL;
    if (!made) {
        free(arena);
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "there is no memory to read the configuration: free some");
    }
    made->owned = arena;
    atomic_init(&made->holders, 1);
    loading_t loading = {.check = {.call = call, .arena = arena, .faults = &faults},
                         .config = made,
                         .plugin_folder = plugin_folder,
                         .only_host = only_host};
    read_file(&loading, path);
    made->file = core_check_copy(&loading.check, path);
    int32_t status = core_faults_end(&faults, call, "configuration.invalid");
    if (status == SIGNET_OK)
        *config = made;
    else
        core_config_free(made);
    return status;
}

int32_t core_config_load(signet_call_t *call, const char *path, signet_text_t plugin_folder,
                         core_config_t **config)
{
    return load(call, path, plugin_folder, 0, config);
}

int32_t core_config_load_host(signet_call_t *call, const char *path, core_config_t **config)
{
    return load(call, path, (signet_text_t){NULL, 0}, 1, config);
}

core_config_t *core_config_hold(core_config_t *config)
{
    atomic_fetch_add(&config->holders, 1);
    return config;
}

void core_config_free(core_config_t *config)
{
    if (!config || atomic_fetch_sub(&config->holders, 1) != 1)
        return;
    core_arena_t *arena = config->owned;
    core_arena_free(arena);
    free(arena);
}
