/* signetd: the daemon. */
#include <getopt.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/audit.h"
#include "core/buffer.h"
#include "core/call.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/crash.h"
#include "core/isolated.h"
#include "core/lane.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/privilege.h"
#include "core/process.h"
#include "core/registry.h"
#include "core/sandbox.h"
#include "core/spawn.h"
#include "core/text.h"
#include "core/trial.h"
#include "daemon/log_setting.h"
#include "daemon/node.h"
#include "daemon/notify.h"
#include "daemon/ready.h"
#include "daemon/reload.h"
#include "daemon/route.h"
#include "daemon/takeover.h"

/* Exit codes, of sysexits.h. */
#define EXIT_USAGE 64
#define EXIT_UNAVAILABLE 69
#define EXIT_DEFECT 70
#define EXIT_CONFIGURATION 78

/* What is left for the last of the work after requests have had their time. */
#define LAST_MS 2000
/* What a predecessor may need beyond that, to seal and to close. */
#define TAKEOVER_MS 60000

static const char help[] =
    "Usage: signetd --config FILE [OPTION]...\n"
    "Runs the host of a Signet deployment until it is told to end (SIGTERM, SIGINT).\n"
    "\n"
    "  --config FILE   the configuration; required\n"
    "  --plugins DIR   load plugins from DIR instead of host.plugins\n"
    "  --take-over     get the listening sockets of the host that runs with this configuration\n"
    "                  (host.control), wait for its end and take its place: nobody is refused\n"
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
    int take_over;
} arguments_t;

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
        {"config", required_argument, NULL, 'c'},
        {"plugins", required_argument, NULL, 'p'},
        {"check", no_argument, NULL, 'k'},
        {"take-over", no_argument, NULL, 't'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
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
        case 't':
            arguments->take_over = 1;
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

static int64_t drain_time(const daemon_node_t *node)
{
    const signet_setting_t *limit =
        core_setting(core_setting(node->config->host, "limits"), "drain_time");
    return limit ? limit->integer : 30000;
}

/* Where successors ask, or NULL. */
static const signet_setting_t *control_of(const daemon_node_t *node)
{
    return core_setting(node->config->host, "control");
}

/* Gets the sockets of the host that runs, and waits for its end. */
static int32_t take_over(signet_call_t *call, daemon_node_t *node)
{
    const signet_setting_t *control = control_of(node);
    if (!control)
        return core_fail(call, SIGNET_INVALID, "host.no-control",
                         "%s: host.control is not set, so no host can be taken over: start this "
                         "one without --take-over",
                         node->path);
    if (node->sockets.count)
        return core_fail(call, SIGNET_INVALID, "host.no-control",
                         "systemd has given this host its sockets: restart the unit instead of "
                         "--take-over");
    return daemon_takeover_ask(call, control->text, drain_time(node) + TAKEOVER_MS, &node->sockets);
}

/* Gets what only root may have, and is root no longer. Before there is any other process, thread or
 * plugin. */
static int32_t descend(signet_call_t *call, daemon_node_t *node, const arguments_t *arguments)
{
    core_config_t *config = NULL;
    int32_t status = core_config_load_host(call, arguments->config, &config);
    if (status != SIGNET_OK)
        return status;
    /* A successor gets the ports from the host that has them. */
    if (core_privilege_held(config) && !arguments->check && !arguments->take_over &&
        !node->sockets.count)
        status = edge_bind(call, config->host, &node->sockets.sockets, &node->sockets.count);
    if (status == SIGNET_OK)
        status = core_privilege_drop(call, config);
    core_config_free(config);
    return status;
}

static int32_t begin(signet_call_t *call, daemon_node_t *node, const arguments_t *arguments,
                     uint32_t cores)
{
    signet_text_t folder = core_text(arguments->plugins);
    const core_trial_t trial = {.path = arguments->config, .plugin_folder = folder};
    /* First in a child: no plugin's code runs here before it has run there. */
    int32_t status = core_trial_run(call, &trial);
    if (status == SIGNET_OK && !arguments->check)
        status = core_config_load(call, arguments->config, folder, &node->config);
    if (status != SIGNET_OK || arguments->check)
        return status;
    core_crash_begin();
    node->path = arguments->config;
    node->folder = folder;
    daemon_ready_remove(call, node);
    status = core_registry_open(call, node->config, SIGNET_MODE_SERVE, &node->registry);
    /* Everything is open, and there is no other thread yet. */
    if (status == SIGNET_OK)
        status = core_sandbox_enter(call, node->config);
    if (status == SIGNET_OK)
        status = daemon_log_begin(call, node->config);
    node->logging = status == SIGNET_OK;
    if (status == SIGNET_OK && arguments->take_over)
        status = take_over(call, node);
    if (status == SIGNET_OK)
        status = daemon_control_new(call, &node->control);
    if (status == SIGNET_OK)
        status = core_registry_start(call, node->registry);
    if (status != SIGNET_OK)
        return status;
    node->lanes = core_lanes_new(cores);
    if (!node->lanes)
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "there is no memory to start: free some");
    core_registry_on_idle(node->registry, daemon_control_wake, node->control);
    static core_route_t routes[DAEMON_ROUTE_COUNT];
    daemon_routes(node->control, routes);
    const edge_given_t given = {.routes = routes,
                                .route_count = DAEMON_ROUTE_COUNT,
                                .sockets = node->sockets.sockets,
                                .socket_count = node->sockets.count,
                                .is_successor = arguments->take_over};
    return edge_start(call, node->config, node->registry, node->lanes, &given, &node->edge);
}

