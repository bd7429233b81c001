#include "transparency/transparency.h"

#include "error.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/json.h>
#include <signet/sdk/setting.h>

/* When a client should come back after too few logs answered. */
#define RETRY_MS (INT64_C(30) * 1000)

/* Where a round of asking stands. */
#define LOG_OPEN 0
#define LOG_FAILED 1
#define LOG_ANSWERED 2
#define LOG_CHOSEN 3

typedef struct round {
    const ca_log_list_t *list;
    uint8_t states[CA_LOGS_MAX];
    signet_bytes_t scts[CA_LOGS_MAX];
} round_t;

int32_t ca_transparency_configure(ca_pool_t *pool, signet_call_t *call, const signet_host_t *host,
                                  ca_transparency_t **transparency)
{
    const signet_setting_t *group = signet_setting(host->settings, "transparency");
    if (signet_setting_count(group, "logs") == 0 && signet_setting_count(group, "policies") == 0)
        return SIGNET_OK;
    ca_transparency_t *made = ca_pool_alloc(pool, call, 1, sizeof *made);
    if (made == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = ca_queue_init(&made->queue, call, host);
    if (status != SIGNET_OK)
        return status;
    *transparency = made;
    status = ca_logs_configure(pool, call, group, &made->list);
    made->queue.timeout_ms = made->list.log_timeout_ms;
    return status;
}

int32_t ca_transparency_link(signet_call_t *call, const ca_transparency_t *transparency,
                             ca_profile_t *profile)
{
    const signet_setting_t *setting = signet_setting(profile->setting, "transparency");
    if (profile->abstract || setting == NULL || setting->text.length == 0)
        return SIGNET_OK;
    if (transparency != NULL)
        profile->transparency = ca_log_policy_find(&transparency->list, setting->text);
    if (profile->transparency == NULL)
        return signet_setting_fail(call, setting, "profile.transparency",
                                   "transparency.policies has no policy \"%.*s\"",
                                   SIGNET_FORMAT(setting->text));
    if (profile->kind != CA_KIND_END_ENTITY)
        return signet_setting_fail(call, setting, "profile.transparency",
                                   "the certificates of authorities and responders are not "
                                   "submitted to logs; remove transparency");
    /* Where logs do not answer the key would be gone, and the certificate would follow. */
    if (profile->generate_keys)
        return signet_setting_fail(call, setting, "profile.transparency",
                                   "keys that are made here are handed out in the same answer, "
                                   "which logs may hold up; remove transparency or generate_keys");
    return SIGNET_OK;
}

static int32_t add_metrics(signet_call_t *call, const signet_host_t *host, ca_log_list_t *list)
{
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < list->log_count; i++) {
        signet_metric_t failed = {
            .size = sizeof failed,
            .kind = SIGNET_METRIC_COUNTER,
            .name = SIGNET_TEXT("signet_ca_log_failures_total"),
            .help = SIGNET_TEXT("Precertificates for which a log gave no right SCT in time."),
            .labels = signet_format(call, "log=\"%.*s\"", SIGNET_FORMAT(list->logs[i].name))};
        status = host->services->add_metric(host, call, &failed, &list->logs[i].failed_metric);
    }
    return status;
}

int32_t ca_transparency_start(ca_pool_t *pool, signet_call_t *call, ca_transparency_t *transparency)
{
    const signet_host_t *host = transparency->queue.host;
    const signet_setting_t *group = signet_setting(host->settings, "transparency");
    int32_t status = ca_logs_load(pool, call, group, &transparency->list);
    if (status == SIGNET_OK)
        status = add_metrics(call, host, &transparency->list);
    if (status == SIGNET_OK)
        status = signet_outbound_open(call, host, signet_setting(group, "outbound"),
                                      &transparency->queue.outbound);
    if (status == SIGNET_OK && host->mode == SIGNET_MODE_SERVE)
        status = signet_queue_start(transparency->queue.submissions, call);
    return status;
}

void ca_transparency_free(ca_transparency_t *transparency)
{
    if (transparency == NULL)
        return;
    ca_logs_free(&transparency->list);
    ca_queue_free(&transparency->queue);
}

/* The request of add-pre-chain (RFC 6962, 4.2): the precertificate and the chain up to the root. */
static int32_t make_body(signet_call_t *call, const ca_submit_t *submit, signet_text_t *body)
{
    signet_json_writer_t writer = signet_json_writer(call, 8192);
    signet_text_t text = signet_base64(call, submit->precertificate);
    writer.buffer.failed = text.data == NULL;
    signet_json_begin_object(&writer, NULL);
    signet_json_begin_array(&writer, "chain");
    signet_json_text(&writer, NULL, text);
    for (const ca_authority_t *above = submit->authority;
         above != NULL && above->certificate.length > 0; above = above->parent) {
        text = signet_base64(call, above->certificate);
        writer.buffer.failed = writer.buffer.failed || text.data == NULL;
        signet_json_text(&writer, NULL, text);
    }
    signet_json_end_array(&writer);
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, body);
}

static uint64_t count_answers(const round_t *round)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < round->list->log_count; i++)
        count += round->states[i] >= LOG_ANSWERED;
    return count;
}

