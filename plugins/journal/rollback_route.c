/* /v1/journal/rollback: what is known of a store that was put back, and its acknowledgement. */
#include "journal.h"

#include <journal_openapi.h>
#include <signet/auth.h>
#include <signet/sdk/error.h>
#include <signet/sdk/http.h>

#define REASON_LIMIT 1024U
#define BODY_LIMIT 16384U

/* What concerns all records of a node is for those whose role has no limits. */
static int32_t need_role(signet_call_t *call, const char *const *roles, uint64_t count)
{
    const signet_actor_t *actor = call->services->actor(call);
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, actor->grants, i);
        int limited =
            grant->authority.length > 0 || grant->profile.length > 0 || grant->names.length > 0;
        for (uint64_t j = 0; j < count && !limited; j++)
            if (signet_text_is(grant->role, roles[j]) && call->services->tenant(call).length == 0)
                return SIGNET_OK;
    }
    return signet_fail(call, SIGNET_DENIED, "journal.denied",
                       "This needs the role %s%s%s, without limits and for the whole deployment.",
                       roles[0], count > 1 ? " or " : "", count > 1 ? roles[1] : "");
}

static int32_t answer(const journal_t *journal, signet_call_t *call, signet_exchange_t *exchange)
{
    int64_t since = atomic_load(&journal->rollback.since);
    signet_json_writer_t writer = signet_json_writer(call, 256);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "node", journal->host->node);
    signet_json_boolean(&writer, "rolled_back", since != 0);
    if (since != 0)
        signet_json_time(&writer, "since", since);
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}

int32_t journal_rollback_show(void *instance, signet_call_t *call, const signet_request_t *request,
                              signet_exchange_t *exchange)
{
    static const char *const roles[] = {SIGNET_ROLE_ADMINISTRATOR, SIGNET_ROLE_AUDITOR};
    int32_t status = need_role(call, roles, 2);
    if (status == SIGNET_OK)
        status = signet_http_query_only(call, request, NULL, 0);
    return status == SIGNET_OK ? answer(instance, call, exchange) : status;
}

/* Durable together with its entry. Two who acknowledge at once: the second finds it done. */
static int32_t acknowledge(journal_t *journal, signet_call_t *call, signet_text_t reason)
{
    journal_rollback_t *rollback = &journal->rollback;
    signet_field_t fields[JOURNAL_EPOCH_FIELDS];
    signet_change_t change;
    const signet_pair_t pairs[] = {signet_pair("reason", reason)};
    const signet_entry_t entry = {
        .size = sizeof(entry),
        .event = SIGNET_TEXT(SIGNET_EVENT_JOURNAL_ACKNOWLEDGED),
        .object = signet_format(call, "node:%.*s", SIGNET_FORMAT(journal->host->node)),
        .fields = pairs,
        .field_count = 1};
    journal_rollback_put(journal, &change, fields);
    fields[2].integer = 0;
    int32_t status = journal_write(journal, call, call->services->tenant(call), &change, 1, &entry);
    if (status != SIGNET_OK)
        return status;
    rollback->version++;
    atomic_store(&rollback->since, 0);
    journal->host->services->set(journal->host, rollback->metric, 0);
    signet_log(
        journal->host, call, SIGNET_LOG_WARNING, "journal.acknowledged",
        "%.*s acknowledged that the store was put back to an earlier state; signing goes on.",
        SIGNET_FORMAT(call->services->actor(call)->id));
    return SIGNET_OK;
}

int32_t journal_rollback_acknowledge(void *instance, signet_call_t *call,
                                     const signet_request_t *request, signet_exchange_t *exchange)
{
    static const char *const roles[] = {SIGNET_ROLE_ADMINISTRATOR};
    static const char *const members[] = {"reason"};
    journal_t *journal = instance;
    const signet_json_t *body = NULL;
    signet_text_t reason = {NULL, 0};
    int32_t status = need_role(call, roles, 1);
    if (status == SIGNET_OK)
        status = signet_http_json(call, request, BODY_LIMIT, members, 1, &body);
    if (status == SIGNET_OK)
        status = signet_http_json_text(call, body, "reason", &reason);
    if (status == SIGNET_OK && reason.length > REASON_LIMIT)
        status = signet_fail_field(call, SIGNET_INVALID, "journal.reason-invalid", "reason",
                                   "reason must have at most %u octets.", REASON_LIMIT);
    /* Where another has acknowledged it before, there is nothing left to do. */
    if (status == SIGNET_OK && atomic_load(&journal->rollback.since) != 0)
        status = acknowledge(journal, call, reason);
    return status == SIGNET_OK ? answer(journal, call, exchange) : status;
}

int32_t journal_rollback_routes(journal_t *journal, signet_call_t *call)
{
    static const signet_route_t routes[] = {
        {.size = sizeof(signet_route_t),
         .method = SIGNET_TEXT_INIT("GET"),
         .path = SIGNET_TEXT_INIT("/v1/journal/rollback"),
         .openapi = SIGNET_TEXT_INIT(journal_openapi_get_rollback),
         .handle = journal_rollback_show},
        {.size = sizeof(signet_route_t),
         .method = SIGNET_TEXT_INIT("POST"),
         .path = SIGNET_TEXT_INIT("/v1/journal/rollback"),
         .openapi = SIGNET_TEXT_INIT(journal_openapi_acknowledge_rollback),
         .handle = journal_rollback_acknowledge},
    };
    const signet_metric_t metric = {
        .size = sizeof(metric),
        .kind = SIGNET_METRIC_GAUGE,
        .name = SIGNET_TEXT("signet_journal_rolled_back"),
        .help = SIGNET_TEXT("1 while the store was put back to an earlier state and nobody has "
                            "acknowledged it: nothing is signed.")};
    const signet_host_services_t *services = journal->host->services;
    int32_t status = services->add_metric(journal->host, call, &metric, &journal->rollback.metric);
    if (status != SIGNET_OK)
        return status;
    services->set(journal->host, journal->rollback.metric,
                  atomic_load(&journal->rollback.since) != 0);
    return services->add_routes(journal->host, call, routes, sizeof(routes) / sizeof(routes[0]));
}
