/* Renewal of the listeners' own certificates: new files are taken up while connections go on. */
#ifndef EDGE_RENEWAL_H
#define EDGE_RENEWAL_H

#include "edge/edge.h"

typedef struct edge_renewal edge_renewal_t;

/* Starts to look at the files every `period_ms`, on a thread of its own, because reading them may
 * block. NULL when it cannot be started. */
edge_renewal_t *edge_renewal_start(edge_t *edge, int64_t period_ms);
/* Ends it; NULL is nothing. */
void edge_renewal_end(edge_renewal_t *renewal);

#endif
