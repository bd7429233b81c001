#include "core/park.h"

#include "core/fiber.h"

#define IDLE ((uintptr_t)0)
#define WOKEN ((uintptr_t)1)
#define THREAD ((uintptr_t)2) /* any other value is a fiber's address */

void core_park_wait(core_park_t *park)
{
    core_fiber_t *fiber = core_fiber_current();
    uintptr_t expected = IDLE;
    if (!fiber)
        sem_init(&park->thread, 0, 0);
    if (atomic_compare_exchange_strong(&park->state, &expected,
                                       fiber ? (uintptr_t)fiber : THREAD)) {
        if (fiber)
            core_fiber_pause();
        else
            while (sem_wait(&park->thread) != 0)
                continue;
    }
    if (!fiber)
        sem_destroy(&park->thread);
    atomic_store(&park->state, IDLE);
}

void core_park_wake(core_park_t *park)
{
    uintptr_t before = atomic_exchange(&park->state, WOKEN);
    if (before == THREAD)
        sem_post(&park->thread);
    else if (before != IDLE && before != WOKEN)
        core_fiber_wake((core_fiber_t *)before);
}
