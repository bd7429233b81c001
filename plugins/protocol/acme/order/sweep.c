/* One run removes a bounded number, oldest first, so that it never holds up the store; what is left
 * is for the next one. */
#include "sweep.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#include "record.h"
#include "replace.h"
#include "waiting.h"

#define PERIOD_MS 60000
#define PAGES_MAX 100U /* of a collection and a run */

/* The records from `from` that are of one tenant, deleted as they were read. */
static int32_t remove_run(const acme_t *acme, signet_call_t *call, const char *collection,
                          const signet_page_t *page, uint64_t from, uint64_t *next)
{
    signet_store_t store;
    signet_text_t tenant = page->records[from]->tenant;
    signet_change_t *changes = signet_alloc(call, page->count - from, sizeof *changes);
    uint64_t count = 0;
    if (changes == NULL) {
        return SIGNET_NO_MEMORY;
    }
    while (from + count < page->count &&
           signet_text_equal(page->records[from + count]->tenant, tenant)) {
        const signet_record_t *record = page->records[from + count];
        changes[count++] = signet_delete(collection, record->key, record->version);
    }
    *next = from + count;
    int32_t status = call->services->set_tenant(call, tenant);
    if (status == SIGNET_OK) {
        status = signet_store(call, acme->store, &store);
    }
    return status == SIGNET_OK ? store.interface->commit(store.instance, call, changes, count)
                               : status;
}

static int32_t remove_page(const acme_t *acme, signet_call_t *call, const char *collection,
                           const signet_page_t *page)
{
    int32_t status = SIGNET_OK;
    uint64_t i = 0;
    while (status == SIGNET_OK && i < page->count) {
        signet_call_t *child = call->services->child(call);
        if (child == NULL) {
            return SIGNET_NO_MEMORY;
        }
        status = remove_run(acme, child, collection, page, i, &i);
        /* Somebody used one of them right now: the next run comes back to them. */
        if (status != SIGNET_OK && status != SIGNET_CONFLICT) {
            status = signet_fail(call, status, "acme.sweep",
                                 "What expired in %s could not be removed.", collection);
        }
        call->services->end(child);
    }
    return status;
}

/* One page of what is old, in a call of its own; `more` where there may be others. */
static int32_t sweep_page(const acme_t *acme, signet_call_t *call, const char *collection,
                          int64_t before, int *more)
{
    signet_store_t store;
    const signet_page_t *page = NULL;
    const signet_field_t limit = signet_field_time("expires", before);
    const signet_condition_t old = {
        .size = sizeof old, .compare = SIGNET_COMPARE_LESS, .value = &limit};
    const signet_query_t query = {.size = sizeof query,
                                  .flags = SIGNET_QUERY_NO_BODY,
                                  .collection = signet_text(collection),
                                  .conditions = &old,
                                  .condition_count = 1,
                                  .order = SIGNET_TEXT("expires"),
                                  .limit = SIGNET_STORE_MAX_CHANGES};
    int32_t status = call->services->set_tenant(call, SIGNET_TEXT("*"));
    if (status == SIGNET_OK) {
        status = signet_store(call, acme->store, &store);
    }
    if (status == SIGNET_OK) {
        status = store.interface->query(store.instance, call, &query, &page);
    }
    if (status != SIGNET_OK || page == NULL) {
        return status;
    }
    *more = page->cursor.length > 0;
    return remove_page(acme, call, collection, page);
}

static int32_t sweep_collection(const acme_t *acme, signet_call_t *call, const char *collection)
{
    int64_t before = signet_now() - acme->retention_ms;
    int32_t status = SIGNET_OK;
    int more = 1;
    for (unsigned i = 0; status == SIGNET_OK && more && i < PAGES_MAX; i++) {
        signet_call_t *child = call->services->child(call);
        if (child == NULL) {
            return SIGNET_NO_MEMORY;
        }
        status = sweep_page(acme, child, collection, before, &more);
        if (status != SIGNET_OK && status != SIGNET_CONFLICT) {
            signet_log_error(acme->host, child, SIGNET_LOG_WARNING, "acme.sweep-failed");
        }
        call->services->end(child);
    }
    return SIGNET_OK;
}

static int32_t sweep(void *instance, signet_call_t *call)
{
    const acme_t *acme = instance;
    static const char *const collections[] = {ACME_ORDERS, ACME_AUTHORIZATIONS, ACME_REPLACEMENTS,
                                              ACME_WAITING};
    int32_t status = SIGNET_OK;
    for (size_t i = 0; status == SIGNET_OK && i < sizeof collections / sizeof *collections; i++) {
        status = sweep_collection(acme, call, collections[i]);
    }
    return status;
}

int32_t acme_sweep_start(signet_call_t *call, const acme_t *acme)
{
    const signet_job_t job = {.size = sizeof job,
                              .lane = SIGNET_LANE_BACKGROUND,
                              .name = SIGNET_TEXT("expire"),
                              .period_ms =
                                  acme->retention_ms < PERIOD_MS ? acme->retention_ms : PERIOD_MS,
                              .lease = SIGNET_TEXT("acme/expire"),
                              .run = sweep};
    return acme->host->services->add_job(acme->host, call, &job);
}
