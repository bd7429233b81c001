#include "daemon/route.h"

#include <signet/auth.h>

#include "core/buffer.h"
#include "core/call.h"
#include "core/text.h"

/* Only a local administrator has the host read its configuration: whoever can change that file is
 * on this machine, too. */
static int32_t check_actor(signet_call_t *call, const signet_request_t *request)
{
    const signet_actor_t *actor = call->services->actor(call);
    if (!core_text_is(request->peer, "unix"))
        return core_fail(call, SIGNET_DENIED, "host.local-only",
                         "This is only done through a Unix socket of the host: set SIGNET_URL to "
                         "unix:PATH.");
    for (uint64_t index = 0; index < actor->grant_count; index++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, actor->grants, index);
        if (core_text_is(grant->role, SIGNET_ROLE_ADMINISTRATOR) && !grant->authority.length &&
            !grant->profile.length && !grant->names.length && !actor->tenant.length)
            return SIGNET_OK;
    }
    return core_fail(call, SIGNET_DENIED, "host.not-administrator",
                     "This needs the role administrator.");
}

/* The query: dry_run=true, and instance=NAME as often as needed. */
static int32_t read_query(signet_call_t *call, const signet_request_t *request,
                          daemon_request_t *wish)
{
    signet_text_t *names = call->services->alloc(call, request->query_count * sizeof *names);
    if (!names)
        return SIGNET_NO_MEMORY;
    for (uint64_t index = 0; index < request->query_count; index++) {
        const signet_pair_t *pair = SIGNET_AT(signet_pair_t, request->query, index);
        if (core_text_is(pair->name, "instance"))
            names[wish->again_count++] = pair->value;
        else if (core_text_is(pair->name, "dry_run") && core_text_is(pair->value, "true"))
            wish->dry_run = 1;
        else if (!core_text_is(pair->name, "dry_run") || !core_text_is(pair->value, "false"))
            return core_fail(call, SIGNET_INVALID, "host.query-invalid",
                             "The query takes dry_run=true or false, and instance=NAME.");
    }
    wish->again = names;
    return SIGNET_OK;
}

static void write_text(core_buffer_t *json, const char *name, signet_text_t value)
{
    core_buffer_format(json, ",\"%s\":\"", name);
    core_buffer_json(json, value);
    core_buffer_string(json, "\"");
}

static void write_change(core_buffer_t *json, const core_change_t *change, int first)
{
    core_buffer_string(json, first ? "{\"name\":\"" : ",{\"name\":\"");
    core_buffer_json(json, change->name);
    core_buffer_string(json, "\"");
    if (change->plugin.length)
        write_text(json, "plugin", change->plugin);
    write_text(json, "action", core_text(core_change_word(change->kind)));
    if (change->options.length)
        write_text(json, "options", change->options);
    write_text(json, "file", change->file);
    core_buffer_format(json, ",\"line\":%u}", (unsigned)change->line);
}

static int32_t answer(signet_call_t *call, signet_exchange_t *exchange,
                      const daemon_request_t *wish)
{
    const signet_pair_t type = {sizeof type, 0, SIGNET_TEXT_INIT("Content-Type"),
                                SIGNET_TEXT_INIT("application/json")};
    core_buffer_t json = {0};
    core_buffer_format(&json, "{\"applied\":%s,\"restart_needed\":%s,\"changes\":[",
                       wish->dry_run ? "false" : "true", wish->plan.restarts ? "true" : "false");
    for (uint64_t index = 0; index < wish->plan.count; index++)
        write_change(&json, &wish->plan.changes[index], index == 0);
    core_buffer_string(&json, "]}");
    signet_text_t text = core_buffer_text(&json);
    signet_response_t response = {.size = sizeof response,
                                  .status = 200,
                                  .headers = &type,
                                  .header_count = 1,
                                  .body = {(const uint8_t *)text.data, text.length}};
    int32_t status =
        json.failed ? core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                                "There is no memory for the answer: the log has what happened.")
                    : exchange->services->respond(exchange, call, &response);
    core_buffer_free(&json);
    return status;
}

static int32_t handle_reload(void *instance, signet_call_t *call, const signet_request_t *request,
                             signet_exchange_t *exchange)
{
    daemon_request_t wish = {.call = call};
    int32_t status = check_actor(call, request);
    if (status == SIGNET_OK)
        status = read_query(call, request, &wish);
    if (status == SIGNET_OK)
        status = daemon_control_ask(instance, &wish);
    return status == SIGNET_OK ? answer(call, exchange, &wish) : status;
}

/* Opening plugins anew may take longer than an ordinary request. */
static const signet_route_t reload_route = {
    .size = sizeof(signet_route_t),
    .method = SIGNET_TEXT_INIT("POST"),
    .path = SIGNET_TEXT_INIT("/v1/host/reload"),
    .deadline_ms = 300000,
    .handle = handle_reload,
};

void daemon_routes(daemon_control_t *control, core_route_t routes[static DAEMON_ROUTE_COUNT])
{
    routes[0] = (core_route_t){
        .route = &reload_route, .instance = control, .instance_name = SIGNET_TEXT("host")};
}
