/* An arena: memory that grows in chunks, is zeroed, and ends as a whole, wiped. */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include <stdint.h>

typedef struct core_chunk core_chunk_t;

typedef struct core_arena {
    core_chunk_t *chunks; /* the newest first */
    uint64_t taken;       /* octets of all allocations */
    uint64_t limit;
} core_arena_t;

/* `length` zeroed octets aligned to 16, or NULL when memory or the limit is exhausted. One thread
 * at a time. */
void *core_arena_alloc(core_arena_t *arena, uint64_t length);
/* The same in memory that is locked and left out of dumps, for secrets. */
void *core_arena_alloc_locked(core_arena_t *arena, uint64_t length);
/* Wipes and frees all of it. The arena itself may lie in its own first chunk. */
void core_arena_free(core_arena_t *arena);

#endif
