#include "approval/approval.h"
#include "archive/archive.h"
#include "archive/recover.h"
#include "authority/alternate.h"
#include "authority/authority_load.h"
#include "authority/catalog.h"
#include "authority/last_list.h"
#include "authority/lineage.h"
#include "authority/manage.h"
#include "ca.h"
#include "ceremony/calendar.h"
#include "ceremony/script.h"
#include "command/command.h"
#include "issue/abandoned.h"
#include "issue/counted.h"
#include "issue/intent.h"
#include "issue/issue.h"
#include "issue/preview.h"
#include "issue/renew.h"
#include "issue/request.h"
#include "issue/sweep.h"
#include "option.h"
#include "policy/stage.h"
#include "profile/danger.h"
#include "record/asked_renewal.h"
#include "record/bulk.h"
#include "record/found.h"
#include "record/inventory.h"
#include "record/record.h"
#include "record/retention.h"
#include "record/revoke.h"
#include "status/number.h"
#include "status/status.h"
#include "tenant/directory.h"
#include "transparency/transparency.h"

#include <signet/ext/draft/policy.h>
#include <signet/plugin.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>

/* How often matters are looked through that have waited for too long. */
#define SWEEP_PERIOD_MS 30000

int32_t ca_store(const ca_t *ca, signet_call_t *call, signet_store_t *store)
{
    return signet_store(call, ca->store_name, store);
}

int32_t ca_query_all_tenants(const ca_t *ca, signet_call_t *call, const signet_query_t *query,
                             const signet_page_t **page)
{
    signet_store_t store;
    int32_t status = call->services->set_tenant(call, SIGNET_TEXT("*"));
    if (status == SIGNET_OK)
        status = ca_store(ca, call, &store);
    return status == SIGNET_OK ? store.interface->query(store.instance, call, query, page) : status;
}

int32_t ca_journal(const ca_t *ca, signet_call_t *call, signet_journal_t *journal)
{
    return signet_journal(call, ca->journal_name, journal);
}

static int32_t configure_authorities(ca_t *ca, signet_call_t *call)
{
    const signet_setting_t *list = signet_setting(ca->host->settings, "authorities");
    ca->authority_count = list == NULL ? 0 : list->member_count;
    ca->authorities =
        ca_pool_alloc(&ca->pool, call, ca->authority_count + 1, sizeof *ca->authorities);
    if (ca->authorities == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < ca->authority_count; i++) {
        int32_t status = ca_authority_configure(&ca->pool, call, signet_setting_at(list, i),
                                                &ca->authorities[i]);
        if (status != SIGNET_OK)
            return status;
        ca->authorities[i].index = i;
    }
    int32_t linked = ca_authorities_link(call, ca->authorities, ca->authority_count);
    return linked == SIGNET_OK ? ca_tenants_check_authorities(ca, call) : linked;
}

static int32_t configure_profiles(ca_t *ca, signet_call_t *call)
{
    const signet_setting_t *list = signet_setting(ca->host->settings, "profiles");
    ca->profile_count = list == NULL ? 0 : list->member_count;
    ca->profiles = ca_pool_alloc(&ca->pool, call, ca->profile_count + 1, sizeof *ca->profiles);
    ca_effective_t *effective = NULL;
    ca->counted = ca_pool_alloc(&ca->pool, call, ca->profile_count + 1, sizeof *ca->counted);
    if (ca->profiles == NULL || ca->counted == NULL)
        return SIGNET_NO_MEMORY;
    int32_t resolved = ca_effective_resolve(&ca->pool, call, list, &effective);
    if (resolved != SIGNET_OK)
        return resolved;
    for (uint64_t i = 0; i < ca->profile_count; i++) {
        int32_t status = ca_profile_configure(&ca->pool, call, &effective[i], ca->authorities,
                                              ca->authority_count, &ca->profiles[i]);
        ca->profiles[i].index = i;
        if (status == SIGNET_OK)
            status = ca_tenant_check_profile(ca, call, &ca->profiles[i]);
        if (status == SIGNET_OK)
            status = ca_danger_check(call, ca, &ca->profiles[i]);
        if (status == SIGNET_OK)
            status = ca_transparency_link(call, ca->transparency, &ca->profiles[i]);
        ca->keys_indexed = ca->keys_indexed || ca_profile_looks_at_keys(&ca->profiles[i]);
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}

static int32_t plugin_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    ca_t *ca = calloc(1, sizeof *ca);
    if (ca == NULL)
        return signet_fail_memory(call);
    *instance = ca;
    ca->host = host;
    ca->store_name = signet_setting_text(host->settings, "store");
    ca->journal_name = signet_setting_text(host->settings, "journal");
    ca->policies = signet_setting(host->settings, "policies");
    ca->policy_timeout_ms = signet_setting_integer(host->settings, "policy_timeout", 0);
    int32_t status = ca_blocked_keys_hold(call, &ca->blocked);
    if (status == SIGNET_OK)
        status = ca_tenants_configure(ca, call);
    if (status == SIGNET_OK)
        status = configure_authorities(ca, call);
    if (status == SIGNET_OK)
        status = ca_transparency_configure(&ca->pool, call, host, &ca->transparency);
    if (status == SIGNET_OK)
        status = configure_profiles(ca, call);
    if (status == SIGNET_OK)
        status = ca_archive_configure(ca, call);
    return status == SIGNET_OK ? ca_script_check(call, host->settings) : status;
}

