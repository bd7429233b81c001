#include "merge.h"

#include "store.h"
#include "texts.h"
#include "transaction.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

/* The most rows of one transaction, and how many must wait for one under load. */
#define MERGE_ROWS 4096
/* After a failure nothing is tried for so long: the disk may be full. */
#define AGAIN_MS 1000

static int finish(sqlite3_stmt *statement, int code)
{
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    int reset = sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : (reset ? reset : code);
}

/* Adds the elements of the lists that `fill` selects. */
static int fill_elements(const store_index_t *index)
{
    int code = SQLITE_OK;
    while (code == SQLITE_OK && (code = sqlite3_step(index->fill)) == SQLITE_ROW) {
        signet_bytes_t list = {sqlite3_column_blob(index->fill, 1), 0};
        signet_text_t element;
        list.length = (uint64_t)sqlite3_column_bytes(index->fill, 1);
        code = SQLITE_OK;
        while (code == SQLITE_OK && store_texts_next(&list, &element)) {
            code = sqlite3_bind_value(index->add, 1, sqlite3_column_value(index->fill, 0));
            if (code == SQLITE_OK)
                code = sqlite3_bind_text64(index->add, 2, element.data, element.length,
                                           SQLITE_STATIC, SQLITE_UTF8);
            if (code == SQLITE_OK)
                code = sqlite3_bind_int64(index->add, 3, sqlite3_column_int64(index->fill, 2));
            code = finish(index->add, code);
        }
    }
    int reset = sqlite3_reset(index->fill);
    return code == SQLITE_DONE ? SQLITE_OK : (reset ? reset : code);
}

/* Merges the next rows of one index in the open transaction. */
static int merge_index(sqlite3 *database, store_table_t *table, store_index_t *index)
{
    int64_t from = atomic_load(&index->merged);
    int64_t last = atomic_load(&table->last);
    index->reached = last - from > MERGE_ROWS ? from + MERGE_ROWS : last;
    int code = store_index_prepare(database, table, index);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(index->fill, 1, from);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(index->fill, 2, index->reached);
    if (code == SQLITE_OK)
        code = index->type == SIGNET_VALUE_TEXTS ? fill_elements(index) : finish(index->fill, code);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(index->mark, 1, index->reached);
    return finish(index->mark, code);
}

/* One transaction: of the `only` one, or with NULL of all that lack entries. */
static int32_t merge(store_t *store, const store_index_t *only, store_failure_t *failure)
{
    sqlite3 *database = store->writer.database;
    int code = SQLITE_OK;
    if (store_transaction_begin(store, failure) != SIGNET_OK)
        return failure->status;
    for (store_table_t *table = store->catalogue.tables; table; table = table->next) {
        for (store_index_t *index = table->indexes; index && code == SQLITE_OK;
             index = index->next) {
            index->reached = 0;
            if ((!only || index == only) && store_index_missing(table, index) > 0)
                code = merge_index(database, table, index);
        }
    }
    if (code != SQLITE_OK) {
        *failure = store_failure(database);
        store_transaction_undo(store);
        return failure->status;
    }
    int32_t status = store_transaction_commit(store, failure);
    for (store_table_t *table = store->catalogue.tables; table; table = table->next)
        for (store_index_t *index = table->indexes; index; index = index->next)
            if (status == SIGNET_OK && index->reached)
                atomic_store(&index->merged, index->reached);
    return status;
}

/* The index that lacks most, or NULL; `most` gets how much. With the gate. */
static store_index_t *neediest(store_t *store, int64_t *most)
{
    store_index_t *found = NULL;
    *most = 0;
    for (store_table_t *table = store->catalogue.tables; table; table = table->next) {
        for (store_index_t *index = table->indexes; index; index = index->next) {
            int64_t missing = store_index_missing(table, index);
            if (missing <= *most)
                continue;
            *most = missing;
            found = index;
        }
    }
    return found;
}

void store_merge_look(store_t *store)
{
    int64_t most = 0;
    int missing = neediest(store, &most) != NULL;
    if (missing == atomic_load(&store->writer.missing))
        return;
    atomic_store(&store->writer.missing, missing);
    pthread_mutex_lock(&store->writer.mutex);
    pthread_cond_signal(&store->writer.wake);
    pthread_mutex_unlock(&store->writer.mutex);
}

static void report(store_t *store, const store_failure_t *failure)
{
    store->writer.merge_again = signet_monotonic() + AGAIN_MS;
    signet_log(store->host, NULL, SIGNET_LOG_WARNING, "store.merge-failed",
               "Indexes of %.*s are not up to date, which makes searches slow: %s.",
               SIGNET_FORMAT(store->path), sqlite3_errstr(failure->code));
}

void store_merge_due(store_t *store)
{
    store_failure_t failure = {SIGNET_OK, 0, 0};
    int64_t most = 0;
    pthread_mutex_lock(&store->writer.gate);
    store_index_t *index = neediest(store, &most);
    if (most >= MERGE_ROWS && signet_monotonic() >= store->writer.merge_again &&
        merge(store, index, &failure) != SIGNET_OK)
        report(store, &failure);
    pthread_mutex_unlock(&store->writer.gate);
}

void store_merge_rest(store_t *store)
{
    store_failure_t failure = {SIGNET_OK, 0, 0};
    int64_t most = 0;
    pthread_mutex_lock(&store->writer.gate);
    if (signet_monotonic() >= store->writer.merge_again && neediest(store, &most) &&
        merge(store, NULL, &failure) != SIGNET_OK)
        report(store, &failure);
    store_merge_look(store);
    pthread_mutex_unlock(&store->writer.gate);
}

/* Merges one index up to a row, a part at a time, so that commits go on meanwhile. */
static int32_t catch_up(store_t *store, signet_call_t *call, store_table_t *table,
                        store_index_t *index)
{
    int64_t until = atomic_load(&table->last);
    store_failure_t failure = {SIGNET_OK, 0, 0};
    int32_t status = call->services->check(call);
    while (status == SIGNET_OK && atomic_load(&index->merged) < until) {
        pthread_mutex_lock(&store->writer.gate);
        if (atomic_load(&index->merged) < until)
            status = store->writer.database ? merge(store, index, &failure) : SIGNET_UNAVAILABLE;
        pthread_mutex_unlock(&store->writer.gate);
        if (status == SIGNET_OK)
            status = call->services->check(call);
    }
    return status;
}

int32_t store_merge_plan(store_t *store, signet_call_t *call, store_plan_t *plan)
{
    store_table_t *table = plan->collection->table;
    plan->scan = store->file.read_only != 0;
    for (uint32_t i = 0; i <= plan->condition_count && !plan->scan; i++) {
        const store_field_t *field = i < plan->condition_count ? plan->fields[i] : plan->order;
        if (!field || store_index_missing(table, field->index) <= 0)
            continue;
        plan->scan = catch_up(store, call, table, field->index) != SIGNET_OK;
        int32_t status = call->services->check(call);
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}
