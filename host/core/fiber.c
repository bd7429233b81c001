/* The checked longjmp refuses to jump to another stack, which is all that is done here. */
#undef _FORTIFY_SOURCE

#include "core/fiber.h"

#include <setjmp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

/* AddressSanitizer must be told which stack is in use. */
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#define SWITCH_BEGIN(save, bottom, size) __sanitizer_start_switch_fiber(save, bottom, size)
#define SWITCH_END(saved, bottom, size) __sanitizer_finish_switch_fiber(saved, bottom, size)
#else
#define SWITCH_BEGIN(save, bottom, size) ((void)(save), (void)(bottom), (void)(size))
#define SWITCH_END(saved, bottom, size) ((void)(saved), (void)(bottom), (void)(size))
#endif

/* Valgrind must be told where stacks are; outside of it this costs a few instructions a stack. */
#if defined(SIGNET_VALGRIND)
#include <valgrind/valgrind.h>
#define STACK_REGISTER(bottom, top) VALGRIND_STACK_REGISTER(bottom, top)
#define STACK_DEREGISTER(id) VALGRIND_STACK_DEREGISTER(id)
#else
#define STACK_REGISTER(bottom, top) ((void)(bottom), (void)(top), 0U)
#define STACK_DEREGISTER(id) ((void)(id))
#endif

struct core_fiber {
    core_fiber_t *next;
    core_fiber_wake_t wake;
    void *owner;
    ucontext_t first; /* the beginning of its stack, until it has been there */
    int entered;
    jmp_buf here; /* where it goes on */
    jmp_buf back; /* where whoever runs it goes on */
    void (*function)(void *);
    void *argument;
    int ended;
    char *memory; /* a guard page, then the stack */
    size_t size;
    unsigned stack; /* for Valgrind */
    /* Of the thread's own stack, as the sanitizer tells it at the first switch. */
    const void *thread_bottom;
    size_t thread_size;
};

static _Thread_local core_fiber_t *current;

core_fiber_t *core_fiber_current(void)
{
    return current;
}

core_fiber_t **core_fiber_next(core_fiber_t *fiber)
{
    return &fiber->next;
}

void core_fiber_wake(core_fiber_t *fiber)
{
    fiber->wake(fiber, fiber->owner);
}

/* Goes to `to` until somebody comes back to `from`. Unlike swapcontext it leaves the signal mask
 * alone, which is the same for all fibers of a thread, and so needs no system call. */
static void change(jmp_buf *from, jmp_buf *to)
{
    if (_setjmp(*from) == 0)
        _longjmp(*to, 1);
}

/* The first time, there is nothing to come back to yet. */
static void enter(core_fiber_t *fiber)
{
    fiber->entered = 1;
    if (_setjmp(fiber->back) == 0) {
        setcontext(&fiber->first);
        abort();
    }
}

/* From the fiber to the thread that runs it. */
static void leave(core_fiber_t *fiber)
{
    void *fake = NULL;
    SWITCH_BEGIN(&fake, fiber->thread_bottom, fiber->thread_size);
    change(&fiber->here, &fiber->back);
    SWITCH_END(fake, &fiber->thread_bottom, &fiber->thread_size);
}

/* The fiber's own code: one function after the other, never returning. */
static void begin(void)
{
    core_fiber_t *fiber = current;
    SWITCH_END(NULL, &fiber->thread_bottom, &fiber->thread_size);
    for (;;) {
        fiber->function(fiber->argument);
        fiber->ended = 1;
        leave(fiber);
    }
}

/* Lays out the guard page and the first context; 0 where that fails. */
static int lay_out(core_fiber_t *fiber, size_t guard)
{
    if (mprotect(fiber->memory, guard, PROT_NONE) != 0 || getcontext(&fiber->first) != 0)
        return 0;
    fiber->first.uc_stack.ss_sp = fiber->memory + guard;
    fiber->first.uc_stack.ss_size = fiber->size;
    fiber->first.uc_link = NULL;
    makecontext(&fiber->first, begin, 0);
    return 1;
}

core_fiber_t *core_fiber_new(size_t stack, core_fiber_wake_t wake, void *owner)
{
    size_t guard = (size_t)sysconf(_SC_PAGESIZE);
    core_fiber_t *fiber = calloc(1, sizeof *fiber);
    if (!fiber)
        return NULL;
    fiber->size = stack;
    fiber->wake = wake;
    fiber->owner = owner;
    void *memory = mmap(NULL, guard + stack, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) {
        free(fiber);
        return NULL;
    }
    fiber->memory = memory;
    fiber->stack = STACK_REGISTER(fiber->memory + guard, fiber->memory + guard + stack);
    if (!lay_out(fiber, guard)) {
        core_fiber_free(fiber);
        return NULL;
    }
    return fiber;
}

void core_fiber_free(core_fiber_t *fiber)
{
    if (!fiber)
        return;
    STACK_DEREGISTER(fiber->stack);
    munmap(fiber->memory, (size_t)sysconf(_SC_PAGESIZE) + fiber->size);
    free(fiber);
}

int core_fiber_resume(core_fiber_t *fiber)
{
    void *fake = NULL;
    current = fiber;
    SWITCH_BEGIN(&fake, fiber->first.uc_stack.ss_sp, fiber->size);
    if (fiber->entered)
        change(&fiber->back, &fiber->here);
    else
        enter(fiber);
    SWITCH_END(fake, NULL, NULL);
    current = NULL;
    return fiber->ended;
}

int core_fiber_run(core_fiber_t *fiber, void (*function)(void *), void *argument)
{
    fiber->function = function;
    fiber->argument = argument;
    fiber->ended = 0;
    return core_fiber_resume(fiber);
}

void core_fiber_pause(void)
{
    leave(current);
}
