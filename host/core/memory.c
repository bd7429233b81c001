#include "core/memory.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/log.h"

#define MIB ((size_t)1024 * 1024)
#define MOST (16 * MIB) /* some thousands of RSA keys, tens of thousands of others */
#define LEAST MIB
#define BLOCK 32U
/* What holds a key or its encoding is smaller; what is larger are buffers of connections, and
 * wiping those costs more than it gives. */
#define WIPED_MOST 8192U

/* Set once, before there is a second thread. */
static int is_locked;

static void *allocate(size_t length, const char *file, int line)
{
    (void)file;
    (void)line;
    return malloc(length);
}

static void give_back(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    if (!memory)
        return;
    size_t length = malloc_usable_size(memory);
    if (length <= WIPED_MOST)
        explicit_bzero(memory, length);
    free(memory);
}

/* The system's own would leave a copy where it moves the block. */
static void *resize(void *memory, size_t length, const char *file, int line)
{
    if (!memory)
        return malloc(length);
    size_t former = malloc_usable_size(memory);
    if (length <= former && length > former / 2)
        return memory;
    void *moved = malloc(length);
    if (!moved)
        return NULL;
    memcpy(moved, memory, former < length ? former : length);
    give_back(memory, file, line);
    return moved;
}

void core_memory_wipe_freed(void)
{
    CRYPTO_set_mem_functions(allocate, resize, give_back);
}

/* As much as may be locked, leaving half of that to others: modules of tokens lock memory too. */
static size_t size_of_heap(void)
{
    struct rlimit limit;
    size_t size = MOST;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0)
        return LEAST;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_MEMLOCK, &limit);
    while (size > LEAST && limit.rlim_cur != RLIM_INFINITY && size > limit.rlim_cur / 2)
        size /= 2;
    return size;
}

void core_memory_lock(void)
{
    is_locked = CRYPTO_secure_malloc_init(size_of_heap(), BLOCK) == 1;
}

void core_memory_tell(void)
{
    if (!is_locked)
        core_log(SIGNET_LOG_WARNING, "host.memory-not-locked",
                 "The memory that holds keys is not locked, and may reach the swap space: let the "
                 "host lock 2 MiB or more (LimitMEMLOCK, ulimit -l).");
}

void *core_memory_alloc(uint64_t length)
{
    return OPENSSL_secure_zalloc((size_t)length);
}

void core_memory_free(void *memory, uint64_t length)
{
    OPENSSL_secure_clear_free(memory, (size_t)length);
}
