/* Keyset cursors: where a page ended, bound to the query that it was a page of. They hold no
 * state of the process, so they stay valid across restarts. */
#ifndef STORE_CURSOR_H
#define STORE_CURSOR_H

#include <signet/store.h>

/* The place after which the next page begins. */
typedef struct store_place {
    int set;
    uint32_t type; /* of the order's field; 0: there is none */
    int64_t integer;
    signet_bytes_t value; /* of TEXT and BYTES */
    int64_t id;           /* of the record; 0 where ordered by key */
    signet_text_t key;    /* where ordered by key, else empty */
    signet_text_t tenant; /* of the record */
} store_place_t;

/* The cursor of a place. `tenant` is the call's. Empty on NO_MEMORY. [any] */
signet_text_t store_cursor_write(signet_call_t *call, const signet_query_t *query,
                                 signet_text_t tenant, const store_place_t *place);
/* The place of query->cursor, unset where that is empty. INVALID where the cursor is damaged or
 * was given for another query. [any] */
int32_t store_cursor_read(signet_call_t *call, const signet_query_t *query, signet_text_t tenant,
                          store_place_t *place);

#endif
