#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names have at most 64 characters. */
#define SQL_LIMIT 512
/* SQL for the part of a row's number, as store_index_part says. */
#define TEXT_OF(macro) TEXT_OF_(macro)
#define TEXT_OF_(macro) #macro
#define PART_OF(id) "((" id "-1)/" TEXT_OF(STORE_PART_ROWS) ")"

const char *store_column_type(uint32_t type)
{
    switch (type) {
    case SIGNET_VALUE_TEXT:
        return "TEXT";
    case SIGNET_VALUE_INTEGER:
    case SIGNET_VALUE_TIME:
        return "INTEGER";
    default:
        return "BLOB";
    }
}

void store_index_create(signet_buffer_t *sql, const char *table, const char *name, uint32_t type)
{
    int parts = store_index_has_parts(type);
    signet_buffer_format(sql,
                         "CREATE TABLE \"%s/%s\"(%s_tenant TEXT NOT NULL, _value %s NOT NULL,"
                         " _id INTEGER NOT NULL, PRIMARY KEY(%s_tenant, _value, _id))"
                         " WITHOUT ROWID;",
                         table, name, parts ? "_part INTEGER NOT NULL, " : "",
                         type == SIGNET_VALUE_TEXTS ? "TEXT" : store_column_type(type),
                         parts ? "_part, " : "");
}

store_table_t *store_table_get(store_table_t **tables, const char *name)
{
    store_table_t *table = *tables;
    while (table && strcmp(table->name, name) != 0)
        table = table->next;
    if (table)
        return table;
    table = calloc(1, sizeof(*table));
    if (!table)
        return NULL;
    table->name = strdup(name);
    if (!table->name) {
        free(table);
        return NULL;
    }
    table->next = *tables;
    *tables = table;
    return table;
}

store_index_t *store_table_index(store_table_t *table, const char *name, uint32_t type)
{
    store_index_t *index = table->indexes;
    while (index && strcmp(index->name, name) != 0)
        index = index->next;
    if (index)
        return index;
    index = calloc(1, sizeof(*index));
    if (!index)
        return NULL;
    index->name = strdup(name);
    if (!index->name) {
        free(index);
        return NULL;
    }
    index->type = type;
    /* Until it is known better, nothing is missing. */
    atomic_store(&index->merged, INT64_MAX);
    index->next = table->indexes;
    table->indexes = index;
    return index;
}

static void finalize(store_index_t *index)
{
    sqlite3_stmt **statements[] = {&index->fill, &index->mark, &index->add, &index->take};
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        sqlite3_finalize(*statements[i]);
        *statements[i] = NULL;
    }
}

static int prepare(sqlite3 *database, const char *sql, sqlite3_stmt **statement)
{
    return sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
}

int store_index_prepare(sqlite3 *database, const store_table_t *table, store_index_t *index)
{
    char sql[SQL_LIMIT];
    int parts = store_index_has_parts(index->type);
    if (index->take)
        return SQLITE_OK;
    if (index->type == SIGNET_VALUE_TEXTS)
        snprintf(sql, sizeof(sql),
                 "SELECT _tenant, \"%s\", _id FROM \"%s\" WHERE _id>?1 AND _id<=?2"
                 " AND \"%s\" IS NOT NULL",
                 index->name, table->name, index->name);
    else
        snprintf(sql, sizeof(sql),
                 "INSERT INTO \"%s/%s\" SELECT %s_tenant, \"%s\", _id FROM \"%s\" NOT INDEXED"
                 " WHERE _id>?1 AND _id<=?2 AND \"%s\" IS NOT NULL ORDER BY 1, 2, 3%s",
                 table->name, index->name, parts ? PART_OF("_id") ", " : "", index->name,
                 table->name, index->name, parts ? ", 4" : "");
    int code = prepare(database, sql, &index->fill);
    snprintf(sql, sizeof(sql),
             "UPDATE signet_field SET indexed=?1 WHERE collection='%s' AND name='%s'", table->name,
             index->name);
    if (code == SQLITE_OK)
        code = prepare(database, sql, &index->mark);
    snprintf(sql, sizeof(sql), "INSERT OR IGNORE INTO \"%s/%s\" VALUES(%s?1, ?2, ?3)", table->name,
             index->name, parts ? PART_OF("?3") ", " : "");
    if (code == SQLITE_OK)
        code = prepare(database, sql, &index->add);
    snprintf(sql, sizeof(sql), "DELETE FROM \"%s/%s\" WHERE %s_tenant=?1 AND _value=?2 AND _id=?3",
             table->name, index->name, parts ? "_part=" PART_OF("?3") " AND " : "");
    if (code == SQLITE_OK)
        code = prepare(database, sql, &index->take);
    if (code != SQLITE_OK)
        finalize(index);
    return code;
}

void store_tables_finalize(store_table_t *tables)
{
    for (store_table_t *table = tables; table; table = table->next)
        for (store_index_t *index = table->indexes; index; index = index->next)
            finalize(index);
}

void store_tables_free(store_table_t *tables)
{
    while (tables) {
        store_table_t *next = tables->next;
        while (tables->indexes) {
            store_index_t *index = tables->indexes;
            tables->indexes = index->next;
            finalize(index);
            free(index->name);
            free(index);
        }
        free(tables->name);
        free(tables);
        tables = next;
    }
}
