#include "walk.h"

#include "schema.h"

#include <signet/sdk/error.h>
#include <stdlib.h>
#include <string.h>

static int32_t remember(journal_walk_t *walk, signet_text_t key, int from)
{
    char *copy = malloc(key.length + 1);
    if (!copy)
        return signet_fail_memory(walk->call);
    if (key.length)
        memcpy(copy, key.data, key.length);
    copy[key.length] = '\0';
    free(walk->after);
    walk->after = copy;
    walk->from = from;
    return SIGNET_OK;
}

static void drop_page(journal_walk_t *walk)
{
    if (walk->child)
        walk->call->services->end(walk->child);
    walk->child = NULL;
    walk->page = NULL;
    walk->at = 0;
}

int32_t journal_walk_begin(signet_call_t *call, const signet_store_t *store, const char *collection,
                           uint64_t limit, signet_text_t from, journal_walk_t *walk)
{
    memset(walk, 0, sizeof(*walk));
    walk->call = call;
    walk->store = *store;
    walk->collection = collection;
    walk->limit = limit;
    return remember(walk, from, 1);
}

static int32_t load(journal_walk_t *walk)
{
    const signet_field_t value = signet_field_text("key", signet_text(walk->after));
    const signet_condition_t condition =
        journal_condition(walk->from ? SIGNET_COMPARE_AT_LEAST : SIGNET_COMPARE_GREATER, &value);
    const signet_query_t query = {.size = sizeof(query),
                                  .collection = signet_text(walk->collection),
                                  .conditions = &condition,
                                  .condition_count = 1,
                                  .limit = walk->limit};
    drop_page(walk);
    walk->child = walk->call->services->child(walk->call);
    if (!walk->child)
        return signet_status(walk->call);
    int32_t status =
        walk->store.interface->query(walk->store.instance, walk->child, &query, &walk->page);
    const signet_error_t *error = walk->child->services->error(walk->child);
    if (status != SIGNET_OK && error)
        walk->call->services->fail(walk->call, error);
    if (status == SIGNET_OK && walk->page->count > 0)
        status = remember(walk, walk->page->records[walk->page->count - 1]->key, 0);
    return status;
}

int32_t journal_walk_peek(journal_walk_t *walk, const signet_record_t **record)
{
    int32_t status = SIGNET_OK;
    *record = NULL;
    if (!walk->page || (walk->at == walk->page->count && walk->page->cursor.length > 0))
        status = load(walk);
    if (status == SIGNET_OK && walk->page && walk->at < walk->page->count)
        *record = walk->page->records[walk->at];
    return status;
}

void journal_walk_next(journal_walk_t *walk)
{
    walk->at++;
}

void journal_walk_end(journal_walk_t *walk)
{
    drop_page(walk);
    free(walk->after);
    walk->after = NULL;
}
