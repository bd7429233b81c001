/* Declaring collections: compares with what is stored and adds what is new. */
#include "failure.h"
#include "merge.h"
#include "store.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

static int32_t fail_database(store_t *store, signet_call_t *call)
{
    store_failure_t failure = store_failure(store->writer.database);
    return store_fail(call, &failure, store->path);
}

static int32_t run(store_t *store, signet_call_t *call, sqlite3 *database,
                   const signet_buffer_t *sql)
{
    signet_text_t text;
    int32_t status = signet_buffer_text(sql, &text);
    if (status != SIGNET_OK)
        return status;
    const char *string = signet_text_string(call, text);
    if (!string)
        return signet_status(call);
    if (sqlite3_exec(database, string, NULL, NULL, NULL) != SQLITE_OK)
        return fail_database(store, call);
    return SIGNET_OK;
}

static void add_index(signet_buffer_t *sql, const store_collection_t *collection,
                      const store_field_t *field)
{
    if (!(field->flags & SIGNET_FIELD_UNINDEXED))
        store_index_create(sql, collection->name.data, field->name.data, field->type);
}

/* No row has a value of a new field, so none lacks an entry. */
static void add_field_row(signet_buffer_t *sql, const store_collection_t *collection,
                          const store_field_t *field)
{
    signet_buffer_format(sql,
                         "INSERT INTO signet_field SELECT '%s', '%s', %u, %u,"
                         " ifnull(max(_id), 0) FROM \"%s\";",
                         collection->name.data, field->name.data, field->type, field->flags,
                         collection->name.data);
}

static int32_t create(store_t *store, signet_call_t *call, const store_collection_t *collection)
{
    const char *table = collection->name.data;
    signet_buffer_t sql = signet_buffer(call, 1024);
    signet_buffer_format(&sql,
                         "CREATE TABLE \"%s\"(_id INTEGER PRIMARY KEY, _tenant TEXT NOT NULL,"
                         " _key TEXT NOT NULL, _version INTEGER NOT NULL",
                         table);
    for (uint32_t i = 0; i < collection->field_count; i++)
        signet_buffer_format(&sql, ", \"%s\" %s", collection->fields[i].name.data,
                             store_column_type(collection->fields[i].type));
    signet_buffer_format(&sql,
                         ", _body BLOB NOT NULL);"
                         "CREATE UNIQUE INDEX \"%s/_key\" ON \"%s\"(_tenant, _key);"
                         "INSERT INTO signet_collection VALUES('%s', %u, %u);",
                         table, table, table, collection->revision, collection->flags);
    for (uint32_t i = 0; i < collection->field_count; i++) {
        add_index(&sql, collection, &collection->fields[i]);
        add_field_row(&sql, collection, &collection->fields[i]);
    }
    return run(store, call, store->writer.database, &sql);
}

