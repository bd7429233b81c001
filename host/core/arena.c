/* Chunks of the ordinary size are kept in a small cache for each thread, since calls come and go
 * thousands of times a second. A chunk in the cache is all zero: it was wiped when it was used. */
#include "core/arena.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
/* Between two allocations lie octets that nobody may touch. */
#define ARENA_GAP 16U
#define ARENA_CLOSE(data, length) ASAN_POISON_MEMORY_REGION(data, length)
#define ARENA_OPEN(data, length) ASAN_UNPOISON_MEMORY_REGION(data, length)
#else
#define ARENA_GAP 0U
#define ARENA_CLOSE(data, length) ((void)(data))
#define ARENA_OPEN(data, length) ((void)(data))
#endif

#define CHUNK_CAPACITY (32U * 1024U - 64U) /* of an ordinary chunk, beside its head */
/* Calls end in groups, as commits do: a thread that serves many clients frees tens at once and
 * takes as many soon after. */
#define CACHE_CHUNKS 32U

struct core_chunk {
    core_chunk_t *next;
    uint64_t capacity;
    uint64_t used;
    uint64_t locked; /* 1: it lies in locked memory */
    _Alignas(16) unsigned char data[];
};

typedef struct chunk_cache {
    core_chunk_t *chunks;
    unsigned count;
    int registered;
} chunk_cache_t;

static _Thread_local chunk_cache_t thread_cache;
static pthread_key_t cache_key;
static pthread_once_t cache_once = PTHREAD_ONCE_INIT;
static int cache_usable;

static void empty_cache(void *cache_pointer)
{
    chunk_cache_t *cache = cache_pointer;
    while (cache->chunks) {
        core_chunk_t *chunk = cache->chunks;
        cache->chunks = chunk->next;
        free(chunk);
    }
    cache->count = 0;
    cache->registered = 0;
}

static void make_cache_key(void)
{
    cache_usable = pthread_key_create(&cache_key, empty_cache) == 0;
}

/* Has the cache emptied when its thread ends; 0 where that cannot be arranged. */
static int register_cache(chunk_cache_t *cache)
{
    if (!cache->registered) {
        pthread_once(&cache_once, make_cache_key);
        cache->registered = cache_usable && pthread_setspecific(cache_key, cache) == 0;
    }
    return cache->registered;
}

static core_chunk_t *take_chunk(uint64_t capacity)
{
    chunk_cache_t *cache = &thread_cache;
    core_chunk_t *chunk = cache->chunks;
    if (capacity == CHUNK_CAPACITY && chunk) {
        cache->chunks = chunk->next;
        cache->count--;
        return chunk;
    }
    if (capacity > SIZE_MAX - sizeof(core_chunk_t))
        return NULL;
    chunk = calloc(1, sizeof(core_chunk_t) + (size_t)capacity);
    if (chunk)
        chunk->capacity = capacity;
    return chunk;
}

static void give_chunk(core_chunk_t *chunk)
{
    chunk_cache_t *cache = &thread_cache;
    if (chunk->locked) {
        core_memory_free(chunk, sizeof *chunk + chunk->capacity);
        return;
    }
    ARENA_OPEN(chunk->data, chunk->capacity);
    explicit_bzero(chunk->data, chunk->used);
    chunk->used = 0;
    if (chunk->capacity != CHUNK_CAPACITY || cache->count == CACHE_CHUNKS ||
        !register_cache(cache)) {
        free(chunk);
        return;
    }
    chunk->next = cache->chunks;
    cache->chunks = chunk;
    cache->count++;
}

static void add_first(core_arena_t *arena, core_chunk_t *chunk)
{
    chunk->next = arena->chunks;
    arena->chunks = chunk;
}

/* A chunk made for one allocation is full at once: the one before stays in use. */
static void add_full(core_arena_t *arena, core_chunk_t *chunk)
{
    if (!arena->chunks) {
        add_first(arena, chunk);
        return;
    }
    chunk->next = arena->chunks->next;
    arena->chunks->next = chunk;
}

void *core_arena_alloc_locked(core_arena_t *arena, uint64_t length)
{
    if (length > arena->limit - arena->taken)
        return NULL;
    core_chunk_t *chunk = core_memory_alloc(sizeof *chunk + length);
    if (!chunk)
        return NULL;
    chunk->capacity = length;
    chunk->used = length;
    chunk->locked = 1;
    arena->taken += length;
    add_full(arena, chunk);
    return chunk->data;
}

void *core_arena_alloc(core_arena_t *arena, uint64_t length)
{
    if (length > arena->limit)
        return NULL;
    uint64_t rounded = ((length ? length : 1) + 15) / 16 * 16 + ARENA_GAP;
    if (rounded > arena->limit - arena->taken)
        return NULL;
    core_chunk_t *chunk = arena->chunks;
    if (!chunk || chunk->capacity - chunk->used < rounded) {
        uint64_t capacity = rounded > CHUNK_CAPACITY ? rounded : CHUNK_CAPACITY;
        chunk = take_chunk(capacity);
        if (!chunk)
            return NULL;
        ARENA_CLOSE(chunk->data, chunk->capacity);
        if (capacity > CHUNK_CAPACITY)
            add_full(arena, chunk);
        else
            add_first(arena, chunk);
    }
    void *data = chunk->data + chunk->used;
    chunk->used += rounded;
    arena->taken += rounded;
    ARENA_OPEN(data, length);
    return data;
}

void core_arena_free(core_arena_t *arena)
{
    core_chunk_t *chunk = arena->chunks;
    while (chunk) {
        core_chunk_t *next = chunk->next;
        give_chunk(chunk);
        chunk = next;
    }
}
