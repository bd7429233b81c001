/* Listeners of another configuration: what a reload opens, closes and hands on. */
#ifndef EDGE_RELISTEN_H
#define EDGE_RELISTEN_H

#include "edge/state.h"

/* A change of listeners, ready to be put in force. */
typedef struct edge_relisten edge_relisten_t;

/* Compares the listeners of two `host` groups, of which `now` is in force; reads and binds what is
 * new. NULL where nothing differs. Failures are set in `call`, and nothing has changed then. */
int32_t edge_relisten_prepare(signet_call_t *call, edge_t *edge, const signet_setting_t *now,
                              const signet_setting_t *next, edge_relisten_t **relisten);
/* Puts it in force and frees it. Listeners that are the same are not touched. Those on the same
 * address keep their sockets; their connections end after the request that each has, as do those of
 * listeners that are gone. */
void edge_relisten_apply(edge_t *edge, edge_relisten_t *relisten);
/* Closes what was bound, and frees it. NULL is nothing. */
void edge_relisten_discard(edge_relisten_t *relisten);

#endif
