#include "source.h"

#include "fetch.h"
#include "reject.h"

#include <pthread.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>

#define WAITING_MAX 64U
#define MINUTE_MS INT64_C(60000)
#define DAY_MS INT64_C(86400000)

struct oidc_source {
    const signet_host_t *host;
    const signet_setting_t *issuer;
    signet_outbound_t *outbound; /* NULL: from a file */
    int64_t refresh_ms;
    int64_t refetch_ms;
    int64_t maximum_age_ms;
    uint64_t fetched;     /* metric */
    uint64_t failed;      /* metric */
    pthread_mutex_t lock; /* of what follows; never held while something waits */
    oidc_keys_t *keys;
    int64_t known_at; /* monotonic: when the keys were fetched */
    int64_t tried_at; /* when the last fetch ended; 0: never */
    int64_t due;      /* when the next is due */
    int fetching;
    int draining;
    signet_call_t *waiting[WAITING_MAX];
    uint32_t waiting_count;
};

int32_t oidc_source_new(signet_call_t *call, const signet_host_t *host,
                        const signet_setting_t *issuer, oidc_source_t **source)
{
    oidc_source_t *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return signet_fail_memory(call);
    }
    if (pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return signet_fail_memory(call);
    }
    made->host = host;
    made->issuer = issuer;
    made->refresh_ms = signet_setting_integer(issuer, "refresh", 15 * MINUTE_MS);
    made->refetch_ms = signet_setting_integer(issuer, "refetch", MINUTE_MS / 2);
    made->maximum_age_ms = signet_setting_integer(issuer, "maximum_age", DAY_MS);
    *source = made;
    return SIGNET_OK;
}

static int32_t add_metric(signet_call_t *call, const oidc_source_t *source, const char *name,
                          const char *help, uint64_t *number)
{
    const signet_metric_t metric = {
        .size = sizeof metric,
        .kind = SIGNET_METRIC_COUNTER,
        .name = signet_text(name),
        .help = signet_text(help),
        .labels = signet_format(call, "issuer=\"%.*s\"",
                                SIGNET_FORMAT(signet_setting_text(source->issuer, "name"))),
    };
    return source->host->services->add_metric(source->host, call, &metric, number);
}