static int32_t add_retention(const ca_t *ca, signet_call_t *call)
{
    const signet_job_t job = {.size = sizeof job,
                              .lane = SIGNET_LANE_BACKGROUND,
                              .name = SIGNET_TEXT("retention"),
                              .period_ms = INT64_C(3600) * 1000,
                              .lease = SIGNET_TEXT("ca-retention"),
                              .run = ca_retention_job};
    return ca_retention_wanted(ca) ? ca->host->services->add_job(ca->host, call, &job) : SIGNET_OK;
}

/* Nodes that share a store learn of each other's changes so soon. */
static int32_t add_lineages(const ca_t *ca, signet_call_t *call)
{
    const signet_job_t job = {.size = sizeof job,
                              .lane = SIGNET_LANE_BACKGROUND,
                              .name = SIGNET_TEXT("generations"),
                              .period_ms = 5000,
                              .run = ca_lineage_job};
    return ca->host->services->add_job(ca->host, call, &job);
}

/* Hourly, so that a new day's alert is not late; it writes each once a day. */
static int32_t add_calendar(const ca_t *ca, signet_call_t *call)
{
    const signet_job_t job = {.size = sizeof job,
                              .lane = SIGNET_LANE_BACKGROUND,
                              .name = SIGNET_TEXT("calendar"),
                              .period_ms = INT64_C(3600) * 1000,
                              .lease = SIGNET_TEXT("ca-calendar"),
                              .run = ca_calendar_job};
    return ca->host->services->add_job(ca->host, call, &job);
}

/* Nodes that share a store learn so soon of what others issued. */
static int32_t add_quotas(const ca_t *ca, signet_call_t *call)
{
    const signet_job_t job = {.size = sizeof job,
                              .lane = SIGNET_LANE_BACKGROUND,
                              .name = SIGNET_TEXT("quotas"),
                              .period_ms = 60000,
                              .run = ca_quota_job};
    return ca_quota_wanted(ca) ? ca->host->services->add_job(ca->host, call, &job) : SIGNET_OK;
}

static int32_t add_metrics(ca_t *ca, signet_call_t *call)
{
    const signet_host_services_t *services = ca->host->services;
    signet_metric_t denied = {.size = sizeof denied,
                              .kind = SIGNET_METRIC_COUNTER,
                              .name = SIGNET_TEXT("signet_ca_denied_total"),
                              .help = SIGNET_TEXT("Requests that were refused by a rule.")};
    signet_metric_t duration = {
        .size = sizeof duration,
        .kind = SIGNET_METRIC_HISTOGRAM,
        .name = SIGNET_TEXT("signet_ca_issue_duration_seconds"),
        .help = SIGNET_TEXT("How long issuing a certificate took, store and key included.")};
    int32_t status = services->add_metric(ca->host, call, &denied, &ca->denied_metric);
    if (status == SIGNET_OK)
        status = services->add_metric(ca->host, call, &duration, &ca->duration_metric);
    for (uint64_t i = 0; status == SIGNET_OK && i < ca->authority_count; i++) {
        ca_authority_t *authority = &ca->authorities[i];
        signet_metric_t issued = {
            .size = sizeof issued,
            .kind = SIGNET_METRIC_COUNTER,
            .name = SIGNET_TEXT("signet_ca_issued_total"),
            .help = SIGNET_TEXT("Certificates issued."),
            .labels = signet_format(call, "authority=\"%.*s\"", SIGNET_FORMAT(authority->name))};
        status = services->add_metric(ca->host, call, &issued, &authority->issued_metric);
    }
    return status;
}

