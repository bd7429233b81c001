/* Preloaded into signetd: the disk is full. From the Nth write to a regular file on every one fails
 * with ENOSPC, and so does making files, until there is room again. With SYNC a sync fails once
 * with EIO. Both are int64_t in the file that FULL_CONTROL names: how many writes still succeed
 * (-1: all), and how many syncs until the one that fails (0: none). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

typedef struct control {
    _Atomic int64_t left;
    _Atomic int64_t sync;
} control_t;

static control_t *control;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("FULL_CONTROL");
    int file = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file >= 0) {
        void *memory = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        control = memory == MAP_FAILED ? NULL : memory;
        close(file);
    }
}

/* Whether there is no room for one more write. */
static int is_full(void)
{
    if (control == NULL) {
        return 0;
    }
    int64_t left = atomic_load(&control->left);
    while (left > 0 && !atomic_compare_exchange_weak(&control->left, &left, left - 1)) {
        continue;
    }
    if (left != 0) {
        return 0;
    }
    errno = ENOSPC;
    return 1;
}

static int is_regular(int descriptor)
{
    struct stat about;
    return fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode);
}

static int sync_fails(void)
{
    if (control == NULL) {
        return 0;
    }
    int64_t left = atomic_load(&control->sync);
    while (left > 0 && !atomic_compare_exchange_weak(&control->sync, &left, left - 1)) {
        continue;
    }
    if (left != 1) {
        return 0;
    }
    errno = EIO;
    return 1;
}

#define NEXT(type, name)                                                                           \
    static type next;                                                                              \
    if (next == NULL) {                                                                            \
        next = (type)dlsym(RTLD_NEXT, name);                                                       \
    }

typedef ssize_t (*write_t)(int, const void *, size_t);
typedef ssize_t (*writev_t)(int, const struct iovec *, int);
typedef ssize_t (*pwrite_t)(int, const void *, size_t, off_t);
typedef int (*sync_t)(int);
typedef int (*truncate_t)(int, off_t);
typedef int (*fallocate_t)(int, off_t, off_t);

ssize_t write(int descriptor, const void *data, size_t length)
{
    NEXT(write_t, "write")
    return is_regular(descriptor) && is_full() ? -1 : next(descriptor, data, length);
}

ssize_t writev(int descriptor, const struct iovec *parts, int number)
{
    NEXT(writev_t, "writev")
    return is_regular(descriptor) && is_full() ? -1 : next(descriptor, parts, number);
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset)
{
    NEXT(pwrite_t, "pwrite")
    return is_regular(descriptor) && is_full() ? -1 : next(descriptor, data, length, offset);
}

ssize_t pwrite64(int descriptor, const void *data, size_t length, off_t offset)
{
    NEXT(pwrite_t, "pwrite64")
    return is_regular(descriptor) && is_full() ? -1 : next(descriptor, data, length, offset);
}

int ftruncate64(int descriptor, off_t length)
{
    struct stat about;
    NEXT(truncate_t, "ftruncate64")
    /* A file may always become shorter. */
    if (fstat(descriptor, &about) == 0 && length > about.st_size && is_full()) {
        return -1;
    }
    return next(descriptor, length);
}

int posix_fallocate(int descriptor, off_t offset, off_t length)
{
    NEXT(fallocate_t, "posix_fallocate")
    return is_full() ? ENOSPC : next(descriptor, offset, length);
}

int fsync(int descriptor)
{
    NEXT(sync_t, "fsync")
    return sync_fails() ? -1 : next(descriptor);
}

int fdatasync(int descriptor)
{
    NEXT(sync_t, "fdatasync")
    return sync_fails() ? -1 : next(descriptor);
}
