/* Reading: one record, a page, a number. */
#include "failure.h"
#include "merge.h"
#include "plan.h"
#include "row.h"
#include "store.h"

#include <signet/sdk/error.h>
#include <string.h>

#define COUNT_LIMIT 100000U
/* A page ends early where its records have so many octets, so that it fits into an arena. */
#define PAGE_OCTETS (UINT64_C(4) * 1024 * 1024)

static int32_t fail_read(store_t *store, signet_call_t *call, const store_reader_t *reader)
{
    store_failure_t failure = store_failure(reader->database);
    /* The call was cancelled or passed its deadline, and says so. */
    if (failure.code == SQLITE_INTERRUPT)
        return signet_status(call);
    return store_fail(call, &failure, store->path);
}

/* --- tenants ----------------------------------------------------------------------------- */

typedef struct tenants {
    signet_text_t *names;
    uint64_t count;
} tenants_t;

/* All tenants with records in a collection, each found by one step in the key's index. */
static int32_t list_tenants(store_t *store, signet_call_t *call, store_reader_t *reader,
                            const store_collection_t *collection, tenants_t *tenants)
{
    signet_text_t sql =
        signet_format(call,
                      "WITH RECURSIVE t(_at) AS (SELECT min(_tenant) FROM \"%s\" UNION ALL "
                      "SELECT (SELECT min(_tenant) FROM \"%s\" WHERE _tenant > _at) FROM t "
                      "WHERE _at IS NOT NULL) SELECT _at FROM t WHERE _at IS NOT NULL",
                      collection->name.data, collection->name.data);
    sqlite3_stmt *statement = sql.data ? store_reader_statement(reader, sql) : NULL;
    if (!statement)
        return sql.data ? fail_read(store, call, reader) : signet_status(call);
    signet_buffer_t names = signet_buffer(call, 16 * sizeof(signet_text_t));
    int code = SQLITE_OK;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        signet_text_t name = {(const char *)sqlite3_column_text(statement, 0),
                              (uint64_t)sqlite3_column_bytes(statement, 0)};
        name = signet_text_copy(call, name);
        signet_buffer_add(&names, &name, sizeof(name));
        tenants->count++;
    }
    int32_t status = code == SQLITE_DONE ? SIGNET_OK : fail_read(store, call, reader);
    sqlite3_reset(statement);
    signet_bytes_t bytes = {NULL, 0};
    if (status == SIGNET_OK)
        status = signet_buffer_bytes(&names, &bytes);
    tenants->names = (signet_text_t *)(void *)(uintptr_t)bytes.data;
    return status;
}

/* The tenants whose records a call reads: its own, or with "*" all there are. */
static int32_t find_tenants(store_t *store, signet_call_t *call, store_reader_t *reader,
                            const store_collection_t *collection, tenants_t *tenants)
{
    signet_text_t own = store_collection_tenant(collection, call);
    memset(tenants, 0, sizeof(*tenants));
    if (signet_text_is(own, "*"))
        return list_tenants(store, call, reader, collection, tenants);
    tenants->names = signet_alloc(call, 1, sizeof(signet_text_t));
    if (!tenants->names)
        return signet_status(call);
    tenants->names[0] = own;
    tenants->count = 1;
    return SIGNET_OK;
}

/* --- one record -------------------------------------------------------------------------- */

static int32_t get_of(store_t *store, signet_call_t *call, store_reader_t *reader,
                      const store_collection_t *collection, signet_text_t tenant, signet_text_t key,
                      const signet_record_t **record)
{
    signet_buffer_t sql = signet_buffer(call, 512);
    signet_text_t text;
    signet_buffer_add_string(&sql, "SELECT ");
    store_row_columns(&sql, collection, 1);
    signet_buffer_format(&sql, " FROM \"%s\" AS m WHERE m._tenant=? AND m._key=?",
                         collection->name.data);
    int32_t status = signet_buffer_text(&sql, &text);
    if (status != SIGNET_OK)
        return status;
    sqlite3_stmt *statement = store_reader_statement(reader, text);
    int code = statement ? store_row_bind_text(statement, 1, tenant) : SQLITE_ERROR;
    if (code == SQLITE_OK)
        code = store_row_bind_text(statement, 2, key);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        uint64_t length = 0;
        if (*record)
            status = signet_fail(call, SIGNET_CONFLICT, "store.ambiguous",
                                 "Several tenants have a record '%.*s' in '%s': name the tenant.",
                                 SIGNET_FORMAT(key), collection->name.data);
        else
            status = store_row_read(call, collection, statement, record, &length);
    } else if (code != SQLITE_DONE) {
        status = fail_read(store, call, reader);
    }
    if (statement)
        sqlite3_reset(statement);
    return status;
}

