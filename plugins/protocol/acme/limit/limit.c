/* A limit of `count` in `period` lets one more through every period/count, and up to `count` at
 * once: for each key the time is kept at which it has none in use (the generic cell rate
 * algorithm). Times stand in sets of four by a hash of the key; a new key takes the place of the
 * one in its set that is least in use. */
#include "limit.h"

#include <pthread.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>
#include <string.h>

#include "domain.h"

#define SETS 16384U
#define WAYS 4U
/* What one order is held against: each limit once, or for each of its domains. */
#define KEYS_MAX 512U

typedef struct slot {
    uint64_t key;
    int64_t free_at; /* monotonic, in 1/1000 ms */
} slot_t;

struct acme_limits {
    pthread_mutex_t lock;
    slot_t slots[SETS][WAYS];
};

/* One key of one limit. */
typedef struct held {
    uint64_t key;
    int64_t cost; /* in 1/1000 ms */
    int64_t period;
    const signet_setting_t *limit;
    signet_text_t of; /* what is limited */
} held_t;

typedef struct held_list {
    held_t items[KEYS_MAX];
    uint64_t count;
} held_list_t;

#define OPTION(kind, options, title, otherwise, ...)                                               \
    .size = sizeof(signet_option_t), .type = (kind), .flags = (options),                           \
    .name = SIGNET_TEXT_INIT(title), .default_value = SIGNET_TEXT_INIT(otherwise),                 \
    .help = SIGNET_TEXT_INIT(__VA_ARGS__)

const signet_option_t acme_limit_options[] = {
    {OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "of", "",
            "What is counted: the orders of one account, the orders from one address, the orders "
            "for one registered domain, or the new accounts from one address."),
     .choices = SIGNET_TEXT_INIT("account|address|domain|new-account")},
    {OPTION(SIGNET_OPTION_INTEGER, SIGNET_OPTION_REQUIRED, "count", "", "How many are permitted."),
     .minimum = 1, .maximum = 1000000},
    {OPTION(SIGNET_OPTION_DURATION, SIGNET_OPTION_REQUIRED, "period", "", "Within which time."),
     .minimum = 1000, .maximum = INT64_C(365) * 86400000},
    {OPTION(SIGNET_OPTION_BOOLEAN, 0, "dry_run", "false",
            "Whether what is over it is logged alone.")},
};
_Static_assert(sizeof acme_limit_options / sizeof *acme_limit_options == ACME_LIMIT_OPTION_COUNT,
               "count of options");

acme_limits_t *acme_limits_new(signet_call_t *call)
{
    acme_limits_t *limits = calloc(1, sizeof *limits);
    if (limits == NULL || pthread_mutex_init(&limits->lock, NULL) != 0) {
        free(limits);
        signet_fail_memory(call);
        return NULL;
    }
    return limits;
}

void acme_limits_free(acme_limits_t *limits)
{
    if (limits != NULL) {
        pthread_mutex_destroy(&limits->lock);
        free(limits);
    }
}

static int32_t hold(signet_call_t *call, const acme_request_t *request,
                    const signet_setting_t *limit, signet_text_t of, held_list_t *list)
{
    signet_bytes_t digest;
    signet_text_t name =
        signet_format(call, "%.*s/%.*s/%.*s", SIGNET_FORMAT(request->directory->name),
                      SIGNET_FORMAT(signet_setting_text(limit, "of")), SIGNET_FORMAT(of));
    if (name.data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    name = signet_format(call, "%.*s/%llu", SIGNET_FORMAT(name),
                         (unsigned long long)signet_setting_integer(limit, "period", 0));
    int32_t status = name.data != NULL ? signet_sha256(call, signet_text_bytes(name), &digest)
                                       : SIGNET_NO_MEMORY;
    if (status != SIGNET_OK) {
        return status;
    }
    held_t *held = &list->items[list->count];
    held->period = signet_setting_integer(limit, "period", 0) * 1000;
    held->cost = held->period / signet_setting_integer(limit, "count", 1);
    held->limit = limit;
    held->of = of;
    memcpy(&held->key, digest.data, sizeof held->key);
    for (uint64_t i = 0; i < list->count; i++) {
        if (list->items[i].key == held->key) {
            return SIGNET_OK;
        }
    }
    list->count++;
    return SIGNET_OK;
}

/* The place of a key: its own, or that of the one which is least in use. The lock is held. */
static slot_t *place_of(acme_limits_t *limits, uint64_t key)
{
    slot_t *set = limits->slots[key % SETS];
    slot_t *oldest = &set[0];
    for (unsigned i = 0; i < WAYS; i++) {
        if (set[i].key == key) {
            return &set[i];
        }
        if (set[i].free_at < oldest->free_at) {
            oldest = &set[i];
        }
    }
    return oldest;
}

/* The time at which nothing of the key is in use, were one more let through. */
static int64_t next_free(acme_limits_t *limits, const held_t *held, int64_t now)
{
    const slot_t *slot = place_of(limits, held->key);
    int64_t from = slot->key == held->key && slot->free_at > now ? slot->free_at : now;
    return from + held->cost;
}

/* How long until one more is let through, in 1/1000 ms; 0: it is now. */
static int64_t wait_for(acme_limits_t *limits, const held_t *held, int64_t now)
{
    int64_t wait = next_free(limits, held, now) - held->period - now;
    return wait > 0 ? wait : 0;
}

static void count(acme_limits_t *limits, const held_list_t *list, int64_t now)
{
    for (uint64_t i = 0; i < list->count; i++) {
        int64_t free_at = next_free(limits, &list->items[i], now);
        *place_of(limits, list->items[i].key) = (slot_t){list->items[i].key, free_at};
    }
}

static int32_t refuse(signet_call_t *call, const held_t *held, int64_t wait)
{
    static const struct {
        const char *of;
        const char *words;
    } kinds[] = {
        {"account", "orders of one account"},
        {"address", "orders from one address"},
        {"domain", "orders for one registered domain"},
        {"new-account", "new accounts from one address"},
    };
    const char *words = "";
    signet_text_t of = signet_setting_text(held->limit, "of");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (signet_text_is(of, kinds[i].of)) {
            words = kinds[i].words;
        }
    }
    signet_text_t message =
        signet_format(call, "The limit \"%.*s\" is reached: %lld %s in %lld seconds (%.*s).",
                      SIGNET_FORMAT(of), (long long)signet_setting_integer(held->limit, "count", 0),
                      words, (long long)(held->period / 1000000), SIGNET_FORMAT(held->of));
    const signet_error_t error = {
        .size = sizeof error,
        .status = SIGNET_LIMITED,
        .reason = SIGNET_TEXT_INIT("acme.rateLimited"),
        .message = message,
        .retry_after_ms = wait / 1000 + 1,
    };
    return message.data != NULL ? call->services->fail(call, &error) : SIGNET_NO_MEMORY;
}

