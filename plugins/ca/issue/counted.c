#include "issue/counted.h"

#include "error.h"
#include "issue/counting.h"
#include "issue/intent.h"
#include "issue/reservation.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

#define COUNTED "ca.counted"
/* Where it failed it begins anew so soon. */
#define PERIOD_MS 10000
#define RETRY_MS 5000

/* The key of a rule's mark, and its place in ca->counted. */
typedef struct rule {
    signet_text_t key;
    uint64_t place;
} rule_t;

static rule_t rule_of_keys(const ca_t *ca)
{
    return (rule_t){SIGNET_TEXT("key"), ca->profile_count};
}

static int32_t rule_of_profile(signet_call_t *call, const ca_profile_t *profile, rule_t *rule)
{
    rule->key = signet_format(call, "active/%.*s", SIGNET_FORMAT(profile->name));
    rule->place = profile->index;
    return rule->key.data == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
}

/* The rule at a place, or one without a key where the configuration has none there. */
static int32_t rule_at(const ca_t *ca, signet_call_t *call, uint64_t place, rule_t *rule)
{
    *rule = (rule_t){{NULL, 0}, place};
    if (place == ca->profile_count && ca->keys_indexed)
        *rule = rule_of_keys(ca);
    if (place < ca->profile_count && ca->profiles[place].max_active > 0)
        return rule_of_profile(call, &ca->profiles[place], rule);
    return SIGNET_OK;
}

/* Whether a rule is marked, by this node or another. */
static int32_t look(ca_t *ca, signet_call_t *call, const signet_store_t *store, const rule_t *rule,
                    int *counted)
{
    const signet_record_t *stored = NULL;
    *counted = atomic_load(&ca->counted[rule->place]);
    if (*counted)
        return SIGNET_OK;
    int32_t status =
        store->interface->get(store->instance, call, SIGNET_TEXT(COUNTED), rule->key, &stored);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    *counted = status == SIGNET_OK;
    atomic_store(&ca->counted[rule->place], *counted);
    return status;
}

static int32_t mark(ca_t *ca, signet_call_t *call, const signet_store_t *store, const rule_t *rule)
{
    const signet_field_t field = signet_field_time("counted_at", signet_now());
    const signet_change_t change =
        signet_put(COUNTED, rule->key, SIGNET_VERSION_ANY, &field, 1, (signet_bytes_t){NULL, 0});
    int32_t status = store->interface->commit(store->instance, call, &change, 1);
    if (status == SIGNET_OK)
        atomic_store(&ca->counted[rule->place], 1);
    return status;
}

static int32_t check(ca_t *ca, signet_call_t *call, const signet_store_t *store, const rule_t *rule)
{
    int counted = 0;
    int32_t status = look(ca, call, store, rule, &counted);
    if (status != SIGNET_OK || counted)
        return status;
    return ca_error_retry(call, SIGNET_BUSY, "profile.not-counted", RETRY_MS,
                          SIGNET_TEXT("the profile has a new rule about certificates of before, "
                                      "and they are still being counted; ask again later"));
}

int32_t ca_counted_keys(ca_t *ca, signet_call_t *call, const signet_store_t *store)
{
    const rule_t rule = rule_of_keys(ca);
    return atomic_load(&ca->counted[rule.place]) ? SIGNET_OK : check(ca, call, store, &rule);
}

int32_t ca_counted_profile(ca_t *ca, signet_call_t *call, const signet_store_t *store,
                           const ca_profile_t *profile)
{
    rule_t rule;
    if (atomic_load(&ca->counted[profile->index]))
        return SIGNET_OK;
    int32_t status = rule_of_profile(call, profile, &rule);
    return status == SIGNET_OK ? check(ca, call, store, &rule) : status;
}

/* Which rules are not marked yet. */
static int32_t find_missing(ca_t *ca, signet_call_t *call, ca_counting_t *walk, uint64_t *missing)
{
    int32_t status = ca_store(ca, call, &walk->store);
    walk->mine = signet_alloc(call, ca->profile_count + 1, 1);
    if (walk->mine == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t place = 0; status == SIGNET_OK && place <= ca->profile_count; place++) {
        rule_t rule;
        int counted = 1;
        status = rule_at(ca, call, place, &rule);
        if (status == SIGNET_OK && rule.key.length > 0)
            status = look(ca, call, &walk->store, &rule, &counted);
        walk->mine[place] = !counted;
        *missing += !counted;
    }
    walk->keys = walk->mine[ca->profile_count];
    return status;
}

static int32_t mark_all(ca_t *ca, signet_call_t *call, const ca_counting_t *walk)
{
    int32_t status = SIGNET_OK;
    for (uint64_t place = 0; status == SIGNET_OK && place <= ca->profile_count; place++) {
        rule_t rule;
        if (!walk->mine[place])
            continue;
        status = rule_at(ca, call, place, &rule);
        if (status == SIGNET_OK)
            status = mark(ca, call, &walk->store, &rule);
    }
    return status;
}

