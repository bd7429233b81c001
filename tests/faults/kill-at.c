/* Preloaded into signetd: kills it at the Nth write, sync or change of a name of the whole process,
 * counted over all threads. KILL_AT=N; KILL_AT=0 counts alone and leaves the number in the file
 * KILL_COUNT names. KILL_LEFT names a file with the number of calls that are left, which its owner
 * may set at any time; 0: none is counted. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long count;
static long kill_at = -1;
static atomic_long *shared;
static atomic_long *left;

static atomic_long *map(const char *file)
{
    int descriptor = open(file, O_RDWR | O_CREAT, 0600);
    if (descriptor < 0 || ftruncate(descriptor, sizeof(atomic_long)) != 0) {
        return NULL;
    }
    void *memory =
        mmap(NULL, sizeof(atomic_long), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* The trial load of plugins runs in a child of the same program; only the daemon counts. */
__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("KILL_AT");
    const char *file = getenv("KILL_COUNT");
    if (at != NULL) {
        kill_at = strtol(at, NULL, 10);
        unsetenv("KILL_AT");
    }
    if (file != NULL && kill_at == 0) {
        shared = map(file);
    }
    const char *counter = getenv("KILL_LEFT");
    if (counter != NULL) {
        left = map(counter);
        unsetenv("KILL_LEFT");
    }
}

static void step(void)
{
    long now = atomic_fetch_add(&count, 1) + 1;
    if (shared != NULL) {
        atomic_store(shared, now);
    }
    if (kill_at > 0 && now == kill_at) {
        kill(getpid(), SIGKILL);
    }
    if (left != NULL && atomic_load(left) > 0 && atomic_fetch_sub(left, 1) == 1) {
        kill(getpid(), SIGKILL);
    }
}

#define NEXT(type, name)                                                                           \
    static type next;                                                                              \
    if (next == NULL) {                                                                            \
        next = (type)dlsym(RTLD_NEXT, name);                                                       \
    }                                                                                              \
    step()

typedef ssize_t (*write_t)(int, const void *, size_t);
typedef ssize_t (*writev_t)(int, const struct iovec *, int);
typedef ssize_t (*pwrite_t)(int, const void *, size_t, off_t);
typedef int (*sync_t)(int);
typedef int (*rename_t)(const char *, const char *);
typedef int (*unlink_t)(const char *);

ssize_t write(int descriptor, const void *data, size_t length)
{
    NEXT(write_t, "write");
    return next(descriptor, data, length);
}

ssize_t writev(int descriptor, const struct iovec *parts, int number)
{
    NEXT(writev_t, "writev");
    return next(descriptor, parts, number);
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset)
{
    NEXT(pwrite_t, "pwrite");
    return next(descriptor, data, length, offset);
}

ssize_t pwrite64(int descriptor, const void *data, size_t length, off_t offset)
{
    NEXT(pwrite_t, "pwrite64");
    return next(descriptor, data, length, offset);
}

int fsync(int descriptor)
{
    NEXT(sync_t, "fsync");
    return next(descriptor);
}

int fdatasync(int descriptor)
{
    NEXT(sync_t, "fdatasync");
    return next(descriptor);
}

int rename(const char *from, const char *to)
{
    NEXT(rename_t, "rename");
    return next(from, to);
}

int link(const char *from, const char *to)
{
    NEXT(rename_t, "link");
    return next(from, to);
}

int unlink(const char *path)
{
    NEXT(unlink_t, "unlink");
    return next(path);
}

int syncfs(int descriptor)
{
    NEXT(sync_t, "syncfs");
    return next(descriptor);
}
