/* The archived keys of a name: those in use and those before them. */
#include "archive/archived.h"
#include "archive/recover.h"
#include "record/stored_name.h"

#include <signet/sdk/error.h>

/* Whether the store's find has the name with its type, and the actor may read of it. */
static int accept(signet_call_t *call, signet_text_t name, const signet_archived_key_t *key)
{
    int typed = 0;
    (void)ca_stored_name_value(name, &typed);
    int named = !typed;
    for (uint64_t i = 0; !named && i < key->name_count; i++)
        named = signet_text_equal(key->names[i], name);
    return named && ca_archived_reads(call, key);
}

static int32_t search(ca_t *ca, signet_call_t *call, const signet_archived_key_query_t *query,
                      signet_archived_key_page_t *page, const signet_archived_key_t **keys)
{
    int typed = 0;
    signet_store_t store;
    const signet_page_t *found = NULL;
    signet_field_t value = signet_field_text("names", ca_stored_name_value(query->name, &typed));
    signet_condition_t condition = {
        .size = sizeof condition, .compare = SIGNET_COMPARE_EQUAL, .value = &value};
    signet_query_t stored = {.size = sizeof stored,
                             .flags = query->descending ? SIGNET_QUERY_DESCENDING : 0,
                             .collection = SIGNET_TEXT(CA_ARCHIVED_KEYS),
                             .conditions = &condition,
                             .condition_count = query->name.length > 0 ? 1 : 0,
                             .order = SIGNET_TEXT("archived_at"),
                             .limit = query->limit,
                             .cursor = query->cursor};
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = store.interface->query(store.instance, call, &stored, &found);
    for (uint64_t i = 0; status == SIGNET_OK && i < found->count; i++) {
        ca_archived_t *archived = NULL;
        status = ca_archived_decode(call, found->records[i], &archived);
        if (status == SIGNET_OK && accept(call, query->name, &archived->key))
            keys[page->count++] = &archived->key;
    }
    if (status == SIGNET_OK)
        page->cursor = found->cursor;
    return status;
}

int32_t ca_recover_history(void *instance, signet_call_t *call,
                           const signet_archived_key_query_t *query,
                           const signet_archived_key_page_t **page)
{
    if (query->limit == 0 || query->limit > SIGNET_STORE_MAX_PAGE)
        return signet_fail_field(call, SIGNET_INVALID, "archive.limit", "limit",
                                 "limit is a number from 1 to %u", SIGNET_STORE_MAX_PAGE);
    signet_archived_key_page_t *answer = signet_alloc(call, 1, sizeof *answer);
    const signet_archived_key_t **keys = signet_alloc(call, query->limit + 1, sizeof *keys);
    if (answer == NULL || keys == NULL)
        return SIGNET_NO_MEMORY;
    answer->size = sizeof *answer;
    answer->keys = keys;
    int32_t status = search(instance, call, query, answer, keys);
    if (status == SIGNET_OK)
        *page = answer;
    return status;
}