/* Counts all of them or, where one is over, none. */
static int32_t admit(signet_call_t *call, const acme_request_t *request, const held_list_t *list)
{
    acme_limits_t *limits = request->acme->limits;
    const held_t *over = NULL;
    int64_t now = signet_monotonic() * 1000;
    int64_t wait = 0;
    pthread_mutex_lock(&limits->lock);
    for (uint64_t i = 0; over == NULL && i < list->count; i++) {
        int64_t needed = wait_for(limits, &list->items[i], now);
        if (needed > 0 && signet_setting_integer(list->items[i].limit, "dry_run", 0) != 0) {
            signet_log(request->acme->host, call, SIGNET_LOG_WARNING, "acme.limit-dry-run",
                       "The limit \"%.*s\" would have refused %.*s.",
                       SIGNET_FORMAT(signet_setting_text(list->items[i].limit, "of")),
                       SIGNET_FORMAT(list->items[i].of));
        } else if (needed > 0) {
            over = &list->items[i];
            wait = needed;
        }
    }
    if (over == NULL) {
        count(limits, list, now);
    }
    pthread_mutex_unlock(&limits->lock);
    return over == NULL ? SIGNET_OK : refuse(call, over, wait);
}

static int32_t hold_domains(signet_call_t *call, const acme_request_t *request,
                            const signet_setting_t *limit, const acme_order_t *order,
                            held_list_t *list)
{
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < order->count && list->count < KEYS_MAX; i++) {
        signet_text_t domain = acme_domain_registered(call, request->acme, &order->identifiers[i]);
        status = domain.data != NULL ? hold(call, request, limit, domain, list) : SIGNET_NO_MEMORY;
    }
    return status;
}

static int32_t check(signet_call_t *call, const acme_request_t *request, const acme_order_t *order)
{
    const signet_setting_t *limits = request->directory->limits;
    uint64_t limit_count = limits != NULL ? limits->member_count : 0;
    int32_t status = SIGNET_OK;
    if (limit_count == 0) {
        return SIGNET_OK;
    }
    held_list_t *list = signet_alloc(call, 1, sizeof *list);
    if (list == NULL) {
        return SIGNET_NO_MEMORY;
    }
    for (uint64_t i = 0; status == SIGNET_OK && i < limit_count && list->count < KEYS_MAX; i++) {
        const signet_setting_t *limit = signet_setting_at(limits, i);
        signet_text_t of = signet_setting_text(limit, "of");
        if (order == NULL && signet_text_is(of, "new-account")) {
            status = hold(call, request, limit, request->http->peer, list);
        } else if (order != NULL && signet_text_is(of, "account")) {
            status = hold(call, request, limit, order->account, list);
        } else if (order != NULL && signet_text_is(of, "address")) {
            status = hold(call, request, limit, request->http->peer, list);
        } else if (order != NULL && signet_text_is(of, "domain")) {
            status = hold_domains(call, request, limit, order, list);
        }
    }
    return status == SIGNET_OK ? admit(call, request, list) : status;
}

int32_t acme_limit_order(signet_call_t *call, const acme_request_t *request,
                         const acme_order_t *order)
{
    return check(call, request, order);
}

int32_t acme_limit_account(signet_call_t *call, const acme_request_t *request)
{
    return check(call, request, NULL);
}
