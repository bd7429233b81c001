/* signetd: the daemon. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/audit.h"
#include "core/buffer.h"
#include "core/call.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/isolated.h"
#include "core/lane.h"
#include "core/log.h"
#include "core/process.h"
#include "core/registry.h"
#include "core/spawn.h"
#include "core/text.h"
#include "core/trial.h"
#include "edge/edge.h"

/* Exit codes, of sysexits.h. */
#define EXIT_USAGE 64
#define EXIT_UNAVAILABLE 69
#define EXIT_DEFECT 70
#define EXIT_CONFIGURATION 78

/* What is left for the last of the work after requests have had their time. */
#define LAST_MS 2000

static const char help[] =
    "Usage: signetd --config FILE [OPTION]...\n"
    "Runs the host of a Signet deployment until it is told to end (SIGTERM, SIGINT).\n"
    "\n"
    "  --config FILE   the configuration; required\n"
    "  --plugins DIR   load plugins from DIR instead of host.plugins\n"
    "  --check         check the configuration and its plugins, then exit\n"
    "  --version       print the version and exit\n"
    "  --help          print this and exit\n"
    "\n"
    "Environment: SIGNET_PLUGINS names the plugin folder where --plugins does not.\n"
    "\n"
    "Exit codes: 0 ended as told; 64 wrong options; 69 something needed does not answer or is\n"
    "taken (a token, a port); 70 a defect, or no memory; 78 the configuration, a plugin or a file\n"
    "that they name is at fault.\n";

/* What the command line asks for. */
typedef struct arguments {
    const char *config;
    const char *plugins;
    int check;
} arguments_t;

/* Everything that runs. */
typedef struct running {
    core_config_t *config;
    core_registry_t *registry;
    core_lanes_t *lanes;
    edge_t *edge;
    int logging;
} running_t;

/* Prints an error as plain lines. */
static void print_error(signet_call_t *call)
{
    const signet_error_t *error = call->services->error(call);
    signet_text_t message = error ? error->message : SIGNET_TEXT("it failed and did not say why");
    while (message.length) {
        const char *end = memchr(message.data, '\n', (size_t)message.length);
        signet_text_t line = {message.data, end ? (uint64_t)(end - message.data) : message.length};
        core_buffer_t shown = {0};
        core_buffer_plain(&shown, line);
        fprintf(stderr, "signetd: %.*s\n", CORE_TEXT_ARG(core_buffer_text(&shown)));
        core_buffer_free(&shown);
        message.data += line.length + (end != NULL);
        message.length -= line.length + (end != NULL);
    }
}

static int exit_code(signet_call_t *call, int32_t status)
{
    const signet_error_t *error = call->services->error(call);
    /* An address that another process has may be free again later. */
    if (status != SIGNET_OK && error && core_text_is(error->reason, "http.listen-failed"))
        return EXIT_UNAVAILABLE;
    switch (status) {
    case SIGNET_OK:
        return 0;
    case SIGNET_UNAVAILABLE:
    case SIGNET_BUSY:
    case SIGNET_LIMITED:
    case SIGNET_TIMEOUT:
    case SIGNET_FULL:
        return EXIT_UNAVAILABLE;
    case SIGNET_NO_MEMORY:
    case SIGNET_INTERNAL:
        return EXIT_DEFECT;
    default:
        return EXIT_CONFIGURATION;
    }
}

static int usage(const char *what)
{
    fprintf(stderr, "signetd: %s: see signetd --help\n", what);
    return EXIT_USAGE;
}

/* Reads the command line; 1 to go on, 0 to exit with `code`. */
static int read_arguments(int argc, char **argv, arguments_t *arguments, int *code)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"plugins", required_argument, NULL, 'p'},
        {"check", no_argument, NULL, 'k'},        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    opterr = 0;
    *code = 0;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'c':
            arguments->config = optarg;
            break;
        case 'p':
            arguments->plugins = optarg;
            break;
        case 'k':
            arguments->check = 1;
            break;
        case 'v':
            puts("signetd " SIGNET_VERSION);
            return 0;
        case 'h':
            fputs(help, stdout);
            return 0;
        default:
            *code = usage("there is an unknown option, or one lacks its value");
            return 0;
        }
    }
    if (optind < argc)
        *code = usage("there is an argument too many");
    else if (!arguments->config)
        *code = usage("--config FILE is missing");
    return *code == 0;
}

