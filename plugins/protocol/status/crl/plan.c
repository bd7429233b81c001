#include "crl/plan.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#include "crl/file.h"
#include "crl/make.h"

/* Of lists that are made at once, there is one in so long. */
#define URGENT_MS 30000
#define LEASE_MS INT64_C(600000)

/* What is due. */
typedef struct due {
    int at_all;
    int scheduled;
    int urgent;
} due_t;

static due_t is_due(const status_t *status, const status_issuer_t *issuer,
                    const status_record_t *record)
{
    int64_t now = signet_monotonic();
    int64_t pending = atomic_load(&issuer->pending_since);
    int64_t urgent = atomic_load(&issuer->urgent_since);
    int64_t listed = atomic_load(&issuer->listed_at);
    due_t due = {.scheduled = record->version == 0 ||
                              signet_now() >= record->scheduled + status->list_period_ms};
    due.urgent = urgent != 0 && (listed == 0 || now >= listed + URGENT_MS);
    due.at_all = due.scheduled || due.urgent ||
                 (pending != 0 && (listed == 0 || now >= pending + status->list_delay_ms));
    return due;
}

/* Takes over what another node has made. */
static int32_t follow(const status_t *status, signet_call_t *call, status_issuer_t *issuer,
                      const status_record_t *record)
{
    signet_bytes_t der = {NULL, 0};
    if (record->version == 0 || record->version == issuer->store_version)
        return SIGNET_OK;
    int32_t done = status_record_read(status, call, issuer, record, &der);
    if (done == SIGNET_OK)
        done = status_file_keep(status, call, issuer, der);
    if (done == SIGNET_CONFLICT) {
        /* The copy on the disk is younger than the store, which was put back: the next one is not.
         */
        call->services->clear(call);
        done = SIGNET_OK;
    }
    if (done == SIGNET_OK)
        issuer->store_version = record->version;
    return done;
}

static int32_t make(status_t *status, signet_call_t *call, status_issuer_t *issuer)
{
    signet_store_t store;
    status_record_t record;
    int64_t pending = atomic_load(&issuer->pending_since);
    int64_t urgent = atomic_load(&issuer->urgent_since);
    signet_text_t lease = signet_format(call, "status/list/%.*s", SIGNET_FORMAT(issuer->name));
    signet_text_t owner = signet_format(call, "%.*s/%.*s", SIGNET_FORMAT(status->host->node),
                                        SIGNET_FORMAT(status->host->name));
    int32_t done = lease.data == NULL || owner.data == NULL
                       ? SIGNET_NO_MEMORY
                       : signet_store(call, status->store, &store);
    if (done == SIGNET_OK)
        done = store.interface->lease(store.instance, call, lease, owner, LEASE_MS);
    if (done == SIGNET_CONFLICT) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    /* Another node may have made it meanwhile. */
    if (done == SIGNET_OK)
        done = status_record_get(status, call, issuer, &record);
    if (done != SIGNET_OK)
        return done;
    due_t due = is_due(status, issuer, &record);
    const status_making_t making = {.former = &record,
                                    .scheduled = due.scheduled,
                                    .if_changed = !due.scheduled,
                                    .lease = lease,
                                    .lease_owner = owner};
    if (due.at_all)
        done = status_make(status, call, issuer, &making);
    if (done == SIGNET_OK) {
        /* What became known meanwhile is for the next one. */
        long long seen = pending;
        atomic_compare_exchange_strong(&issuer->pending_since, &seen, 0);
        seen = urgent;
        atomic_compare_exchange_strong(&issuer->urgent_since, &seen, 0);
        atomic_store(&issuer->listed_at, signet_monotonic());
    }
    signet_call_t *child = call->services->child(call);
    if (child != NULL) {
        (void)store.interface->release(store.instance, child, lease, owner);
        call->services->end(child);
    }
    return done;
}

/* A key that is no more has left its last list, which stands for good. */
static int32_t conclude(const status_t *status, signet_call_t *call, status_issuer_t *issuer)
{
    status_source_t source;
    signet_bytes_t der = {NULL, 0};
    if (issuer->concluded)
        return SIGNET_OK;
    int32_t done = status_source(status, call, &source);
    if (done == SIGNET_OK)
        done = source.interface->last_list(source.instance, call, issuer->seen.authority,
                                           issuer->seen.generation, &der);
    if (done == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    if (done == SIGNET_OK)
        done = status_file_keep(status, call, issuer, der);
    issuer->concluded = done == SIGNET_OK;
    return done;
}

static int32_t look(status_t *status, signet_call_t *call, status_issuer_t *issuer)
{
    status_record_t record;
    int32_t done = SIGNET_OK;
    if (!atomic_load(&issuer->signs) && issuer->seen.list.length > 0)
        done = status_file_look(status, call, issuer);
    if (done == SIGNET_OK)
        done = status_record_get(status, call, issuer, &record);
    if (done == SIGNET_OK)
        done = follow(status, call, issuer, &record);
    if (done == SIGNET_OK && atomic_load(&issuer->destroyed))
        done = conclude(status, call, issuer);
    /* After its own end nobody builds a path to it. */
    int signs = atomic_load(&issuer->signs) && issuer->seen.not_after > signet_now();
    if (done == SIGNET_OK && signs && is_due(status, issuer, &record).at_all)
        done = make(status, call, issuer);
    return done;
}

int32_t status_lists_job(void *instance, signet_call_t *call)
{
    status_t *status = instance;
    status_issuer_t *issuer = NULL;
    for (uint64_t i = 0; (issuer = status_issuer_at(&status->issuers, i)) != NULL; i++) {
        if (atomic_load(&issuer->superseded))
            continue;
        signet_call_t *child = call->services->child(call);
        if (child == NULL)
            return SIGNET_NO_MEMORY;
        /* One that fails holds up no other. */
        if (look(status, child, issuer) != SIGNET_OK)
            signet_log_error(status->host, child, SIGNET_LOG_ERROR, "status.list-failed");
        call->services->end(child);
    }
    return SIGNET_OK;
}
