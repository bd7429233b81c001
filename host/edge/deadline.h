/* Deadlines of connections and streams, one list for each thing waited for.
 *
 * Everything in one list waits equally long, so a list is in the order of its deadlines by itself:
 * setting and clearing one costs the same however many there are. */
#ifndef EDGE_DEADLINE_H
#define EDGE_DEADLINE_H

#include "edge/limits.h"

typedef struct edge_deadline edge_deadline_t;
struct edge_deadline {
    edge_deadline_t *previous; /* NULL: not in a list */
    edge_deadline_t *next;
    uint64_t due; /* ms of the loop's clock */
    edge_wait_t wait;
    void (*expire)(edge_deadline_t *deadline); /* what is called when its time has come */
};

typedef struct edge_deadlines {
    edge_deadline_t heads[EDGE_WAITS];
} edge_deadlines_t;

void edge_deadlines_init(edge_deadlines_t *deadlines);
/* Sets it, replacing what it waited for before. */
void edge_deadline_set(edge_deadlines_t *deadlines, edge_deadline_t *deadline, edge_wait_t wait,
                       uint64_t due);
void edge_deadline_clear(edge_deadline_t *deadline);
/* Takes one whose time has come out of its list; NULL when there is none. */
edge_deadline_t *edge_deadline_take(edge_deadlines_t *deadlines, uint64_t now);

#endif