/* Limits and habits of a process that serves many. */
static void prepare_process(uint32_t cores)
{
    core_process_prepare();
    /* One heap for each of hundreds of threads would cost more than it gains. */
    mallopt(M_ARENA_MAX, (int)(2 * cores));
}

static uint32_t count_cores(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count > 0 ? (uint32_t)count : 1;
}

/* All signals are the main thread's to wait for; threads inherit that they are blocked. */
static void block_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
}

static int32_t begin_log(signet_call_t *call, running_t *running)
{
    static const struct {
        const char *name;
        int value;
    } words[] = {{"debug", SIGNET_LOG_DEBUG},     {"info", SIGNET_LOG_INFO},
                 {"warning", SIGNET_LOG_WARNING}, {"error", SIGNET_LOG_ERROR},
                 {"auto", CORE_LOG_AUTO},         {"text", CORE_LOG_TEXT},
                 {"json", CORE_LOG_JSON}};
    const signet_setting_t *log = core_setting(running->config->host, "log");
    const signet_setting_t *level = core_setting(log, "level");
    const signet_setting_t *format = core_setting(log, "format");
    int chosen_level = SIGNET_LOG_INFO;
    int chosen_format = CORE_LOG_AUTO;
    for (size_t index = 0; index < sizeof words / sizeof words[0]; index++) {
        if (level && core_text_is(level->text, words[index].name))
            chosen_level = words[index].value;
        if (format && core_text_is(format->text, words[index].name))
            chosen_format = words[index].value;
    }
    if (core_log_begin(chosen_format, chosen_level) != SIGNET_OK)
        return core_fail(call, SIGNET_UNAVAILABLE, "host.no-thread",
                         "no thread can be started: raise the limit of processes");
    running->logging = 1;
    return SIGNET_OK;
}

static int32_t write_file(signet_call_t *call, const char *path, signet_text_t content)
{
    signet_text_t beside = core_format(call, "%s.new", path);
    if (!beside.data)
        return SIGNET_NO_MEMORY;
    int file = open(beside.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    ssize_t written = file < 0 ? -1 : write(file, content.data, (size_t)content.length);
    int failed = written != (ssize_t)content.length;
    if (file >= 0 && close(file) != 0)
        failed = 1;
    if (!failed && rename(beside.data, path) == 0)
        return SIGNET_OK;
    return core_fail(call, SIGNET_INVALID, "host.ready-file",
                     "the ready file %s cannot be written (%s): make its folder, or correct "
                     "host.ready_file",
                     path, strerror(errno));
}

/* The path of the ready file, or NULL. It lives as long as the call. */
static const char *ready_path(signet_call_t *call, const running_t *running)
{
    const signet_setting_t *setting = core_setting(running->config->host, "ready_file");
    return setting ? core_format(call, "%.*s", CORE_TEXT_ARG(setting->text)).data : NULL;
}

static int32_t begin(signet_call_t *call, running_t *running, const arguments_t *arguments,
                     uint32_t cores)
{
    signet_text_t folder = core_text(arguments->plugins);
    const core_trial_t trial = {.path = arguments->config, .plugin_folder = folder};
    /* First in a child: no plugin's code runs here before it has run there. */
    int32_t status = core_trial_run(call, &trial);
    if (status == SIGNET_OK && !arguments->check)
        status = core_config_load(call, arguments->config, folder, &running->config);
    if (status != SIGNET_OK || arguments->check)
        return status;
    const char *ready = ready_path(call, running);
    if (ready)
        unlink(ready);
    status = begin_log(call, running);
    if (status == SIGNET_OK)
        status = core_registry_open(call, running->config, SIGNET_MODE_SERVE, &running->registry);
    if (status == SIGNET_OK)
        status = core_registry_start(call, running->registry);
    if (status != SIGNET_OK)
        return status;
    running->lanes = core_lanes_new(cores);
    if (!running->lanes)
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "there is no memory to start: free some");
    return edge_start(call, running->config, running->registry, running->lanes, &running->edge);
}