/* What is stored about one field: its type and flags, or a type of 0. */
static int32_t stored_field(store_t *store, signet_call_t *call, sqlite3 *database,
                            const store_collection_t *collection, const store_field_t *field,
                            uint32_t *type, uint32_t *flags)
{
    sqlite3_stmt *statement = NULL;
    *type = 0;
    int code = sqlite3_prepare_v2(
        database, "SELECT type, flags FROM signet_field WHERE collection=?1 AND name=?2", -1,
        &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(statement, 1, collection->name.data, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(statement, 2, field->name.data, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *type = (uint32_t)sqlite3_column_int(statement, 0);
        *flags = (uint32_t)sqlite3_column_int(statement, 1);
    }
    sqlite3_finalize(statement);
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return SIGNET_OK;
    store_failure_t failure = store_failure(database);
    return store_fail(call, &failure, store->path);
}

/* Adds to `sql` what is missing of a stored collection. */
static int32_t extend(store_t *store, signet_call_t *call, sqlite3 *database,
                      const store_collection_t *collection, signet_buffer_t *sql)
{
    for (uint32_t i = 0; i < collection->field_count; i++) {
        const store_field_t *field = &collection->fields[i];
        uint32_t type = 0;
        uint32_t flags = 0;
        int32_t status = stored_field(store, call, database, collection, field, &type, &flags);
        if (status != SIGNET_OK)
            return status;
        if (type == 0) {
            signet_buffer_format(sql, "ALTER TABLE \"%s\" ADD COLUMN \"%s\" %s;",
                                 collection->name.data, field->name.data,
                                 store_column_type(field->type));
            add_index(sql, collection, field);
            add_field_row(sql, collection, field);
        } else if (type != field->type || flags != field->flags) {
            return signet_fail(call, SIGNET_CONFLICT, "store.field-changed",
                               "The field '%s' of '%s' is stored with another type or flags: give "
                               "the new one another name.",
                               field->name.data, collection->name.data);
        }
    }
    return SIGNET_OK;
}

static int32_t update(store_t *store, signet_call_t *call, sqlite3 *database,
                      const store_collection_t *collection, uint32_t revision)
{
    signet_buffer_t sql = signet_buffer(call, 512);
    int32_t status = extend(store, call, database, collection, &sql);
    if (status != SIGNET_OK)
        return status;
    if (store->file.read_only)
        return sql.length == 0 ? SIGNET_OK : store_fail_read_only(call);
    if (revision < collection->revision)
        signet_buffer_format(&sql, "UPDATE signet_collection SET revision=%u WHERE name='%s';",
                             collection->revision, collection->name.data);
    return sql.length == 0 ? SIGNET_OK : run(store, call, database, &sql);
}

static int32_t compare(store_t *store, signet_call_t *call, sqlite3 *database,
                       const store_collection_t *collection)
{
    sqlite3_stmt *statement = NULL;
    uint32_t revision = 0;
    uint32_t flags = 0;
    int code =
        sqlite3_prepare_v2(database, "SELECT revision, flags FROM signet_collection WHERE name=?1",
                           -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(statement, 1, collection->name.data, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        revision = (uint32_t)sqlite3_column_int(statement, 0);
        flags = (uint32_t)sqlite3_column_int(statement, 1);
    }
    sqlite3_finalize(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        store_failure_t failure = store_failure(database);
        return store_fail(call, &failure, store->path);
    }
    if (code == SQLITE_DONE)
        return store->file.read_only ? store_fail_read_only(call) : create(store, call, collection);
    if (revision > collection->revision)
        return signet_fail(call, SIGNET_CORRUPT, "store.newer",
                           "The collection '%s' is stored with revision %u, this plugin knows up "
                           "to %u: run the version that wrote it, or a later one.",
                           collection->name.data, revision, collection->revision);
    if (flags != collection->flags)
        return signet_fail(call, SIGNET_CONFLICT, "store.scope-changed",
                           "The collection '%s' is stored with another scope: give the new one "
                           "another name.",
                           collection->name.data);
    return update(store, call, database, collection, revision);
}

/* --- the table behind it ----------------------------------------------------------------- */

/* One number; 0 where there is none. */
static int32_t number(store_t *store, signet_call_t *call, signet_text_t sql, int64_t *value)
{
    sqlite3 *database = store->writer.database;
    sqlite3_stmt *statement = NULL;
    *value = 0;
    if (!sql.data)
        return signet_status(call);
    int code = sqlite3_prepare_v2(database, sql.data, (int)sql.length, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? SIGNET_OK : fail_database(store, call);
}

/* Where the rows of a table end. Rows that were deleted count while an index knows them. */
static int32_t find_last(store_t *store, signet_call_t *call, const store_collection_t *collection)
{
    store_table_t *table = collection->table;
    int64_t last = 0;
    int32_t status = number(store, call,
                            signet_format(call,
                                          "SELECT max(ifnull((SELECT max(_id) FROM \"%s\"), 0),"
                                          " ifnull((SELECT max(indexed) FROM signet_field"
                                          " WHERE collection='%s'), 0))",
                                          table->name, table->name),
                            &last);
    if (status == SIGNET_OK && last > atomic_load(&table->last))
        atomic_store(&table->last, last);
    return status;
}

static int32_t find_merged(store_t *store, signet_call_t *call, const store_table_t *table,
                           store_index_t *index)
{
    int64_t merged = 0;
    int32_t status = number(
        store, call,
        signet_format(call, "SELECT indexed FROM signet_field WHERE collection='%s' AND name='%s'",
                      table->name, index->name),
        &merged);
    if (status == SIGNET_OK)
        atomic_store(&index->merged, merged);
    return status;
}

/* Ties a declaration to its table, after it was stored. */
static int32_t attach(store_t *store, signet_call_t *call, store_collection_t *collection)
{
    collection->table = store_table_get(&store->catalogue.tables, collection->name.data);
    if (!collection->table)
        return signet_fail_memory(call);
    int32_t status = store->file.read_only ? SIGNET_OK : find_last(store, call, collection);
    for (uint32_t i = 0; i < collection->field_count && status == SIGNET_OK; i++) {
        store_field_t *field = &collection->fields[i];
        if (field->flags & SIGNET_FIELD_UNINDEXED)
            continue;
        field->index = store_table_index(collection->table, field->name.data, field->type);
        if (!field->index)
            return signet_fail_memory(call);
        if (!store->file.read_only)
            status = find_merged(store, call, collection->table, field->index);
    }
    return status;
}

/* In the writer's place: nothing else writes meanwhile. */
static int32_t declare_writing(store_t *store, signet_call_t *call,
                               const store_collection_t *collection)
{
    sqlite3 *database = store->writer.database;
    if (sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        return fail_database(store, call);
    int32_t status = compare(store, call, database, collection);
    if (status == SIGNET_OK && sqlite3_exec(database, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
        store_failure_t failure = store_failure(database);
        if (store_failure_is_fatal(&failure))
            store->host->services->fatal(store->host, SIGNET_TEXT("store.sync-failed"),
                                         SIGNET_TEXT("A write to the disk failed."));
        status = store_fail(call, &failure, store->path);
    }
    if (!sqlite3_get_autocommit(database))
        sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

static int32_t declare_reading(store_t *store, signet_call_t *call,
                               const store_collection_t *collection)
{
    store_reader_t *reader = NULL;
    int32_t status = store_readers_take(call, &store->readers, &reader);
    if (status != SIGNET_OK)
        return status;
    status = compare(store, call, reader->database, collection);
    store_readers_give(&store->readers, reader);
    return status;
}

int32_t store_declare(void *instance, signet_call_t *call, const signet_collection_t *declaration)
{
    store_t *store = instance;
    store_collection_t *collection = NULL;
    int32_t status = store_collection_new(call, declaration, &collection);
    if (status != SIGNET_OK)
        return status;
    pthread_mutex_lock(&store->writer.gate);
    status = store->file.read_only ? declare_reading(store, call, collection)
                                   : declare_writing(store, call, collection);
    if (status == SIGNET_OK)
        status = attach(store, call, collection);
    if (status == SIGNET_OK)
        store_catalogue_add(&store->catalogue, collection);
    else
        store_collection_free(collection);
    store_merge_look(store);
    pthread_mutex_unlock(&store->writer.gate);
    return status;
}
