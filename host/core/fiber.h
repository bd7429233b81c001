/* Fibers: stacks on which plain sequential work runs, pauses and goes on, all on one thread.
 *
 * A request waits for the disk twice. A thread that blocks for each wait costs two switches by the
 * kernel and, with dozens of them on few cores, more than all signatures; a fiber that pauses costs
 * a fraction of a microsecond. A fiber never moves to another thread, so that what is kept per
 * thread stays what it is. Whoever pauses must not hold a lock: another fiber of the same thread
 * may want it. */
#ifndef CORE_FIBER_H
#define CORE_FIBER_H

#include <stddef.h>

typedef struct core_fiber core_fiber_t;

/* What a fiber is woken with. Called by any thread, once for each pause. */
typedef void (*core_fiber_wake_t)(core_fiber_t *fiber, void *owner);

/* A fiber with a stack of its own, guarded at its end; NULL when out of memory. */
core_fiber_t *core_fiber_new(size_t stack, core_fiber_wake_t wake, void *owner);
/* Frees one that does not run and is not paused. */
void core_fiber_free(core_fiber_t *fiber);
/* Runs `function` on the fiber until it ends (1) or pauses (0). By the thread that owns it, not
 * from within a fiber. */
int core_fiber_run(core_fiber_t *fiber, void (*function)(void *), void *argument);
/* Goes on after a pause, as run. By the same thread. */
int core_fiber_resume(core_fiber_t *fiber);
/* The fiber this code runs on, or NULL on a thread's own stack. */
core_fiber_t *core_fiber_current(void);
/* Goes back to whoever ran or resumed the current fiber. */
void core_fiber_pause(void);
/* Has the owner resume a fiber that pauses or is about to. Any thread. */
void core_fiber_wake(core_fiber_t *fiber);
/* The next in a list of the owner's. */
core_fiber_t **core_fiber_next(core_fiber_t *fiber);

#endif
