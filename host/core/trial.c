#include "core/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/buffer.h"
#include "core/call.h"
#include "core/config.h"
#include "core/registry.h"
#include "core/spawn.h"
#include "core/step.h"
#include "core/text.h"

/* What the child says, a line each: "S" and a step it begins; "D", all is well; or "E", a status
 * and a reason, with the message in all that follows. */
#define OPTION "--trial"
#define REPORT_DESCRIPTOR CORE_SPAWN_FIRST
#define STEP_MS 10000
#define MAX_REPORT ((size_t)1024 * 1024)

/* The trial as its parent sees it. */
typedef struct watch {
    signet_call_t *call;
    pid_t child;
    int report; /* descriptor */
    int64_t step_ms;
    core_buffer_t said;
    int hung;
} watch_t;

static int32_t start_child(watch_t *watch, const core_trial_t *trial)
{
    int ends[2];
    signet_text_t folder = core_format(watch->call, "%.*s", CORE_TEXT_ARG(trial->plugin_folder));
    if (!folder.data)
        return SIGNET_NO_MEMORY;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return core_fail(watch->call, SIGNET_UNAVAILABLE, "trial.failed",
                         "the trial load cannot begin (%s): free some open files", strerror(errno));
    const char *arguments[] = {OPTION, trial->path, folder.data};
    const core_spawn_t spawn = {.executable = trial->executable,
                                .arguments = arguments,
                                .argument_count = sizeof arguments / sizeof arguments[0],
                                .descriptors = &ends[1],
                                .descriptor_count = 1};
    int32_t status = core_spawn(watch->call, &spawn, &watch->child);
    close(ends[1]);
    watch->report = ends[0];
    if (status != SIGNET_OK)
        close(ends[0]);
    return status;
}

/* Reads all that the child says, as long as it says something in time. */
static void read_report(watch_t *watch)
{
    char block[4096];
    for (;;) {
        struct pollfd wait = {.fd = watch->report, .events = POLLIN};
        int ready = poll(&wait, 1, (int)watch->step_ms);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready == 0)
            watch->hung = 1;
        ssize_t got = ready > 0 ? read(watch->report, block, sizeof block) : 0;
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || watch->said.length + (size_t)got > MAX_REPORT)
            return;
        core_buffer_add(&watch->said, block, (size_t)got);
    }
}

/* The child's last words: the last step it began, and the line that ended the trial, if any. */
static const char *last_words(const watch_t *watch, signet_text_t *step)
{
    const char *at = watch->said.data ? watch->said.data : "";
    *step = SIGNET_TEXT("load of the configuration");
    while (*at == 'S') {
        const char *end = strchr(at, '\n');
        if (!end)
            break;
        *step = (signet_text_t){at + 1, (uint64_t)(end - at) - 1};
        at = end + 1;
    }
    return at;
}

/* Hands on the error that the child found: "E-1\treason\nmessage". */
static int32_t pass_error(const watch_t *watch, const char *words)
{
    char *rest = NULL;
    long status = strtol(words + 1, &rest, 10);
    const char *end = strchr(rest, '\n');
    if (*rest != '\t' || !end || status >= 0 || status < INT32_MIN)
        return core_fail(watch->call, SIGNET_INTERNAL, "trial.failed",
                         "the trial load ended without an answer: report it");
    signet_error_t error = {.size = sizeof error,
                            .status = (int32_t)status,
                            .reason = {rest + 1, (uint64_t)(end - rest) - 1},
                            .message = core_text(end + 1)};
    return watch->call->services->fail(watch->call, &error);
}

static int32_t judge(const watch_t *watch, int ended)
{
    signet_text_t step;
    const char *words = last_words(watch, &step);
    if (*words == 'D')
        return SIGNET_OK;
    if (*words == 'E' && !watch->hung)
        return pass_error(watch, words);
    if (watch->hung)
        return core_fail(watch->call, SIGNET_TIMEOUT, "plugin.hung",
                         "the %.*s did not end within %lld ms: update the plugin, or remove it "
                         "from the configuration",
                         CORE_TEXT_ARG(step), (long long)watch->step_ms);
    char how[64];
    core_spawn_tell(ended, how, sizeof how);
    return core_fail(watch->call, SIGNET_INVALID, "plugin.crashed",
                     "the %.*s crashed (%s): update the plugin, or remove it from the "
                     "configuration",
                     CORE_TEXT_ARG(step), how);
}

int32_t core_trial_run(signet_call_t *call, const core_trial_t *trial)
{
    watch_t watch = {.call = call, .step_ms = trial->step_ms ? trial->step_ms : STEP_MS};
    int32_t status = start_child(&watch, trial);
    if (status != SIGNET_OK)
        return status;
    read_report(&watch);
    close(watch.report);
    int ended = core_spawn_end(watch.child);
    if (watch.said.failed)
        status = core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                           "there is no memory for the report of the trial load: free some");
    else
        status = judge(&watch, ended);
    core_buffer_free(&watch.said);
    return status;
}

/* The work of the child: everything short of starting. */
static int32_t try_all(signet_call_t *call, const char *path, const char *folder)
{
    core_config_t *config = NULL;
    core_registry_t *registry = NULL;
    int32_t status = core_config_load(call, path, core_text(folder), &config);
    if (status != SIGNET_OK)
        return status;
    status = core_registry_open(call, config, SIGNET_MODE_CHECK, &registry);
    if (status == SIGNET_OK)
        core_registry_close(registry);
    core_config_free(config);
    return status;
}

static void report(signet_call_t *call, int32_t status)
{
    core_buffer_t words = {0};
    const signet_error_t *error = call->services->error(call);
    if (status == SIGNET_OK)
        core_buffer_string(&words, "D\n");
    else if (error)
        core_buffer_format(&words, "E%d\t%.*s\n%.*s", (int)status, CORE_TEXT_ARG(error->reason),
                           CORE_TEXT_ARG(error->message));
    for (size_t done = 0; done < words.length;) {
        ssize_t written = write(REPORT_DESCRIPTOR, words.data + done, words.length - done);
        if (written < 0 && errno != EINTR)
            break;
        done += written > 0 ? (size_t)written : 0;
    }
    core_buffer_free(&words);
}

int core_trial_child(int argc, char **argv, int *code)
{
    if (argc != 4 || strcmp(argv[1], OPTION) != 0)
        return 0;
    const struct rlimit none = {0, 0};
    core_call_options_t options = {.may_set_tenant = 1};
    signet_call_t *call = core_call_new(&options);
    *code = 70;
    /* A child must neither outlive its parent nor leave its memory in a core file. */
    if (!call || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || setrlimit(RLIMIT_CORE, &none) != 0 ||
        fcntl(REPORT_DESCRIPTOR, F_SETFD, FD_CLOEXEC) != 0)
        return 1;
    core_step_begin(REPORT_DESCRIPTOR);
    int32_t status = try_all(call, argv[2], argv[3]);
    report(call, status);
    *code = status == SIGNET_OK ? 0 : 78;
    core_call_free(call);
    return 1;
}
