#include "core/isolated.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <signet/ext/draft/remote.h>

#include "core/arena.h"
#include "core/call.h"
#include "core/isolation.h"
#include "core/loader.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/pack.h"
#include "core/process.h"
#include "core/sandbox.h"
#include "core/spawn.h"
#include "core/text.h"

#define SOCKET CORE_SPAWN_FIRST
#define DESCRIPTION (CORE_SPAWN_FIRST + 1)
#define MAX_DESCRIPTION ((off_t)16 * 1024 * 1024)
#define MEMORY_LIMIT (UINT64_C(64) * 1024 * 1024)

#define EXIT_DEFECT 70 /* sysexits.h, EX_SOFTWARE */
#define EXIT_CONFIGURATION 78

/* Everything of this process. */
typedef struct isolated {
    signet_call_t *call;
    core_arena_t arena;
    core_pack_t pack;
    core_block_t block;
    signet_setting_t host;
    core_config_t config;
    core_registry_t *registry;
    core_lanes_t *lanes;
    const signet_remote_interface_t *remote;
} isolated_t;

static int32_t fail(const isolated_t *isolated, const char *what)
{
    return core_fail(isolated->call, SIGNET_INTERNAL, "isolate.damaged",
                     "the process of an isolated instance was not told what it is (%s): report it",
                     what);
}

static int32_t read_description(isolated_t *isolated)
{
    struct stat about;
    if (fstat(DESCRIPTION, &about) != 0 || about.st_size > MAX_DESCRIPTION)
        return fail(isolated, "no description");
    size_t length = (size_t)about.st_size;
    char *data = malloc(length + 1);
    ssize_t got = data ? read(DESCRIPTION, data, length) : -1;
    int read_whole =
        got == (ssize_t)length && core_pack_read(&isolated->arena, data, length, &isolated->pack);
    free(data);
    close(DESCRIPTION);
    return read_whole ? SIGNET_OK : fail(isolated, "a damaged description");
}

/* The plugin that carries, with its side that serves. */
static int32_t load_carrier(isolated_t *isolated)
{
    const signet_plugin_t *carrier = NULL;
    int32_t status = core_loader_load(isolated->call, isolated->pack.plugin_folder,
                                      SIGNET_TEXT(CORE_CARRIER), &carrier);
    if (status != SIGNET_OK)
        return status;
    const signet_provide_t *provide =
        core_isolation_provide(carrier, SIGNET_TEXT(SIGNET_REMOTE_INTERFACE));
    if (!provide)
        return fail(isolated, "the plugin " CORE_CARRIER " does not serve");
    isolated->remote = provide->vtable;
    return SIGNET_OK;
}

/* Opens and starts the one instance. */
static int32_t start_instance(isolated_t *isolated)
{
    const core_pack_t *pack = &isolated->pack;
    isolated->block = (core_block_t){.name = pack->name,
                                     .plugin = pack->plugin,
                                     .settings = pack->settings,
                                     .file = pack->file,
                                     .line = pack->line};
    isolated->host = (signet_setting_t){.size = sizeof isolated->host,
                                        .type = SIGNET_OPTION_GROUP,
                                        .members = pack->sandbox,
                                        .member_count = pack->sandbox != NULL};
    isolated->config = (core_config_t){.host = &isolated->host,
                                       .blocks = &isolated->block,
                                       .block_count = 1,
                                       .file = pack->file,
                                       .plugin_folder = pack->plugin_folder,
                                       .node = pack->node,
                                       .process_folder = pack->folder,
                                       .isolated = 1,
                                       .holders = 1};
    int32_t status = core_loader_load(isolated->call, pack->plugin_folder, pack->plugin,
                                      &isolated->block.descriptor);
    if (status == SIGNET_OK)
        status = core_registry_open(isolated->call, &isolated->config, SIGNET_MODE_SERVE,
                                    &isolated->registry);
    /* Made from outside, so that nothing above it needs to be written. */
    const char *folder = core_format(isolated->call, "%.*s", CORE_TEXT_ARG(pack->folder)).data;
    if (status == SIGNET_OK && folder && mkdir(folder, 0700) != 0 && errno != EEXIST)
        status = core_fail(isolated->call, SIGNET_UNAVAILABLE, "isolate.no-folder",
                           "the folder %s of host.isolated cannot be made (%s): make it", folder,
                           strerror(errno));
    if (status == SIGNET_OK)
        status = core_sandbox_enter(isolated->call, &isolated->config);
    if (status == SIGNET_OK && core_log_begin(pack->log_format, pack->log_level) != SIGNET_OK)
        status = fail(isolated, "no thread can be started");
    if (status == SIGNET_OK)
        status = core_registry_start(isolated->call, isolated->registry);
    if (status != SIGNET_OK)
        return status;
    core_sandbox_tell();
    core_memory_tell();
    isolated->lanes = core_lanes_new(1);
    if (!isolated->lanes)
        return fail(isolated, "no memory");
    return core_registry_run_jobs(isolated->registry, isolated->lanes);
}

