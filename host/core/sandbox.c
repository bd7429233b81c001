#include "core/sandbox.h"

#include <errno.h>
#include <string.h>

#include "core/call.h"
#include "core/filter.h"
#include "core/landlock.h"
#include "core/log.h"
#include "core/reach.h"
#include "core/text.h"

/* A process has one sandbox. Written once, before there is a second thread. */
static struct {
    int entered;
    int off;     /* by configuration */
    int version; /* of Landlock; 0: the kernel has none */
    int filter;  /* errno of the filter; 0: it is in force */
    core_reach_t reach;
} state;

static int is_on(const core_config_t *config)
{
    const signet_setting_t *enabled =
        core_setting(core_setting(config->host, "sandbox"), "enabled");
    return !enabled || enabled->integer;
}

static int32_t fail_memory(signet_call_t *call)
{
    return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                     "there is no memory for the sandbox: free some");
}

int32_t core_sandbox_enter(signet_call_t *call, const core_config_t *config)
{
    state.off = !is_on(config);
    if (state.off)
        return SIGNET_OK;
    core_reach_collect(&state.reach, config);
    if (state.reach.failed)
        return fail_memory(call);
    state.version = core_landlock_enter(&state.reach);
    if (state.version < 0)
        return core_fail(call, SIGNET_UNAVAILABLE, "host.sandbox",
                         "the kernel keeps this process to no places in the file system (%s): "
                         "look into its log, or set host.sandbox.enabled to false",
                         strerror(errno));
    state.filter = core_filter_enter(config->isolated, state.reach.uses);
    state.entered = 1;
    return SIGNET_OK;
}

int core_sandbox_entered(void)
{
    return state.entered;
}

void core_sandbox_tell(void)
{
    if (state.off) {
        core_log(SIGNET_LOG_WARNING, "host.sandbox",
                 "host.sandbox.enabled is false: this process may do whatever its user may.");
        return;
    }
    if (!state.entered)
        return;
    if (state.version)
        core_log(SIGNET_LOG_INFO, "host.sandbox",
                 "This process is kept to %u places in the file system (Landlock %d).",
                 (unsigned)state.reach.count, state.version);
    else
        core_log(SIGNET_LOG_WARNING, "host.sandbox",
                 "The kernel has no Landlock: this process may touch whatever its user may.");
    if (state.filter)
        core_log(SIGNET_LOG_WARNING, "host.sandbox",
                 "The kernel filters no system calls (%s): this process may make any.",
                 strerror(state.filter));
}

int32_t core_sandbox_check(signet_call_t *call, const core_config_t *next)
{
    core_reach_t wanted = {0};
    if (!state.entered)
        return SIGNET_OK;
    core_reach_collect(&wanted, next);
    const core_place_t *missing = state.version ? core_reach_missing(&state.reach, &wanted) : NULL;
    int32_t status = SIGNET_OK;
    if (wanted.failed)
        status = fail_memory(call);
    else if (missing)
        status = core_fail(call, SIGNET_CONFLICT, "reload.restart-needed",
                           "restart needed, and nothing was changed: the sandbox, which is made at "
                           "the start, forbids to %s %s",
                           missing->written ? "write in" : "read in", missing->path);
    else if (wanted.uses & ~state.reach.uses)
        status = core_fail(call, SIGNET_CONFLICT, "reload.restart-needed",
                           "restart needed, and nothing was changed: the sandbox, which is made at "
                           "the start, forbids to use %s",
                           wanted.uses & ~state.reach.uses & SIGNET_USES_NETWORK ? "the network"
                                                                                 : "devices");
    core_reach_free(&wanted);
    return status;
}