int32_t ca_refresh(ca_t *ca, signet_call_t *call, ca_authority_t *authority)
{
    int32_t status = SIGNET_OK;
    if (authority->parent != NULL && ca_lineage(authority->parent) == NULL)
        status = ca_refresh(ca, call, authority->parent);
    if (status == SIGNET_OK)
        status = ca_lineage_look(ca, call, authority);
    if (status == SIGNET_OK)
        status = ca_authority_load(&ca->pool, call, authority);
    if (status == SIGNET_OK)
        status = ca_alternate_load(ca, call, authority);
    if (status != SIGNET_OK || authority->certificate.length == 0)
        return status;
    status = ca_lineage_equip(ca, call, authority);
    return status == SIGNET_OK ? ca_lineage_refresh(ca, call, authority) : status;
}

static const signet_job_t sweep_job = {.size = sizeof(signet_job_t),
                                       .lane = SIGNET_LANE_BACKGROUND,
                                       .name = SIGNET_TEXT_INIT("approvals"),
                                       .period_ms = SWEEP_PERIOD_MS,
                                       .lease = SIGNET_TEXT_INIT("ca/approvals"),
                                       .run = ca_approval_sweep};

static int32_t plugin_start(void *instance, signet_call_t *call)
{
    ca_t *ca = instance;
    signet_store_t store;
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = ca_record_declare(call, &store);
    if (status == SIGNET_OK)
        status = ca_found_declare(call, &store);
    if (status == SIGNET_OK)
        status = ca_asked_renewal_declare(call, &store);
    if (status == SIGNET_OK)
        status = ca_intent_declare(call, &store);
    if (status == SIGNET_OK)
        status = ca_request_declare(call, &store);
    if (status == SIGNET_OK)
        status = ca_archived_declare(call, &store);
    if (status == SIGNET_OK)
        status = ca_counted_start(ca, call);
    if (status == SIGNET_OK)
        status = ca_bulk_declare(call, &store);
    if (status == SIGNET_OK)
        status = ca_generation_declare(call, &store);
    if (status == SIGNET_OK)
        status = ca_last_list_declare(call, &store);
    if (status == SIGNET_OK)
        status = ca_list_number_declare(call, &store);
    ca->generations_stored = status == SIGNET_OK;
    if (status == SIGNET_OK)
        status = ca_bulk_start(ca, call);
    if (status == SIGNET_OK)
        status = ca_matter_declare(call, &store);
    if (status == SIGNET_OK)
        status = ca_blocked_keys_load(ca->blocked, call, &store);
    signet_text_t blocklist = signet_setting_text(ca->host->settings, "key_blocklist");
    if (status == SIGNET_OK && blocklist.length > 0)
        status = ca_blocklist_open(call, blocklist, &ca->blocklist);
    if (status == SIGNET_OK)
        status = add_metrics(ca, call);
    if (status == SIGNET_OK && ca->transparency != NULL)
        status = ca_transparency_start(&ca->pool, call, ca->transparency);
    if (status == SIGNET_OK && ca->host->mode == SIGNET_MODE_SERVE)
        status = ca_policies_find(ca, call);
    if (status == SIGNET_OK)
        status = ca->host->services->add_job(ca->host, call, &sweep_job);
    for (uint64_t i = 0; status == SIGNET_OK && i < ca->authority_count; i++)
        status = ca_refresh(ca, call, &ca->authorities[i]);
    if (status == SIGNET_OK && ca->host->mode == SIGNET_MODE_SERVE)
        status = ca_abandoned_list(ca, call);
    if (status == SIGNET_OK && ca->host->mode == SIGNET_MODE_SERVE)
        status = add_calendar(ca, call);
    if (status == SIGNET_OK && ca->host->mode == SIGNET_MODE_SERVE)
        status = ca_danger_journal(ca, call);
    if (status == SIGNET_OK && ca->host->mode == SIGNET_MODE_SERVE)
        status = add_retention(ca, call);
    if (status == SIGNET_OK && ca->host->mode == SIGNET_MODE_SERVE)
        status = add_lineages(ca, call);
    if (status == SIGNET_OK && ca->host->mode == SIGNET_MODE_SERVE)
        status = add_quotas(ca, call);
    if (status == SIGNET_OK && ca->host->mode == SIGNET_MODE_SERVE)
        status = ca_sweep_start(ca, call);
    return status;
}

