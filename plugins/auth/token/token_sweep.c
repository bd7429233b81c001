/* The job that removes tokens some time after they expired. */
#include <signet/sdk/encode.h>

#include "token.h"
#include "token_record.h"

#define PAGE 90U
/* For so long whoever uses an expired token is told that it expired, and lists show it. */
#define KEPT_MS (INT64_C(7) * 24 * 60 * 60 * 1000)

/* Removes one page of them, all at once; one that another node removed meanwhile is no harm. */
static int32_t sweep_page(const token_auth_t *auth, signet_call_t *call, uint64_t *removed)
{
    signet_store_t store;
    signet_change_t changes[PAGE];
    const signet_field_t before = signet_field_time("expires", signet_now() - KEPT_MS);
    const signet_condition_t condition = {
        .size = sizeof condition, .compare = SIGNET_COMPARE_LESS, .value = &before};
    const signet_query_t query = {.size = sizeof query,
                                  .flags = SIGNET_QUERY_NO_BODY,
                                  .collection = SIGNET_TEXT(TOKEN_COLLECTION),
                                  .conditions = &condition,
                                  .condition_count = 1,
                                  .limit = PAGE};
    const signet_page_t *page = NULL;
    int32_t status = signet_store(call, auth->store, &store);
    if (status == SIGNET_OK)
        status = store.interface->query(store.instance, call, &query, &page);
    if (status != SIGNET_OK)
        return status;
    for (uint64_t i = 0; i < page->count; i++)
        changes[i] = signet_delete(TOKEN_COLLECTION, page->records[i]->key, SIGNET_VERSION_ANY);
    *removed = page->count;
    return page->count == 0 ? SIGNET_OK
                            : store.interface->commit(store.instance, call, changes, page->count);
}

int32_t token_sweep(void *instance, signet_call_t *call)
{
    const token_auth_t *auth = instance;
    uint64_t removed = 0;
    uint64_t total = 0;
    int32_t status = SIGNET_OK;
    do {
        signet_call_t *child = call->services->child(call);
        removed = 0;
        if (child == NULL)
            return SIGNET_NO_MEMORY;
        status = sweep_page(auth, child, &removed);
        status = signet_child_end(call, child, status);
        total += status == SIGNET_OK ? removed : 0;
        if (status == SIGNET_OK)
            status = call->services->check(call);
    } while (status == SIGNET_OK && removed == PAGE);
    if (total > 0)
        signet_log(auth->host, call, SIGNET_LOG_INFO, "token.swept",
                   "%llu tokens that expired more than a week ago were removed.",
                   (unsigned long long)total);
    return status;
}