static int32_t get(store_t *store, signet_call_t *call, store_reader_t *reader,
                   const store_collection_t *collection, signet_text_t key,
                   const signet_record_t **record)
{
    tenants_t tenants;
    int32_t status = find_tenants(store, call, reader, collection, &tenants);
    for (uint64_t i = 0; i < tenants.count && status == SIGNET_OK; i++)
        status = get_of(store, call, reader, collection, tenants.names[i], key, record);
    if (status == SIGNET_OK && !*record)
        return signet_fail(call, SIGNET_NOT_FOUND, "store.not-found",
                           "There is no record '%.*s' in '%s'.", SIGNET_FORMAT(key),
                           collection->name.data);
    return status;
}

int32_t store_get(void *instance, signet_call_t *call, signet_text_t collection, signet_text_t key,
                  const signet_record_t **record)
{
    store_t *store = instance;
    store_collection_t *declared = NULL;
    store_reader_t *reader = NULL;
    *record = NULL;
    int32_t status = store_catalogue_need(&store->catalogue, call, collection, &declared);
    if (status == SIGNET_OK)
        status = store_readers_take(call, &store->readers, &reader);
    if (status != SIGNET_OK)
        return status;
    status = get(store, call, reader, declared, key, record);
    store_readers_give(&store->readers, reader);
    if (status != SIGNET_OK)
        *record = NULL;
    return status;
}

/* --- a page ------------------------------------------------------------------------------ */

/* The records of one tenant, in the query's order. */
typedef struct stream {
    signet_text_t tenant;
    sqlite3_stmt *statement;
    int kept;    /* 1: the reader's statement, not to be finalised */
    int waiting; /* 1: the statement stands on a row */
} stream_t;

static int32_t advance(store_t *store, signet_call_t *call, store_reader_t *reader,
                       stream_t *stream)
{
    int code = sqlite3_step(stream->statement);
    stream->waiting = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? SIGNET_OK : fail_read(store, call, reader);
}

static int32_t open_stream(store_t *store, signet_call_t *call, store_reader_t *reader,
                           const store_plan_t *plan, const store_place_t *place, stream_t *stream)
{
    const store_field_t *driver = NULL;
    store_sql_t sql = {.text = signet_buffer(call, 1024)};
    signet_text_t text;
    int32_t status = store_plan_choose(call, plan, reader, stream->tenant, store->path, &driver);
    if (status != SIGNET_OK)
        return status;
    store_plan_page(plan, driver, stream->tenant, place, plan->query->limit + 1, &sql);
    status = signet_buffer_text(&sql.text, &text);
    if (status != SIGNET_OK)
        return status;
    int code = SQLITE_OK;
    if (stream->kept)
        stream->statement = store_reader_statement(reader, text);
    else
        code = sqlite3_prepare_v2(reader->database, text.data, (int)text.length, &stream->statement,
                                  NULL);
    if (code != SQLITE_OK || !stream->statement ||
        store_sql_bind(&sql, stream->statement) != SQLITE_OK)
        return fail_read(store, call, reader);
    return advance(store, call, reader, stream);
}

static void close_stream(stream_t *stream)
{
    if (!stream->statement)
        return;
    if (stream->kept)
        sqlite3_reset(stream->statement);
    else
        sqlite3_finalize(stream->statement);
    stream->statement = NULL;
}

static signet_bytes_t column_bytes(sqlite3_stmt *statement, int column)
{
    signet_bytes_t bytes = {sqlite3_column_blob(statement, column), 0};
    bytes.length = (uint64_t)sqlite3_column_bytes(statement, column);
    return bytes;
}