static signet_call_t *begin_call(const signet_remote_caller_t *caller)
{
    core_call_options_t options = {.actor = caller->actor,
                                   .tenant = caller->tenant,
                                   .trace = caller->trace,
                                   .deadline_ms = caller->remaining_ms == INT64_MAX ? 0
                                                  : caller->remaining_ms > 0 ? caller->remaining_ms
                                                                             : 1};
    return core_call_new(&options);
}

/* Serves the instance, or tells why there is none. */
static int32_t serve(isolated_t *isolated, int32_t status)
{
    signet_remote_target_t *targets = NULL;
    signet_remote_service_t service = {
        .size = sizeof service, .socket = SOCKET, .begin = begin_call, .end = core_call_free};
    if (status != SIGNET_OK) {
        service.refusal = isolated->call->services->error(isolated->call);
    } else {
        const core_instance_t *instance = isolated->registry->instances[0];
        const signet_plugin_t *plugin = isolated->block.descriptor;
        targets = core_arena_alloc(&isolated->arena, plugin->provide_count * sizeof *targets);
        if (!targets)
            return fail(isolated, "no memory");
        for (uint64_t index = 0; index < plugin->provide_count; index++) {
            const signet_provide_t *provide = SIGNET_AT(signet_provide_t, plugin->provides, index);
            targets[index] = (signet_remote_target_t){.size = sizeof *targets,
                                                      .interface = provide->interface,
                                                      .vtable = provide->vtable,
                                                      .instance = instance->instance};
        }
        service.host = &instance->handed->host;
        service.targets = targets;
        service.target_count = plugin->provide_count;
    }
    return isolated->remote->serve(isolated->call, &service);
}

static void print_error(signet_call_t *call)
{
    const signet_error_t *error = call->services->error(call);
    if (error)
        fprintf(stderr, "signetd: %.*s\n", CORE_TEXT_ARG(error->message));
}

static void finish(isolated_t *isolated)
{
    if (isolated->registry)
        core_registry_drain(isolated->registry);
    if (isolated->lanes)
        core_lanes_drain(isolated->lanes, 1000);
    core_registry_close(isolated->registry);
    core_lanes_free(isolated->lanes);
    core_log_end();
    core_call_free(isolated->call);
    core_arena_free(&isolated->arena);
}

static int run(isolated_t *isolated)
{
    int32_t status = read_description(isolated);
    if (status == SIGNET_OK)
        status = load_carrier(isolated);
    if (status != SIGNET_OK) {
        print_error(isolated->call);
        return EXIT_DEFECT;
    }
    int32_t started = start_instance(isolated);
    status = serve(isolated, started);
    if (started != SIGNET_OK)
        return EXIT_CONFIGURATION;
    if (status != SIGNET_OK)
        print_error(isolated->call);
    return status == SIGNET_OK ? 0 : EXIT_DEFECT;
}

int core_isolated_child(int argc, char **argv, int *code)
{
    if (argc != 2 || strcmp(argv[1], CORE_ISOLATED_OPTION) != 0)
        return 0;
    isolated_t isolated = {.arena = {.limit = MEMORY_LIMIT}};
    core_call_options_t options = {.may_set_tenant = 1};
    isolated.call = core_call_new(&options);
    *code = EXIT_DEFECT;
    core_process_prepare();
    core_memory_lock();
    /* It ends when the daemon closes the socket, not when the daemon is told to end: until then
     * there are calls to finish. */
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    if (!isolated.call || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
        fcntl(SOCKET, F_SETFD, FD_CLOEXEC) != 0)
        return 1;
    *code = run(&isolated);
    finish(&isolated);
    return 1;
}
