#include "tenant/quota.h"

#include "ca.h"
#include "error.h"
#include "record/record.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <time.h>

#define MINUTE_US INT64_C(60000000)
/* A tenant that stays at its limit has its certificates counted so often at most. */
#define RECOUNT_MS INT64_C(10000)
/* The store counts no further at once. */
#define COUNT_MAX UINT64_C(100000)

int32_t ca_quota_configure(signet_call_t *call, const signet_setting_t *setting, ca_quota_t *quota)
{
    int64_t rate = signet_setting_integer(setting, "issuance_rate", 0);
    int64_t burst = signet_setting_integer(setting, "issuance_burst", 1);
    quota->limit = (uint64_t)signet_setting_integer(setting, "active_certificates", 0);
    quota->rate = (uint64_t)rate;
    quota->interval_us = rate == 0 ? 0 : MINUTE_US / rate;
    quota->burst_us = (burst - 1) * quota->interval_us;
    if (pthread_mutex_init(&quota->lock, NULL) != 0)
        return signet_fail_memory(call);
    quota->ready = 1;
    return SIGNET_OK;
}

void ca_quota_free(ca_quota_t *quota)
{
    if (quota->ready)
        pthread_mutex_destroy(&quota->lock);
}

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* How long until the rate leaves room for one more. The lock is held. */
static int64_t wait_us(const ca_quota_t *quota, int64_t now)
{
    int64_t due = quota->due_us > now ? quota->due_us : now;
    int64_t wait = quota->interval_us == 0 ? 0 : due - now - quota->burst_us;
    return wait > 0 ? wait : 0;
}

static int32_t too_fast(signet_call_t *call, int64_t wait)
{
    return ca_error_retry(call, SIGNET_LIMITED, "quota.rate", wait / 1000 + 1,
                          SIGNET_TEXT("your organisation asks for certificates faster than its "
                                      "quota permits; ask again later"));
}

int32_t ca_quota_look(signet_call_t *call, ca_quota_t *quota)
{
    if (quota == NULL || quota->interval_us == 0)
        return SIGNET_OK;
    pthread_mutex_lock(&quota->lock);
    int64_t wait = wait_us(quota, now_us());
    pthread_mutex_unlock(&quota->lock);
    return wait == 0 ? SIGNET_OK : too_fast(call, wait);
}

/* How many certificates end in a span of time, of those in a state where one is given. More than
 * the store counts at once are counted in halves of the span. */
static int32_t count_span(signet_call_t *call, const signet_store_t *store, const char *state,
                          int64_t from, int64_t to, uint64_t *count)
{
    signet_field_t values[] = {signet_field_time("not_after", from),
                               signet_field_time("not_after", to),
                               signet_field_text("state", signet_text(state))};
    const uint32_t compares[] = {SIGNET_COMPARE_GREATER, SIGNET_COMPARE_AT_MOST,
                                 SIGNET_COMPARE_EQUAL};
    signet_condition_t conditions[3];
    for (size_t i = 0; i < 3; i++)
        conditions[i] = (signet_condition_t){
            .size = sizeof conditions[i], .compare = compares[i], .value = &values[i]};
    signet_query_t query = {.size = sizeof query,
                            .collection = SIGNET_TEXT(CA_CERTIFICATES),
                            .conditions = conditions,
                            .condition_count = state[0] == '\0' ? 2 : 3,
                            .limit = COUNT_MAX};
    uint64_t found = 0;
    int32_t status = store->interface->count(store->instance, call, &query, &found);
    if (status == SIGNET_OK && found >= COUNT_MAX && to - from > 1) {
        int64_t middle = from + (to - from) / 2;
        status = count_span(call, store, state, from, middle, count);
        return status == SIGNET_OK ? count_span(call, store, state, middle, to, count) : status;
    }
    *count += found;
    return status;
}

/* Those on record that are neither expired nor revoked. */
static int32_t count_active(ca_t *ca, signet_call_t *call, uint64_t *active)
{
    signet_store_t store;
    uint64_t all = 0;
    uint64_t revoked = 0;
    int64_t now = signet_now();
    /* No certificate ends later than RFC 5280, 4.1.2.5 can say. */
    const int64_t last = INT64_C(253402300799999);
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = count_span(call, &store, SIGNET_CERTIFICATE_REVOKED, now, last, &revoked);
    if (status == SIGNET_OK)
        status = count_span(call, &store, "", now, last, &all);
    *active = all > revoked ? all - revoked : 0;
    return status;
}

