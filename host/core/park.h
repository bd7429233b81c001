/* Parking: how a call sleeps until another thread has done something for it. */
#ifndef CORE_PARK_H
#define CORE_PARK_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>

/* All zero at first. */
typedef struct core_park {
    _Atomic uintptr_t
        state; /* nobody waits, woken already, a thread waits, or the fiber that does */
    sem_t thread;
} core_park_t;

/* Sleeps until wake was called since the last sleep: on a fiber by pausing it, otherwise by
 * blocking the thread. One sleeper at a time. */
void core_park_wait(core_park_t *park);
/* Ends the sleep, or keeps the next one from beginning. Any thread, once for each wait. The sleeper
 * may free the park as soon as this was called. */
void core_park_wake(core_park_t *park);

#endif