int32_t oidc_source_start(signet_call_t *call, oidc_source_t *source)
{
    int32_t status = add_metric(call, source, "signet_oidc_fetches_total",
                                "Times that the keys of an issuer were fetched.", &source->fetched);
    if (status == SIGNET_OK) {
        status =
            add_metric(call, source, "signet_oidc_failed_fetches_total",
                       "Times that the keys of an issuer could not be fetched.", &source->failed);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    if (signet_setting_text(source->issuer, "jwks_file").length > 0) {
        return oidc_source_refresh(call, source);
    }
    return signet_outbound_open(call, source->host, signet_setting(source->issuer, "outbound"),
                                &source->outbound);
}

/* Ends the wait of all who wait. The lock is held, and resumed calls go on before it is free. */
static void resume_all(oidc_source_t *source)
{
    for (uint32_t i = 0; i < source->waiting_count; i++) {
        source->waiting[i]->services->resume(source->waiting[i]);
    }
    source->waiting_count = 0;
}

void oidc_source_drain(oidc_source_t *source)
{
    pthread_mutex_lock(&source->lock);
    source->draining = 1;
    resume_all(source);
    pthread_mutex_unlock(&source->lock);
}

void oidc_source_free(oidc_source_t *source)
{
    if (source == NULL) {
        return;
    }
    signet_outbound_close(source->outbound);
    oidc_keys_release(source->keys);
    pthread_mutex_destroy(&source->lock);
    free(source);
}

/* The keys that may be used now, or NULL. */
static oidc_keys_t *use(oidc_source_t *source)
{
    oidc_keys_t *keys = NULL;
    pthread_mutex_lock(&source->lock);
    if (source->keys != NULL && signet_monotonic() - source->known_at <= source->maximum_age_ms) {
        keys = oidc_keys_use(source->keys);
    }
    pthread_mutex_unlock(&source->lock);
    return keys;
}

/* Waits for one fetch; 0 where there will be none. */
static int wait_for_fetch(signet_call_t *call, oidc_source_t *source)
{
    pthread_mutex_lock(&source->lock);
    int64_t now = signet_monotonic();
    int may_ask = source->tried_at == 0 || now - source->tried_at >= source->refetch_ms;
    int waits =
        (source->fetching || may_ask) && !source->draining && source->waiting_count < WAITING_MAX;
    if (waits) {
        source->due = source->fetching ? source->due : now;
        source->waiting[source->waiting_count++] = call;
    }
    int wakes = waits && !source->fetching;
    pthread_mutex_unlock(&source->lock);
    if (!waits) {
        return 0;
    }
    for (uint32_t i = 1; wakes && i <= OIDC_FETCHERS; i++) {
        signet_text_t job = signet_format(call, "fetch-%u", i);
        /* A job that cannot be woken runs within seconds anyway. */
        if (source->host->services->wake_job(source->host, call, job) != SIGNET_OK) {
            call->services->clear(call);
        }
    }
    call->services->pause(call);
    return 1;
}

static int32_t verify_now(signet_call_t *call, oidc_source_t *source, const oidc_token_t *token,
                          const signet_jws_algorithm_t *algorithm)
{
    oidc_keys_t *keys = use(source);
    if (keys == NULL) {
        const signet_error_t error = {
            .size = sizeof error,
            .status = SIGNET_UNAVAILABLE,
            .reason = SIGNET_TEXT("oidc.keys-unavailable"),
            .message = SIGNET_TEXT("The token's issuer cannot be reached from here, so that the "
                                   "token cannot be verified: try again later."),
            .retry_after_ms = source->refetch_ms,
        };
        return call->services->fail(call, &error);
    }
    int32_t status = oidc_keys_verify(call, keys, token, algorithm);
    oidc_keys_release(keys);
    return status;
}

int32_t oidc_source_verify(signet_call_t *call, oidc_source_t *source, const oidc_token_t *token,
                           const signet_jws_algorithm_t *algorithm)
{
    int32_t status = verify_now(call, source, token, algorithm);
    if ((status == SIGNET_NOT_FOUND || status == SIGNET_UNAVAILABLE) &&
        wait_for_fetch(call, source)) {
        call->services->clear(call);
        status = verify_now(call, source, token, algorithm);
    }
    return status == SIGNET_NOT_FOUND ? oidc_reject_again(call, "its key") : status;
}

/* Begins a fetch; 0 where none is due or one is under way. */
static int begin(oidc_source_t *source)
{
    pthread_mutex_lock(&source->lock);
    int begins = !source->fetching && signet_monotonic() >= source->due;
    source->fetching |= begins;
    pthread_mutex_unlock(&source->lock);
    return begins;
}

/* Ends a fetch: takes its keys, where it brought some, and lets those who waited go on. */
static void end(oidc_source_t *source, oidc_keys_t *keys)
{
    pthread_mutex_lock(&source->lock);
    int64_t now = signet_monotonic();
    oidc_keys_t *old = NULL;
    if (keys != NULL) {
        old = source->keys;
        source->keys = keys;
        source->known_at = now;
    }
    source->fetching = 0;
    source->tried_at = now;
    source->due =
        now + (keys != NULL || source->refresh_ms < source->refetch_ms ? source->refresh_ms
                                                                       : source->refetch_ms);
    resume_all(source);
    pthread_mutex_unlock(&source->lock);
    oidc_keys_release(old);
}

int32_t oidc_source_refresh(signet_call_t *call, oidc_source_t *source)
{
    const signet_host_t *host = source->host;
    signet_text_t name = signet_setting_text(source->issuer, "name");
    oidc_keys_t *keys = NULL;
    signet_bytes_t document;
    uint64_t skipped = 0;
    if (!begin(source)) {
        return SIGNET_OK;
    }
    int32_t status = oidc_fetch(call, host, source->outbound, source->issuer, &document);
    if (status == SIGNET_OK) {
        status = oidc_keys_read(call, document, &keys, &skipped);
    }
    uint64_t count = keys ? oidc_keys_count(keys) : 0;
    end(source, keys);
    host->services->record(host, status == SIGNET_OK ? source->fetched : source->failed, 1);
    if (status != SIGNET_OK) {
        signet_log_error(host, call, SIGNET_LOG_WARNING, "oidc.fetch-failed");
    } else {
        signet_log(host, call, SIGNET_LOG_DEBUG, "oidc.keys-fetched",
                   "The issuer %.*s has %llu keys for us; %llu are malformed or weak.",
                   SIGNET_FORMAT(name), (unsigned long long)count, (unsigned long long)skipped);
    }
    return status;
}
