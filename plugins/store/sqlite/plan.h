/* Plans: which index answers a query, and the SQL that uses it.
 *
 * The order's own index gives a page without sorting, but may pass over many records that the
 * other conditions refuse. The index of a condition gives only what satisfies it, but in another
 * order. So the conditions' indexes are probed first: one with few entries is used and its records
 * sorted; where all have many, the next page is near in the order's own index. Where no order is
 * asked for, records come in that of their _id, which any index of equal values gives. Where the
 * indexes lack entries that cannot be added now, the whole table is read. */
#ifndef STORE_PLAN_H
#define STORE_PLAN_H

#include "collection.h"
#include "cursor.h"
#include "reader.h"

#include <signet/sdk/text.h>

#define STORE_MAX_CONDITIONS 16U

typedef struct store_plan {
    const store_collection_t *collection;
    const signet_query_t *query;
    const store_field_t *order; /* NULL: the key or _id */
    uint32_t by_id;             /* 1: in no order but that of _id */
    uint32_t descending;
    uint32_t scan; /* 1: no index but the key's can be used */
    uint32_t condition_count;
    const signet_condition_t *conditions[STORE_MAX_CONDITIONS];
    const store_field_t *fields[STORE_MAX_CONDITIONS]; /* of each condition; NULL: the key */
} store_plan_t;

/* A statement in the making: SQL and its parameters. */
#define STORE_MAX_PARAMETERS 64U
typedef struct store_sql {
    signet_buffer_t text;
    uint32_t count;
    struct {
        uint32_t type;
        int64_t integer;
        signet_bytes_t bytes;
    } parameters[STORE_MAX_PARAMETERS];
} store_sql_t;

/* Checks a query against the declaration. INVALID where no index serves it. [worker] */
int32_t store_plan_make(signet_call_t *call, const store_collection_t *collection,
                        const signet_query_t *query, store_plan_t *plan);
/* The index to use for one tenant's records: that of `*driver`, NULL for the key's.
 * [worker] */
int32_t store_plan_choose(signet_call_t *call, const store_plan_t *plan, store_reader_t *reader,
                          signet_text_t tenant, signet_text_t path, const store_field_t **driver);
/* The SQL of a page: records after `place` in the plan's order, at most `limit`. [worker] */
void store_plan_page(const store_plan_t *plan, const store_field_t *driver, signet_text_t tenant,
                     const store_place_t *place, uint64_t limit, store_sql_t *sql);
/* The SQL that counts records, no further than `limit`. [worker] */
void store_plan_count(const store_plan_t *plan, const store_field_t *driver, signet_text_t tenant,
                      uint64_t limit, store_sql_t *sql);
/* Binds the parameters. An SQLite result. [worker] */
int store_sql_bind(const store_sql_t *sql, sqlite3_stmt *statement);

#endif
