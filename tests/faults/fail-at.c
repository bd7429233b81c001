/* Preloaded into signetd: the Nth allocation from now on fails. N is written into the file that
 * FAIL_AT names, as an int64_t; it counts down to 0, at which the allocation fails. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static _Atomic int64_t *left;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("FAIL_AT");
    int file = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file >= 0) {
        void *memory = mmap(NULL, sizeof *left, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        left = memory == MAP_FAILED ? NULL : memory;
        close(file);
    }
}

static int fails(void)
{
    if (left == NULL || atomic_load(left) <= 0 || atomic_fetch_sub(left, 1) != 1) {
        return 0;
    }
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails() ? NULL : __libc_realloc(memory, size);
}