/* From listening to serving. */
static int32_t serve(signet_call_t *call, running_t *running)
{
    signet_text_t addresses = {NULL, 0};
    core_audit_started(running->registry, running->config);
    int32_t status = core_registry_run_jobs(running->registry, running->lanes);
    if (status != SIGNET_OK)
        return core_fail(call, status, "host.no-thread",
                         "no thread can be started: raise the limit of processes");
    edge_ready(running->edge);
    status = edge_addresses(call, running->edge, &addresses);
    const char *ready = ready_path(call, running);
    if (status == SIGNET_OK && ready)
        status = write_file(call, ready, addresses);
    if (status == SIGNET_OK)
        core_log(SIGNET_LOG_INFO, "host.started", "Signet %s is ready with %u plugin instances.",
                 SIGNET_VERSION, (unsigned)running->config->block_count);
    return status;
}

static void wait_for_end(const sigset_t *signals)
{
    for (;;) {
        siginfo_t about;
        int signal_number = sigwaitinfo(signals, &about);
        if (signal_number == SIGHUP)
            core_log(SIGNET_LOG_WARNING, "host.reload-refused",
                     "A changed configuration is read at the next start alone: restart the host.");
        else if (signal_number > 0)
            return;
    }
}

/* Ends new work, then lets what runs end. 0 where something does not. */
static int drain(running_t *running)
{
    const signet_setting_t *limit =
        core_setting(core_setting(running->config->host, "limits"), "drain_time");
    int64_t wait_ms = limit ? limit->integer : 30000;
    int64_t end = core_clock_monotonic() + wait_ms;
    core_log(SIGNET_LOG_INFO, "host.stopping", "Ending: requests have %lld ms to finish.",
             (long long)wait_ms);
    edge_drain(running->edge, wait_ms);
    core_audit_stopped(running->registry, running->config);
    core_registry_drain(running->registry);
    int64_t left = end - core_clock_monotonic();
    return core_lanes_drain(running->lanes, left > LAST_MS ? left : LAST_MS);
}

static void finish(running_t *running)
{
    edge_free(running->edge);
    core_registry_close(running->registry);
    core_lanes_free(running->lanes);
    if (running->logging)
        core_log_end();
    core_config_free(running->config);
    core_spawner_end();
}

int main(int argc, char **argv)
{
    int code = 0;
    sigset_t signals;
    arguments_t arguments = {0};
    running_t running = {0};
    uint32_t cores = count_cores();
    if (core_trial_child(argc, argv, &code))
        _exit(code);
    if (core_isolated_child(argc, argv, &code))
        return code;
    if (!read_arguments(argc, argv, &arguments, &code))
        return code;
    prepare_process(cores);
    block_signals(&signals);
    core_call_options_t options = {.may_set_tenant = 1};
    signet_call_t *call = core_call_new(&options);
    if (!call) {
        fputs("signetd: there is no memory to start: free some\n", stderr);
        return EXIT_DEFECT;
    }
    int32_t status = core_spawner_begin(call);
    if (status == SIGNET_OK)
        status = begin(call, &running, &arguments, cores);
    if (status == SIGNET_OK && arguments.check)
        printf("%s: no faults\n", arguments.config);
    if (status == SIGNET_OK && !arguments.check)
        status = serve(call, &running);
    if (status == SIGNET_OK && !arguments.check) {
        wait_for_end(&signals);
        const char *ready = ready_path(call, &running);
        if (ready)
            unlink(ready);
        if (!drain(&running)) {
            /* What still runs may use anything, so nothing is taken away from under it. */
            core_log(SIGNET_LOG_WARNING, "host.cut", "Work that did not end in time was cut off.");
            core_log_end();
            core_spawner_end();
            _exit(0);
        }
        core_log(SIGNET_LOG_INFO, "host.stopped", "Signet has ended.");
    } else if (running.edge) {
        edge_drain(running.edge, 0);
    }
    finish(&running);
    if (status != SIGNET_OK)
        print_error(call);
    code = exit_code(call, status);
    core_call_free(call);
    return code;
}
