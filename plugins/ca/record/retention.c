#include "record/retention.h"

#include "error.h"
#include "record/asked_renewal.h"
#include "record/record.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#define PAGE 200U

/* One rule of one profile. */
typedef struct rule {
    const ca_profile_t *profile;
    const char *collection; /* where it looks */
    int64_t before;         /* notAfter */
    int archive;            /* else: purge */
} rule_t;

int ca_retention_wanted(const ca_t *ca)
{
    for (uint64_t i = 0; i < ca->profile_count; i++) {
        if (ca->profiles[i].archive_after_ms > 0 || ca->profiles[i].purge_after_ms > 0)
            return 1;
    }
    return 0;
}

/* Takes one away, in its own tenant. */
static int32_t take_away(ca_t *ca, signet_call_t *call, const rule_t *rule,
                         const signet_record_t *stored)
{
    signet_journal_t journal;
    signet_change_t changes[3];
    uint64_t count = 0;
    int64_t not_after = signet_record_integer(stored, "not_after");
    /* The query said so already; what has not expired is never touched. */
    if (not_after == 0 || not_after >= rule->before || not_after >= signet_now())
        return SIGNET_OK;
    int32_t status = call->services->set_tenant(call, stored->tenant);
    if (status == SIGNET_OK)
        status = ca_journal(ca, call, &journal);
    if (status != SIGNET_OK)
        return status;
    changes[count++] = signet_delete(rule->collection, stored->key, stored->version);
    if (rule->archive)
        changes[count++] = signet_put(CA_ARCHIVE, stored->key, SIGNET_VERSION_ANY, stored->fields,
                                      stored->field_count, stored->body);
    changes[count++] = signet_delete(CA_RENEWAL_ASKED, stored->key, SIGNET_VERSION_ANY);
    signet_text_t object = signet_format(call, "certificate:%.*s", SIGNET_FORMAT(stored->key));
    signet_pair_t pairs[] = {
        signet_pair("profile", rule->profile->name),
        signet_pair("not_after", signet_time_text(call, not_after)),
        signet_pair("fingerprint", signet_hex(call, signet_record_bytes(stored, "fingerprint"))),
    };
    signet_entry_t entry = {.size = sizeof entry,
                            .event = rule->archive ? SIGNET_TEXT(SIGNET_EVENT_CERTIFICATE_ARCHIVED)
                                                   : SIGNET_TEXT(SIGNET_EVENT_CERTIFICATE_PURGED),
                            .object = object,
                            .fields = pairs,
                            .field_count = sizeof pairs / sizeof pairs[0]};
    if (object.data == NULL || pairs[1].value.data == NULL)
        return SIGNET_NO_MEMORY;
    return journal.interface->commit(journal.instance, call, changes, count, &entry);
}

static int32_t take_page(ca_t *ca, signet_call_t *call, const rule_t *rule, uint64_t *taken)
{
    const signet_field_t profile = signet_field_text("profile", rule->profile->name);
    const signet_field_t expired = signet_field_time("not_after", rule->before);
    const signet_condition_t conditions[] = {
        {.size = sizeof conditions[0], .compare = SIGNET_COMPARE_EQUAL, .value = &profile},
        {.size = sizeof conditions[0], .compare = SIGNET_COMPARE_LESS, .value = &expired}};
    signet_query_t query = {.size = sizeof query,
                            .collection = signet_text(rule->collection),
                            .conditions = conditions,
                            .condition_count = 2,
                            .limit = PAGE};
    const signet_page_t *page = NULL;
    int32_t status = ca_query_all_tenants(ca, call, &query, &page);
    for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++) {
        signet_call_t *child = call->services->child(call);
        if (child == NULL)
            return SIGNET_NO_MEMORY;
        status = signet_child_end(call, child, take_away(ca, child, rule, page->records[i]));
        (*taken)++;
    }
    return status;
}

static int32_t apply(ca_t *ca, signet_call_t *call, const rule_t *rule)
{
    uint64_t taken = 0;
    int32_t status = SIGNET_OK;
    do {
        signet_call_t *child = call->services->child(call);
        taken = 0;
        if (child == NULL)
            return SIGNET_NO_MEMORY;
        status = signet_child_end(call, child, take_page(ca, child, rule, &taken));
        if (status == SIGNET_OK)
            status = call->services->check(call);
    } while (status == SIGNET_OK && taken == PAGE);
    return status;
}

int32_t ca_retention_job(void *instance, signet_call_t *call)
{
    ca_t *ca = instance;
    int64_t now = signet_now();
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < ca->profile_count; i++) {
        const ca_profile_t *profile = &ca->profiles[i];
        int64_t archive = now - profile->archive_after_ms;
        int64_t purge = now - profile->purge_after_ms;
        if (profile->purge_after_ms > 0) {
            rule_t kept = {profile, CA_CERTIFICATES, purge, 0};
            rule_t archived = {profile, CA_ARCHIVE, purge, 0};
            status = apply(ca, call, &kept);
            if (status == SIGNET_OK)
                status = apply(ca, call, &archived);
        }
        if (status == SIGNET_OK && profile->archive_after_ms > 0) {
            rule_t rule = {profile, CA_CERTIFICATES, archive, 1};
            status = apply(ca, call, &rule);
        }
    }
    return status;
}
