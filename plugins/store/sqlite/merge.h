/* Merging: adds the entries that rows lack to their indexes, in bulk and in order (see table.h).
 *
 * Under load the writer does it for one index at a time once many rows wait, so that commits are
 * not held up for long, and for all when no commit came for a while and before it ends. A query
 * that needs an index first has it merged up to what was acknowledged before. */
#ifndef STORE_MERGE_H
#define STORE_MERGE_H

#include "plan.h"

struct store;

/* Looks whether there is something to merge, for the writer's rest. With the gate. [any] */
void store_merge_look(struct store *store);
/* Merges a part of the index that lacks most, where that is much. By the writer. [worker] */
void store_merge_due(struct store *store);
/* Merges all. By the writer. [worker] */
void store_merge_rest(struct store *store);
/* Merges what the indexes of a plan lack. Where that cannot be, the plan reads the whole table
 * instead. The status of a call that was cancelled or passed its deadline. [worker] */
int32_t store_merge_plan(struct store *store, signet_call_t *call, store_plan_t *plan);

#endif