/* Where the current row of a stream stands. Points into the row. */
static store_place_t place_of(const store_plan_t *plan, const stream_t *stream)
{
    store_place_t place = {.set = 1, .tenant = stream->tenant};
    if (!plan->order && !plan->by_id) {
        place.key = signet_bytes_text(column_bytes(stream->statement, STORE_COLUMN_KEY));
        return place;
    }
    place.id = sqlite3_column_int64(stream->statement, STORE_COLUMN_ID);
    if (!plan->order)
        return place;
    int column = STORE_COLUMN_FIELDS + (int)plan->order->position;
    place.type = plan->order->type;
    if (place.type == SIGNET_VALUE_TEXT || place.type == SIGNET_VALUE_BYTES)
        place.value = column_bytes(stream->statement, column);
    else
        place.integer = sqlite3_column_int64(stream->statement, column);
    return place;
}

static int compare_places(const store_place_t *a, const store_place_t *b)
{
    if (a->integer != b->integer)
        return a->integer < b->integer ? -1 : 1;
    int order = signet_text_compare(signet_bytes_text(a->value), signet_bytes_text(b->value));
    if (order == 0)
        order = signet_text_compare(a->key, b->key);
    if (order == 0 && a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return order == 0 ? signet_text_compare(a->tenant, b->tenant) : order;
}

/* The stream whose row comes next, or NULL. */
static stream_t *next_stream(const store_plan_t *plan, stream_t *streams, uint64_t count)
{
    stream_t *next = NULL;
    for (uint64_t i = 0; i < count; i++) {
        if (!streams[i].waiting)
            continue;
        if (next) {
            store_place_t a = place_of(plan, &streams[i]);
            store_place_t b = place_of(plan, next);
            int order = compare_places(&a, &b);
            if (plan->descending ? order < 0 : order > 0)
                continue;
        }
        next = &streams[i];
    }
    return next;
}

/* The place of a stream's row, pointing into the record that was read from it. */
static store_place_t keep_place(const store_plan_t *plan, const stream_t *stream,
                                const signet_record_t *record)
{
    store_place_t place = place_of(plan, stream);
    if (place.key.length > 0)
        place.key = record->key;
    place.tenant = record->tenant;
    for (uint64_t i = 0; plan->order && i < record->field_count; i++) {
        if (record->fields[i].name.data != plan->order->name.data)
            continue;
        place.value = place.type == SIGNET_VALUE_TEXT ? signet_text_bytes(record->fields[i].text)
                                                      : record->fields[i].bytes;
    }
    return place;
}

static int32_t read_page(store_t *store, signet_call_t *call, store_reader_t *reader,
                         const store_plan_t *plan, stream_t *streams, uint64_t stream_count,
                         signet_page_t *page)
{
    const signet_query_t *query = plan->query;
    const signet_record_t **records = signet_alloc(call, query->limit, sizeof(*records));
    stream_t *last = NULL;
    store_place_t end = {0};
    uint64_t octets = 0;
    int32_t status = SIGNET_OK;
    if (!records)
        return signet_status(call);
    while (status == SIGNET_OK) {
        uint64_t length = 0;
        if (last)
            status = advance(store, call, reader, last);
        last = next_stream(plan, streams, stream_count);
        if (status != SIGNET_OK || !last || page->count == query->limit || octets > PAGE_OCTETS)
            break;
        status =
            store_row_read(call, plan->collection, last->statement, &records[page->count], &length);
        octets += length;
        if (status != SIGNET_OK)
            break;
        end = keep_place(plan, last, records[page->count]);
        page->count++;
    }
    page->records = records;
    if (status == SIGNET_OK && last) {
        page->cursor =
            store_cursor_write(call, query, store_collection_tenant(plan->collection, call), &end);
        if (!page->cursor.data)
            status = signet_status(call);
    }
    return status;
}

static int32_t query_with(store_t *store, signet_call_t *call, store_reader_t *reader,
                          const store_plan_t *plan, const store_place_t *place, signet_page_t *page)
{
    tenants_t tenants;
    int32_t status = find_tenants(store, call, reader, plan->collection, &tenants);
    if (status != SIGNET_OK)
        return status;
    stream_t *streams = signet_alloc(call, tenants.count + 1, sizeof(*streams));
    if (!streams)
        return signet_status(call);
    for (uint64_t i = 0; i < tenants.count && status == SIGNET_OK; i++) {
        streams[i].tenant = tenants.names[i];
        streams[i].kept = tenants.count == 1;
        status = open_stream(store, call, reader, plan, place, &streams[i]);
    }
    if (status == SIGNET_OK)
        status = read_page(store, call, reader, plan, streams, tenants.count, page);
    for (uint64_t i = 0; i < tenants.count; i++)
        close_stream(&streams[i]);
    return status;
}

int32_t store_query(void *instance, signet_call_t *call, const signet_query_t *query,
                    const signet_page_t **page)
{
    store_t *store = instance;
    store_collection_t *collection = NULL;
    store_reader_t *reader = NULL;
    store_plan_t plan;
    store_place_t place;
    if (query->limit == 0 || query->limit > SIGNET_STORE_MAX_PAGE)
        return signet_fail(call, SIGNET_INVALID, "store.query", "The limit must be 1 to %u.",
                           SIGNET_STORE_MAX_PAGE);
    int32_t status = store_catalogue_need(&store->catalogue, call, query->collection, &collection);
    if (status == SIGNET_OK)
        status = store_plan_make(call, collection, query, &plan);
    if (status == SIGNET_OK)
        status = store_cursor_read(call, query, store_collection_tenant(collection, call), &place);
    if (status == SIGNET_OK)
        status = store_merge_plan(store, call, &plan);
    if (status != SIGNET_OK)
        return status;
    signet_page_t *made = signet_alloc(call, 1, sizeof(*made));
    if (!made)
        return signet_status(call);
    status = store_readers_take(call, &store->readers, &reader);
    if (status != SIGNET_OK)
        return status;
    made->size = sizeof(*made);
    status = query_with(store, call, reader, &plan, &place, made);
    store_readers_give(&store->readers, reader);
    if (status == SIGNET_OK)
        *page = made;
    return status;
}

/* --- a number ---------------------------------------------------------------------------- */

static int32_t count_of(store_t *store, signet_call_t *call, store_reader_t *reader,
                        const store_plan_t *plan, signet_text_t tenant, uint64_t *count)
{
    const store_field_t *driver = NULL;
    store_sql_t sql = {.text = signet_buffer(call, 512)};
    signet_text_t text;
    int32_t status = store_plan_choose(call, plan, reader, tenant, store->path, &driver);
    if (status != SIGNET_OK)
        return status;
    store_plan_count(plan, driver, tenant, plan->query->limit - *count, &sql);
    status = signet_buffer_text(&sql.text, &text);
    if (status != SIGNET_OK)
        return status;
    sqlite3_stmt *statement = store_reader_statement(reader, text);
    int code = statement ? store_sql_bind(&sql, statement) : SQLITE_ERROR;
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *count += (uint64_t)sqlite3_column_int64(statement, 0);
    else
        status = fail_read(store, call, reader);
    if (statement)
        sqlite3_reset(statement);
    return status;
}

int32_t store_count(void *instance, signet_call_t *call, const signet_query_t *query,
                    uint64_t *count)
{
    store_t *store = instance;
    store_collection_t *collection = NULL;
    store_reader_t *reader = NULL;
    store_plan_t plan;
    tenants_t tenants;
    *count = 0;
    if (query->limit == 0 || query->limit > COUNT_LIMIT)
        return signet_fail(call, SIGNET_INVALID, "store.query", "The limit must be 1 to %u.",
                           COUNT_LIMIT);
    int32_t status = store_catalogue_need(&store->catalogue, call, query->collection, &collection);
    if (status == SIGNET_OK)
        status = store_plan_make(call, collection, query, &plan);
    if (status != SIGNET_OK)
        return status;
    /* A number needs no order. */
    plan.order = NULL;
    plan.by_id = 1;
    status = store_merge_plan(store, call, &plan);
    if (status == SIGNET_OK)
        status = store_readers_take(call, &store->readers, &reader);
    if (status != SIGNET_OK)
        return status;
    status = find_tenants(store, call, reader, collection, &tenants);
    for (uint64_t i = 0; i < tenants.count && status == SIGNET_OK && *count < query->limit; i++)
        status = count_of(store, call, reader, &plan, tenants.names[i], count);
    store_readers_give(&store->readers, reader);
    return status;
}
