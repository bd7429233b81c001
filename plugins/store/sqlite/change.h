/* Changes: checked by the caller's thread, applied by the writer's. */
#ifndef STORE_CHANGE_H
#define STORE_CHANGE_H

#include "collection.h"
#include "lease.h"

/* The value of one column. */
typedef struct store_cell {
    const signet_field_t *value; /* NULL: absent */
    signet_bytes_t list;         /* TEXTS: encoded */
} store_cell_t;

/* One change, ready to be applied. It points into the caller's memory. */
typedef struct store_change {
    store_collection_t *collection;
    const signet_change_t *change;
    signet_text_t tenant;
    store_cell_t *cells; /* one for each field of the collection */
    int64_t id;          /* of the stored record; set by the writer */
    uint64_t version;    /* of the stored record; 0: there is none */
} store_change_t;

/* Checks changes against declarations and limits. INVALID names what is wrong. [worker] */
int32_t store_changes_prepare(store_catalogue_t *catalogue, signet_call_t *call,
                              const signet_change_t *changes, uint64_t count,
                              store_change_t **prepared);
/* Checks versions and leases of a commit against what is there now, and only then applies it,
 * inside the open transaction. CONFLICT, with `at` the change it is about: nothing was changed.
 * Any other failure: the transaction must be rolled back. Where it is not `careful`, records that
 * must not exist are not looked for; BUSY then says that one does, and that all of the transaction
 * is to be done again carefully. By the writer. [worker] */
int32_t store_changes_apply(sqlite3 *database, store_leases_t *leases, store_change_t *changes,
                            uint64_t count, int careful, uint64_t *at);
/* Sets the error of a conflict. [any] */
int32_t store_changes_fail_conflict(signet_call_t *call, const store_change_t *change);

#endif
