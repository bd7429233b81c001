/* Transactions of the writer's connection, by the holder of its gate. */
#ifndef STORE_TRANSACTION_H
#define STORE_TRANSACTION_H

#include "failure.h"

struct store;

/* Begins one. The status of `failure`, which is set where it fails. [worker] */
int32_t store_transaction_begin(struct store *store, store_failure_t *failure);
/* Makes it durable. Where that fails it is undone; where a sync failed the process ends. [worker]
 */
int32_t store_transaction_commit(struct store *store, store_failure_t *failure);
/* Undoes the open one. Without that nothing more could be promised, so a failure ends the process.
 * [worker] */
void store_transaction_undo(struct store *store);

#endif