int32_t ca_quota_count(ca_t *ca, signet_call_t *call, ca_quota_t *quota)
{
    uint64_t active = 0;
    pthread_mutex_lock(&quota->lock);
    /* What is being issued now may be counted or not: it counts, until the next time. */
    uint64_t settled = quota->added - quota->pending;
    quota->counting = 1;
    pthread_mutex_unlock(&quota->lock);
    int32_t status = count_active(ca, call, &active);
    pthread_mutex_lock(&quota->lock);
    if (status == SIGNET_OK) {
        quota->counted = active;
        quota->added -= settled < quota->added ? settled : quota->added;
        quota->counted_at = signet_monotonic();
    }
    quota->counting = 0;
    pthread_mutex_unlock(&quota->lock);
    return status;
}

static int is_full(const ca_quota_t *quota)
{
    return quota->counted + quota->added >= quota->limit;
}

/* Whether a count could show room: expired and revoked ones are noticed only then. */
static int must_count(ca_quota_t *quota)
{
    pthread_mutex_lock(&quota->lock);
    int never = quota->counted_at == 0;
    int old = signet_monotonic() - quota->counted_at >= RECOUNT_MS;
    int must = never || (is_full(quota) && old && !quota->counting);
    pthread_mutex_unlock(&quota->lock);
    return must;
}

int32_t ca_quota_take(ca_t *ca, signet_call_t *call, ca_quota_t *quota)
{
    if (quota == NULL || (quota->interval_us == 0 && quota->limit == 0))
        return SIGNET_OK;
    if (quota->limit > 0 && must_count(quota)) {
        int32_t status = ca_quota_count(ca, call, quota);
        if (status != SIGNET_OK)
            return status;
    }
    pthread_mutex_lock(&quota->lock);
    int64_t now = now_us();
    int64_t wait = wait_us(quota, now);
    int full = quota->limit > 0 && is_full(quota);
    if (wait == 0 && !full) {
        quota->due_us = (quota->due_us > now ? quota->due_us : now) + quota->interval_us;
        quota->added++;
        quota->pending++;
    }
    int64_t recount = quota->counted_at + RECOUNT_MS - signet_monotonic();
    pthread_mutex_unlock(&quota->lock);
    if (full)
        return ca_error_retry(call, SIGNET_LIMITED, "quota.active", recount > 1000 ? recount : 1000,
                              SIGNET_TEXT("your organisation has as many valid certificates as its "
                                          "quota permits; revoke some that are not needed"));
    return wait == 0 ? SIGNET_OK : too_fast(call, wait);
}

void ca_quota_settle(ca_quota_t *quota, int issued)
{
    if (quota == NULL || (quota->interval_us == 0 && quota->limit == 0))
        return;
    pthread_mutex_lock(&quota->lock);
    quota->pending--;
    /* A count that ended meanwhile may have taken it over. */
    if (!issued && quota->added > quota->pending)
        quota->added--;
    pthread_mutex_unlock(&quota->lock);
}

uint64_t ca_quota_active(ca_quota_t *quota)
{
    pthread_mutex_lock(&quota->lock);
    uint64_t active = quota->counted + quota->added;
    pthread_mutex_unlock(&quota->lock);
    return quota->limit == 0 ? 0 : active;
}

int ca_quota_wanted(const ca_t *ca)
{
    for (uint64_t i = 0; i < ca->tenant_count; i++) {
        if (ca->tenants[i].quota.limit > 0)
            return 1;
    }
    return 0;
}

int32_t ca_quota_job(void *instance, signet_call_t *call)
{
    ca_t *ca = instance;
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < ca->tenant_count; i++) {
        ca_tenant_t *tenant = &ca->tenants[i];
        if (tenant->quota.limit == 0)
            continue;
        signet_call_t *child = call->services->child(call);
        if (child == NULL)
            return SIGNET_NO_MEMORY;
        status = child->services->set_tenant(child, tenant->name);
        if (status == SIGNET_OK)
            status = ca_quota_count(ca, child, &tenant->quota);
        status = signet_child_end(call, child, status);
    }
    return status;
}
