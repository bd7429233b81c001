/* The wall clock against the steady one: entries carry the time of the wall clock, and certificates
 * live by it, so that a jump of it is an event. */
#ifndef JOURNAL_CLOCK_H
#define JOURNAL_CLOCK_H

#include <signet/call.h>

struct journal;

typedef struct journal_clock {
    int64_t wall;   /* when it was looked at last, in ms; 0: never */
    int64_t steady; /* the same on a clock that nobody sets, and that runs while a machine sleeps */
} journal_clock_t;

/* Looks at the clock. A jump of more than a few seconds since the last look, or at the first look a
 * clock that is behind the last seal, is logged and journaled. By one thread at a time. [worker] */
int32_t journal_clock_look(struct journal *journal, signet_call_t *call);

#endif
