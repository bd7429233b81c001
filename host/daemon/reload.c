#include "daemon/reload.h"

#include "core/audit.h"
#include "core/buffer.h"
#include "core/call.h"
#include "core/log.h"
#include "core/sandbox.h"
#include "core/text.h"
#include "core/trial.h"
#include "daemon/log_setting.h"
#include "daemon/notify.h"
#include "daemon/ready.h"

/* "store (path, readers), journal (key)": the changes of one kind. */
static signet_text_t list_changes(signet_call_t *call, const core_plan_t *plan,
                                  core_change_kind_t kind)
{
    core_buffer_t buffer = {0};
    for (uint64_t index = 0; index < plan->count; index++) {
        const core_change_t *change = &plan->changes[index];
        if (change->kind != kind)
            continue;
        core_buffer_format(&buffer, "%s%.*s", buffer.length ? ", " : "",
                           CORE_TEXT_ARG(change->name));
        if (change->options.length)
            core_buffer_format(&buffer, " (%.*s)", CORE_TEXT_ARG(change->options));
    }
    signet_text_t list = core_format(call, "%.*s", CORE_TEXT_ARG(core_buffer_text(&buffer)));
    core_buffer_free(&buffer);
    return list;
}

static int32_t fail_restart(signet_call_t *call, const core_plan_t *plan)
{
    return core_fail(call, SIGNET_CONFLICT, "reload.restart-needed",
                     "restart needed, and nothing was changed: only a restart changes %.*s",
                     CORE_TEXT_ARG(list_changes(call, plan, CORE_CHANGE_RESTART)));
}

/* From here on nothing fails. */
static void put_in_force(daemon_node_t *node, core_config_t *next, core_registry_t *registry,
                         edge_change_t *change)
{
    core_registry_t *old = node->registry;
    core_config_t *former = node->config;
    daemon_log_level(next);
    edge_apply(node->edge, change);
    core_registry_switch(old, registry);
    node->registry = registry;
    node->config = core_config_hold(next);
    core_config_free(former);
    core_registry_reap(registry);
}

/* There may be other listeners. It is in force already, so that a failure is only told. */
static void tell_addresses(signet_call_t *call, const daemon_node_t *node)
{
    if (daemon_ready_write(call, node) == SIGNET_OK)
        return;
    const signet_error_t *error = call->services->error(call);
    core_log(
        SIGNET_LOG_ERROR, "host.ready-file", "%.*s",
        CORE_TEXT_ARG(error ? error->message : SIGNET_TEXT("The ready file was not written.")));
    call->services->clear(call);
}

static int32_t take(signet_call_t *call, daemon_node_t *node, core_config_t *next,
                    const core_plan_t *plan)
{
    core_registry_t *registry = NULL;
    edge_change_t *change = NULL;
    int32_t status = core_registry_reopen(call, node->registry, next, plan, &registry);
    if (status == SIGNET_OK)
        status = edge_prepare(call, node->edge, node->config, next, registry, &change);
    if (status == SIGNET_OK)
        status = core_registry_change_in_place(call, node->registry, registry, plan);
    if (status == SIGNET_OK) {
        put_in_force(node, next, registry, change);
        tell_addresses(call, node);
        return SIGNET_OK;
    }
    edge_discard(change);
    core_registry_abandon(registry);
    return status;
}

static int32_t reload(daemon_node_t *node, daemon_request_t *request)
{
    signet_call_t *call = request->call;
    core_config_t *next = NULL;
    core_plan_t *plan = &request->plan;
    core_trial_t trial = {.path = node->path, .plugin_folder = node->folder};
    int32_t status = core_trial_run(call, &trial);
    if (status == SIGNET_OK)
        status = core_config_load(call, node->path, node->folder, &next);
    if (status == SIGNET_OK)
        status =
            core_plan_make(call, node->config, next, request->again, request->again_count, plan);
    if (status == SIGNET_OK && !request->dry_run && plan->restarts)
        status = fail_restart(call, plan);
    if (status == SIGNET_OK && plan->differences)
        status = core_sandbox_check(call, next);
    if (status == SIGNET_OK && !request->dry_run)
        status = edge_renew(call, node->edge);
    if (status == SIGNET_OK && !request->dry_run && plan->differences)
        status = take(call, node, next, plan);
    core_config_free(next);
    return status;
}

/* What became of it, for the log and the journal. */
static void record(daemon_node_t *node, daemon_request_t *request, int32_t status)
{
    signet_call_t *call = request->call;
    const signet_error_t *error = call->services->error(call);
    signet_text_t actor = call->services->actor(call)->id;
    signet_text_t who = actor.length ? actor : SIGNET_TEXT("signal");
    if (status == SIGNET_OK && request->plan.differences == 0) {
        core_log(SIGNET_LOG_INFO, "host.reloaded", "The configuration is the one in force.");
    } else if (status == SIGNET_OK) {
        core_log(SIGNET_LOG_INFO, "host.reloaded",
                 "The configuration was reloaded. Replaced: %.*s; in place: %.*s; added: %.*s; "
                 "removed: %.*s.",
                 CORE_TEXT_ARG(list_changes(call, &request->plan, CORE_CHANGE_REPLACE)),
                 CORE_TEXT_ARG(list_changes(call, &request->plan, CORE_CHANGE_IN_PLACE)),
                 CORE_TEXT_ARG(list_changes(call, &request->plan, CORE_CHANGE_ADD)),
                 CORE_TEXT_ARG(list_changes(call, &request->plan, CORE_CHANGE_REMOVE)));
        core_audit_reloaded(node->registry, node->config, &request->plan, who);
    } else {
        core_log(SIGNET_LOG_ERROR, "host.reload-refused",
                 "The configuration in force stays as it is: %.*s",
                 CORE_TEXT_ARG(error ? error->message : SIGNET_TEXT("no reason was given")));
        core_audit_reload_refused(node->registry, node->config, error, who);
    }
}

int32_t daemon_reload(daemon_node_t *node, daemon_request_t *request)
{
    if (request->dry_run)
        return reload(node, request);
    daemon_notify_reloading();
    int32_t status = reload(node, request);
    record(node, request, status);
    daemon_notify_ready();
    return status;
}

void daemon_reload_by_signal(daemon_node_t *node)
{
    core_call_options_t options = {.may_set_tenant = 1};
    daemon_request_t request = {.call = core_call_new(&options)};
    if (!request.call) {
        core_log(SIGNET_LOG_ERROR, "host.reload-refused", "There is no memory for a reload.");
        return;
    }
    daemon_reload(node, &request);
    core_call_free(request.call);
}
