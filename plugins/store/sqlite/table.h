/* Tables as they are stored, with the indexes of their fields.
 *
 * The index of a field is a table of its own, COLLECTION/FIELD (_tenant, _value, _id), with an
 * entry for each row that has a value, and of a list one for each element. Digests and lists of
 * names come in no order, so new entries of theirs lie all over an index, and once it is large
 * nearly each needs a page of its own. Their indexes are therefore cut into parts by age: before
 * the tenant they have _part, which is the same for STORE_PART_ROWS rows one after the other. Only
 * the last part grows, and it is never large; a query looks into each. A new row gets no
 * entries at once: in indexes of hashes and names each would touch a page of its own, which is most
 * of what a commit would cost. They are added in bulk and in order, many rows later (see merge.h).
 * signet_field.indexed says, of each field, up to which row that was done, and changes in the same
 * transaction as the entries. What is missing after a crash is thus known, and nothing of it is
 * kept in memory. Numbers of rows only grow and are never used again, so a row above that mark has
 * no entry, and a change of one below it changes its entries with it. */
#ifndef STORE_TABLE_H
#define STORE_TABLE_H

#include <signet/sdk/text.h>
#include <signet/store.h>
#include <sqlite3.h>
#include <stdatomic.h>

/* How many rows have their entries in one part of an index. */
#define STORE_PART_ROWS 131072

/* Whether the index of such a field is cut into parts. [any] */
static inline int store_index_has_parts(uint32_t type)
{
    return type == SIGNET_VALUE_BYTES || type == SIGNET_VALUE_TEXTS;
}

typedef struct store_index store_index_t;
struct store_index {
    store_index_t *next;
    char *name; /* of the field */
    uint32_t type;
    _Atomic(int64_t) merged; /* the last row whose entries are in */
    int64_t reached;         /* the same in the transaction that is open */
    /* Used by the writer alone. */
    sqlite3_stmt *fill; /* from, to: adds the entries of rows; of lists selects them */
    sqlite3_stmt *mark; /* the last row whose entries are in */
    sqlite3_stmt *add;  /* tenant, value, id */
    sqlite3_stmt *take; /* tenant, value, id */
};

/* Shared by all declarations of a collection, and freed at close. */
typedef struct store_table store_table_t;
struct store_table {
    store_table_t *next;
    char *name;
    _Atomic(int64_t) last; /* no row has a higher number */
    store_index_t *indexes;
};

/* How many rows may lack their entries. [any] */
static inline int64_t store_index_missing(store_table_t *table, store_index_t *index)
{
    return atomic_load(&table->last) - atomic_load(&index->merged);
}

/* The number of a row's part. [any] */
static inline int64_t store_index_part(int64_t id)
{
    return id > 0 ? (id - 1) / STORE_PART_ROWS : 0;
}

/* The type of a field's column. [any] */
const char *store_column_type(uint32_t type);
/* Appends what makes the index of a field. [any] */
void store_index_create(signet_buffer_t *sql, const char *table, const char *name, uint32_t type);
/* The table of a name, made where it is not known yet; NULL without memory. With the gate. [any] */
store_table_t *store_table_get(store_table_t **tables, const char *name);
/* The same for an index of a table. */
store_index_t *store_table_index(store_table_t *table, const char *name, uint32_t type);
/* Prepares an index's statements at its first use. An SQLite result. With the gate. [any] */
int store_index_prepare(sqlite3 *database, const store_table_t *table, store_index_t *index);
/* Finalises the statements of all tables, before the writer's connection closes. [any] */
void store_tables_finalize(store_table_t *tables);
void store_tables_free(store_table_t *tables);

#endif
