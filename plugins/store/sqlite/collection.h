/* What was declared: collections, their columns and their statements.
 *
 * A collection is one table. Its internal columns begin with '_', which no field can: _id (the
 * rowid), _tenant, _key, _version, _body. Fields are columns of their own; each indexed one has
 * a table that is its index (see table.h).
 *
 * A record is stored by rowid and not by key, because bodies are larger than what an index page
 * holds well; keys that grow with time then append to the table and to the index alike. */
#ifndef STORE_COLLECTION_H
#define STORE_COLLECTION_H

#include "table.h"

#include <signet/store.h>
#include <sqlite3.h>
#include <stdatomic.h>

#define STORE_MAX_FIELDS 32U

/* Columns of a selected row: before the fields. */
#define STORE_COLUMN_TENANT 0
#define STORE_COLUMN_KEY 1
#define STORE_COLUMN_VERSION 2
#define STORE_COLUMN_BODY 3
#define STORE_COLUMN_ID 4
#define STORE_COLUMN_FIELDS 5

typedef struct store_field {
    signet_text_t name; /* NUL-terminated as well */
    uint32_t type;
    uint32_t flags;
    uint32_t position;    /* among the fields of the collection */
    store_index_t *index; /* NULL: it has none */
} store_field_t;

/* Immutable once published, but for the statements, which belong to the writer. */
typedef struct store_collection store_collection_t;
struct store_collection {
    store_collection_t *next;
    signet_text_t name; /* NUL-terminated as well */
    uint32_t flags;
    uint32_t revision;
    uint32_t has_indexes;
    uint32_t field_count;
    store_field_t *fields;
    store_table_t *table;
    sqlite3_stmt *find;   /* tenant, key → id, version */
    sqlite3_stmt *values; /* id → the values of its fields */
    sqlite3_stmt *insert; /* tenant, key, version, body, id, fields */
    sqlite3_stmt *update; /* id, version, body, fields */
    sqlite3_stmt *remove; /* tenant, key */
};

/* Collections, the latest declaration first. Entries are added at its head and freed at close, so
 * that readers need no lock. */
typedef struct store_catalogue {
    _Atomic(store_collection_t *) first;
    store_table_t *tables; /* by the holder of the writer's gate */
} store_catalogue_t;

/* The latest declaration of a collection, or NULL. [any] */
store_collection_t *store_catalogue_find(store_catalogue_t *catalogue, signet_text_t name);
/* The same; INVALID where it was not declared. [any] */
int32_t store_catalogue_need(store_catalogue_t *catalogue, signet_call_t *call, signet_text_t name,
                             store_collection_t **collection);
/* Publishes a collection and takes it over. By one thread at a time. [any] */
void store_catalogue_add(store_catalogue_t *catalogue, store_collection_t *collection);
/* Finalises the statements of all collections, before the writer's connection closes. [any] */
void store_catalogue_finalize(store_catalogue_t *catalogue);
/* Frees all. [any] */
void store_catalogue_clear(store_catalogue_t *catalogue);

/* A copy of a declaration on the heap, checked. INVALID names what is wrong. [any] */
int32_t store_collection_new(signet_call_t *call, const signet_collection_t *declaration,
                             store_collection_t **collection);
void store_collection_free(store_collection_t *collection);
/* A field by name, or NULL. [any] */
const store_field_t *store_collection_field(const store_collection_t *collection,
                                            signet_text_t name);
/* The tenant under which a call's records stand: empty in global collections. [any] */
signet_text_t store_collection_tenant(const store_collection_t *collection, signet_call_t *call);

#endif
