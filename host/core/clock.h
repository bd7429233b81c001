/* The two clocks: one that only moves forward, and the time of day. */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds of the monotonic clock. Any thread. */
int64_t core_clock_monotonic(void);
/* Milliseconds since 1970 UTC. Any thread. */
int64_t core_clock_wall(void);
/* The monotonic time `ms` from now, as pthread_cond_clockwait takes it. Any thread. */
struct timespec core_clock_after(int64_t ms);

#endif
