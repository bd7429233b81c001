/* Preloaded into signetd: the Nth allocation from now on fails, except those of the dynamic linker:
 * it ends the process by itself where a new thread's local data cannot be had, and nobody can
 * answer for that. N is written into the file that FAIL_AT names, as an int64_t; it counts down to
 * 0, at which the allocation fails. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static _Atomic int64_t *left;
static uintptr_t linker_begin, linker_end;

static int find_linker(struct dl_phdr_info *info, size_t size, void *argument)
{
    (void)size;
    (void)argument;
    if (info->dlpi_name == NULL || strstr(info->dlpi_name, "ld-linux") == NULL) {
        return 0;
    }
    linker_begin = info->dlpi_addr;
    for (int index = 0; index < info->dlpi_phnum; index++) {
        uintptr_t end =
            info->dlpi_addr + info->dlpi_phdr[index].p_vaddr + info->dlpi_phdr[index].p_memsz;
        linker_end = end > linker_end ? end : linker_end;
    }
    return 1;
}

__attribute__((constructor)) static void begin(void)
{
    dl_iterate_phdr(find_linker, NULL);
    const char *path = getenv("FAIL_AT");
    int file = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file >= 0) {
        void *memory = mmap(NULL, sizeof *left, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        left = memory == MAP_FAILED ? NULL : memory;
        close(file);
    }
}

static int fails(const void *caller)
{
    if (left == NULL || ((uintptr_t)caller >= linker_begin && (uintptr_t)caller < linker_end) ||
        atomic_load(left) <= 0 || atomic_fetch_sub(left, 1) != 1) {
        return 0;
    }
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, size);
}