/* Nobody waits for logs any more: what was precertified is stored, and asked for again later. */
static int32_t plugin_drain(void *instance, signet_call_t *call)
{
    ca_t *ca = instance;
    (void)call;
    if (ca->transparency != NULL)
        signet_queue_close(ca->transparency->queue.submissions);
    return SIGNET_OK;
}

static void plugin_close(void *instance)
{
    ca_t *ca = instance;
    for (uint64_t i = 0; ca->authorities != NULL && i < ca->authority_count; i++)
        ca_lineage_free(&ca->authorities[i]);
    ca_blocked_keys_release(ca->blocked);
    ca_blocklist_free(&ca->blocklist);
    ca_transparency_free(ca->transparency);
    ca_tenants_free(ca);
    ca_sweep_free(ca);
    ca_pool_free(&ca->pool);
    free(ca);
}

static const signet_ca_interface_t ca_interface = {
    .size = sizeof(signet_ca_interface_t),
    .issue = ca_issue,
    .revoke = ca_revoke,
    .release = ca_release,
    .authorities = ca_catalog_authorities,
    .chain = ca_catalog_chain,
    .profiles = ca_catalog_profiles,
    .revoke_by_key = ca_revoke_by_key,
    .revoke_many = ca_bulk_revoke,
    .bulk = ca_bulk_get,
    .renew = ca_renew,
    .preview = ca_preview,
    .import_key = ca_archive_import,
    .recover_key = ca_recover,
    .archived_keys = ca_recover_history,
    .chains = ca_alternate_chains,
    .chain_of = ca_catalog_chain_of,
    .relied_chains = ca_catalog_relied_chains,
};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_CA_INTERFACE),
     .vtable = &ca_interface},
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_INVENTORY_INTERFACE),
     .vtable = &ca_inventory},
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_APPROVAL_INTERFACE),
     .vtable = &ca_approval_interface},
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_AUTHORITY_INTERFACE),
     .vtable = &ca_manage},
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_TENANT_INTERFACE),
     .vtable = &ca_tenant_directory},
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_STATUS_INTERFACE),
     .vtable = &ca_status},
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_COMMAND_INTERFACE),
     .vtable = &ca_commands},
};

static const signet_need_t needs[] = {
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_REQUIRED,
     .interface = SIGNET_TEXT_INIT(SIGNET_STORE_INTERFACE),
     .option = SIGNET_TEXT_INIT("store")},
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_REQUIRED,
     .interface = SIGNET_TEXT_INIT(SIGNET_JOURNAL_INTERFACE),
     .option = SIGNET_TEXT_INIT("journal")},
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_OPTIONAL,
     .interface = SIGNET_TEXT_INIT(SIGNET_KEY_INTERFACE),
     .option = SIGNET_TEXT_INIT("authorities.keys")},
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_OPTIONAL,
     .interface = SIGNET_TEXT_INIT(SIGNET_KEY_INTERFACE),
     .option = SIGNET_TEXT_INIT("recovery_keys.keys")},
    {.size = sizeof(signet_need_t),
     .kind = SIGNET_NEED_OPTIONAL,
     .interface = SIGNET_TEXT_INIT(SIGNET_POLICY_INTERFACE)},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("ca"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Authorities, profiles, issuance, revocation and the inventory of "
                                "certificates."),
    .options = ca_options,
    .option_count = CA_OPTION_COUNT,
    .provides = provides,
    .provide_count = COUNT(provides),
    .needs = needs,
    .need_count = COUNT(needs),
    .open = plugin_open,
    .start = plugin_start,
    .drain = plugin_drain,
    .close = plugin_close,
    .uses = SIGNET_USES_NETWORK,
};

__attribute__((visibility("default"))) const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
