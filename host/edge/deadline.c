#include "edge/deadline.h"

#include <stddef.h>

void edge_deadlines_init(edge_deadlines_t *deadlines)
{
    size_t i;

    for (i = 0; i < EDGE_WAITS; i++) {
        deadlines->heads[i].previous = &deadlines->heads[i];
        deadlines->heads[i].next = &deadlines->heads[i];
    }
}

void edge_deadline_set(edge_deadlines_t *deadlines, edge_deadline_t *deadline, edge_wait_t wait,
                       uint64_t due)
{
    edge_deadline_t *head = &deadlines->heads[wait];

    edge_deadline_clear(deadline);
    deadline->wait = wait;
    deadline->due = due;
    deadline->previous = head->previous;
    deadline->next = head;
    head->previous->next = deadline;
    head->previous = deadline;
}

void edge_deadline_clear(edge_deadline_t *deadline)
{
    if (deadline->previous != NULL) {
        deadline->previous->next = deadline->next;
        deadline->next->previous = deadline->previous;
        deadline->previous = NULL;
        deadline->next = NULL;
    }
}

edge_deadline_t *edge_deadline_take(edge_deadlines_t *deadlines, uint64_t now)
{
    size_t i;

    for (i = 0; i < EDGE_WAITS; i++) {
        edge_deadline_t *first = deadlines->heads[i].next;

        if (first != &deadlines->heads[i] && first->due <= now) {
            edge_deadline_clear(first);
            return first;
        }
    }
    return NULL;
}