/* From listening to serving. */
static int32_t serve(signet_call_t *call, daemon_node_t *node)
{
    core_audit_started(node->registry, node->config);
    int32_t status = core_registry_run_jobs(node->registry, node->lanes);
    if (status != SIGNET_OK)
        return core_fail(call, status, "host.no-thread",
                         "no thread can be started: raise the limit of processes");
    core_sandbox_tell();
    core_privilege_tell();
    core_memory_tell();
    edge_ready(node->edge);
    const signet_setting_t *control = control_of(node);
    if (status == SIGNET_OK && control) {
        status = daemon_takeover_listen(call, control->text, &node->successors);
        if (status == SIGNET_OK)
            daemon_control_expect(node->control, node->successors);
    }
    if (status == SIGNET_OK)
        status = daemon_ready_write(call, node);
    if (status == SIGNET_OK)
        core_log(SIGNET_LOG_INFO, "host.started", "Signet %s is ready with %u plugin instances.",
                 SIGNET_VERSION, (unsigned)node->config->block_count);
    return status;
}

/* Does what comes to be done, until the end. */
static void run(daemon_node_t *node)
{
    for (;;) {
        daemon_request_t *request;
        int interval_ms = daemon_notify_interval();
        switch (daemon_control_wait(node->control, interval_ms)) {
        case DAEMON_EVENT_END:
            return;
        case DAEMON_EVENT_RELOAD:
            daemon_reload_by_signal(node);
            break;
        case DAEMON_EVENT_SUCCESSOR:
            if (daemon_takeover_hand(node->successors, node->edge) >= 0)
                return;
            break;
        case DAEMON_EVENT_REQUEST:
            while ((request = daemon_control_take(node->control)) != NULL)
                daemon_control_answer(request, daemon_reload(node, request));
            break;
        default:
            core_registry_reap(node->registry);
            break;
        }
        if (edge_is_turning(node->edge, interval_ms))
            daemon_notify_alive();
    }
}

/* Ends new work, then lets what runs end. 0 where something does not. */
static int drain(daemon_node_t *node)
{
    int64_t wait_ms = drain_time(node);
    int64_t end = core_clock_monotonic() + wait_ms;
    core_log(SIGNET_LOG_INFO, "host.stopping", "Ending: requests have %lld ms to finish.",
             (long long)wait_ms);
    daemon_control_close(node->control);
    edge_drain(node->edge, wait_ms);
    core_audit_stopped(node->registry, node->config);
    core_registry_drain(node->registry);
    int64_t left = end - core_clock_monotonic();
    return core_lanes_drain(node->lanes, left > LAST_MS ? left : LAST_MS);
}

static void finish(daemon_node_t *node)
{
    const signet_setting_t *control = node->successors >= 0 ? control_of(node) : NULL;
    if (control)
        daemon_takeover_forget(control->text);
    edge_free(node->edge);
    core_registry_close(node->registry);
    core_lanes_free(node->lanes);
    daemon_control_free(node->control);
    daemon_sockets_free(&node->sockets);
    if (node->logging)
        core_log_end();
    core_config_free(node->config);
    core_spawner_end();
}

int main(int argc, char **argv)
{
    int code = 0;
    arguments_t arguments = {0};
    daemon_node_t node = {.successors = -1};
    uint32_t cores = count_cores();
    core_memory_wipe_freed();
    if (core_trial_child(argc, argv, &code))
        _exit(code);
    if (core_isolated_child(argc, argv, &code))
        return code;
    if (!read_arguments(argc, argv, &arguments, &code))
        return code;
    prepare_process(cores);
    daemon_control_block_signals();
    core_call_options_t options = {.may_set_tenant = 1};
    signet_call_t *call = core_call_new(&options);
    if (!call) {
        fputs("signetd: there is no memory to start: free some\n", stderr);
        return EXIT_DEFECT;
    }
    int32_t status = daemon_sockets_inherit(call, &node.sockets);
    if (status == SIGNET_OK)
        status = descend(call, &node, &arguments);
    if (status == SIGNET_OK)
        status = core_spawner_begin(call);
    core_memory_lock();
    if (status == SIGNET_OK)
        status = begin(call, &node, &arguments, cores);
    if (status == SIGNET_OK && arguments.check)
        printf("%s: no faults\n", arguments.config);
    if (status == SIGNET_OK && !arguments.check)
        status = serve(call, &node);
    if (status == SIGNET_OK && !arguments.check) {
        daemon_notify_ready();
        run(&node);
        daemon_notify_stopping();
        daemon_ready_remove(call, &node);
        if (!drain(&node)) {
            /* What still runs may use anything, so nothing is taken away from under it. */
            core_log(SIGNET_LOG_WARNING, "host.cut", "Work that did not end in time was cut off.");
            core_log_end();
            core_spawner_end();
            _exit(0);
        }
        core_log(SIGNET_LOG_INFO, "host.stopped", "Signet has ended.");
    } else if (node.edge) {
        edge_drain(node.edge, 0);
    }
    finish(&node);
    if (status != SIGNET_OK)
        print_error(call);
    code = exit_code(call, status);
    core_call_free(call);
    return code;
}