static int32_t run(void *instance, signet_call_t *call)
{
    ca_t *ca = instance;
    ca_counting_t walk = {0};
    uint64_t missing = 0;
    uint64_t counted = 0;
    int32_t status = find_missing(ca, call, &walk, &missing);
    if (status != SIGNET_OK || missing == 0)
        return status;
    /* What a walk found is looked for once more: calls that began before the rule may still have
     * been at work. */
    do {
        counted += walk.changed;
        walk.changed = 0;
        status = ca_counting_walk(ca, call, &walk);
    } while (status == SIGNET_OK && walk.changed > 0);
    if (status == SIGNET_OK)
        status = mark_all(ca, call, &walk);
    if (status == SIGNET_OK)
        signet_log(ca->host, call, SIGNET_LOG_INFO, "ca.counted",
                   "%llu certificates of before were counted for new rules of profiles, which are "
                   "in force now",
                   (unsigned long long)counted);
    return status;
}

/* Whether nothing was ever issued, so that there is nothing to count. */
static int32_t look_for_any(signet_call_t *call, const signet_store_t *store, uint64_t *found)
{
    static const char *const collections[] = {CA_INTENTS, CA_CERTIFICATES};
    int32_t status = call->services->set_tenant(call, SIGNET_TEXT("*"));
    *found = 0;
    for (size_t i = 0; status == SIGNET_OK && *found == 0 && i < 2; i++) {
        signet_query_t query = {
            .size = sizeof query, .collection = signet_text(collections[i]), .limit = 1};
        status = store->interface->count(store->instance, call, &query, found);
    }
    return status;
}

/* Deletes the marks of rules that no profile has any more: what is issued from now on is not
 * counted. */
static int32_t unmark(const ca_t *ca, signet_call_t *call, const signet_store_t *store)
{
    signet_query_t query = {
        .size = sizeof query, .collection = SIGNET_TEXT(COUNTED), .limit = SIGNET_STORE_MAX_PAGE};
    const signet_page_t *page = NULL;
    int32_t status = store->interface->query(store->instance, call, &query, &page);
    for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++) {
        int wanted = 0;
        for (uint64_t place = 0; status == SIGNET_OK && place <= ca->profile_count; place++) {
            rule_t rule;
            status = rule_at(ca, call, place, &rule);
            wanted |= status == SIGNET_OK && signet_text_equal(rule.key, page->records[i]->key);
        }
        const signet_change_t change =
            signet_delete(COUNTED, page->records[i]->key, SIGNET_VERSION_ANY);
        if (status == SIGNET_OK && !wanted)
            status = store->interface->commit(store->instance, call, &change, 1);
    }
    return status;
}

static int32_t prepare(ca_t *ca, signet_call_t *call, uint64_t *missing)
{
    ca_counting_t walk = {0};
    uint64_t found = 0;
    int32_t status = find_missing(ca, call, &walk, missing);
    if (status == SIGNET_OK && ca->host->mode == SIGNET_MODE_SERVE)
        status = unmark(ca, call, &walk.store);
    if (status != SIGNET_OK || *missing == 0)
        return status;
    status = look_for_any(call, &walk.store, &found);
    if (status != SIGNET_OK || found > 0)
        return status;
    status = mark_all(ca, call, &walk);
    /* A command beside a host that runs cannot write; the host sees to it. */
    if (status == SIGNET_UNAVAILABLE && ca->host->mode == SIGNET_MODE_COMMAND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    *missing = 0;
    return status;
}

int32_t ca_counted_start(ca_t *ca, signet_call_t *call)
{
    static const signet_field_declaration_t fields[] = {
        SIGNET_FIELD("counted_at", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    };
    static const signet_collection_t collection =
        SIGNET_COLLECTION(COUNTED, SIGNET_COLLECTION_GLOBAL, 1, fields);
    static const signet_job_t job = {.size = sizeof job,
                                     .lane = SIGNET_LANE_BACKGROUND,
                                     .name = SIGNET_TEXT_INIT("counting"),
                                     .period_ms = PERIOD_MS,
                                     .lease = SIGNET_TEXT_INIT("ca-counting"),
                                     .run = run};
    signet_store_t store;
    uint64_t missing = 0;
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = store.interface->declare(store.instance, call, &collection);
    if (status == SIGNET_OK)
        status = ca_reservation_declare(call, &store);
    if (status != SIGNET_OK)
        return status;
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return SIGNET_NO_MEMORY;
    if (prepare(ca, child, &missing) != SIGNET_OK)
        status = signet_error_pass(call, child);
    call->services->end(child);
    if (status == SIGNET_OK && missing > 0 && ca->host->mode == SIGNET_MODE_SERVE)
        status = ca->host->services->add_job(ca->host, call, &job);
    return status;
}