/* Whether a log of this operator answered, or was chosen in this round. */
static int has_operator(const round_t *round, signet_text_t name)
{
    for (uint64_t i = 0; i < round->list->log_count; i++) {
        if (round->states[i] >= LOG_ANSWERED &&
            signet_text_equal(round->list->logs[i].operator_name, name))
            return 1;
    }
    return 0;
}

static uint64_t count_operators(const round_t *round)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < round->list->log_count; i++) {
        int known = round->states[i] < LOG_ANSWERED;
        for (uint64_t j = 0; !known && j < i; j++)
            known = round->states[j] >= LOG_ANSWERED &&
                    signet_text_equal(round->list->logs[i].operator_name,
                                      round->list->logs[j].operator_name);
        count += !known;
    }
    return count;
}

/* Chooses one more log, in the order of configuration; those that failed of late come last. */
static int choose_one(round_t *round, const ca_submit_t *submit, int new_operator)
{
    int64_t now = signet_monotonic();
    for (int resting = 0; resting <= 1; resting++) {
        for (uint64_t i = 0; i < round->list->log_count; i++) {
            const ca_log_t *log = &round->list->logs[i];
            if (round->states[i] != LOG_OPEN || !ca_log_takes(log, submit->not_after) ||
                (atomic_load(&log->resting_until) > now) != resting ||
                (new_operator && has_operator(round, log->operator_name)))
                continue;
            round->states[i] = LOG_CHOSEN;
            return 1;
        }
    }
    return 0;
}

/* Chooses what is missing: operators first, then any. 0 where that is not possible. */
static int choose(round_t *round, const ca_submit_t *submit)
{
    const ca_log_policy_t *policy = submit->policy;
    int found = 1;
    while (found && count_operators(round) < policy->operators)
        found = choose_one(round, submit, 1);
    while (found && count_answers(round) < policy->scts)
        found = choose_one(round, submit, 0);
    return found;
}

/* Asks the chosen ones and waits. */
static int32_t ask(ca_transparency_t *transparency, signet_call_t *call, round_t *round,
                   const ca_sct_entry_t *entry, signet_text_t body, int64_t deadline)
{
    uint64_t count = 0;
    ca_submission_t *submissions =
        signet_alloc(call, transparency->list.log_count, sizeof *submissions);
    if (submissions == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < transparency->list.log_count; i++) {
        if (round->states[i] == LOG_CHOSEN)
            submissions[count++] = (ca_submission_t){.log = &transparency->list.logs[i],
                                                     .body = body,
                                                     .entry = entry,
                                                     .deadline = deadline};
    }
    int32_t status = ca_queue_run(&transparency->queue, call, submissions, count);
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        uint64_t index = (uint64_t)(submissions[i].log - transparency->list.logs);
        round->states[index] = submissions[i].done ? LOG_ANSWERED : LOG_FAILED;
        round->scts[index] = (signet_bytes_t){submissions[i].sct, submissions[i].length};
    }
    return status;
}

static int32_t collect(signet_call_t *call, const round_t *round, signet_bytes_t *list,
                       signet_text_t *names)
{
    signet_bytes_t scts[CA_LOGS_MAX];
    signet_buffer_t buffer = signet_buffer(call, 128);
    uint64_t count = 0;
    for (uint64_t i = 0; i < round->list->log_count; i++) {
        if (round->states[i] != LOG_ANSWERED)
            continue;
        if (count > 0)
            signet_buffer_add_byte(&buffer, ',');
        signet_buffer_add_text(&buffer, round->list->logs[i].name);
        scts[count++] = round->scts[i];
    }
    int32_t status = signet_buffer_text(&buffer, names);
    return status == SIGNET_OK ? ca_sct_list(call, scts, count, list) : status;
}

int32_t ca_transparency_submit(ca_transparency_t *transparency, signet_call_t *call,
                               const ca_submit_t *submit, signet_bytes_t *list,
                               signet_text_t *names)
{
    round_t round = {.list = &transparency->list};
    ca_sct_entry_t entry = {.tbs = submit->bare, .earliest = submit->signed_at};
    signet_text_t body = {NULL, 0};
    int64_t deadline = signet_monotonic() + transparency->list.wait_ms;
    int32_t status = signet_sha256(call, submit->authority->spki, &entry.issuer_key_hash);
    if (status == SIGNET_OK)
        status = make_body(call, submit, &body);
    int met = 0;
    while (status == SIGNET_OK && !met && signet_monotonic() < deadline && choose(&round, submit)) {
        status = ask(transparency, call, &round, &entry, body, deadline);
        met = count_answers(&round) >= submit->policy->scts &&
              count_operators(&round) >= submit->policy->operators;
    }
    if (status != SIGNET_OK)
        return status;
    if (!met)
        return ca_error_retry(call, SIGNET_UNAVAILABLE, "transparency.logs", RETRY_MS,
                              SIGNET_TEXT("too few logs of Certificate Transparency answered, so "
                                          "no certificate was issued; ask again with the same "
                                          "request id, which goes on with the precertificate"));
    return collect(call, &round, list, names);
}
