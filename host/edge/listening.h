/* The listening sockets of an edge: given, or bound, and handed to its loops. */
#ifndef EDGE_LISTENING_H
#define EDGE_LISTENING_H

#include "edge/state.h"

/* Has the loops listen, each with a socket of its own on each port; a Unix socket is the first
 * loop's. Of a listener whose sockets were given none is bound: all of them are listened on, and
 * loops beyond their number share them. */
int32_t edge_listening_begin(signet_call_t *call, edge_t *edge);

#endif
