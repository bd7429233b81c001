#include "fault.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static sqlite3_vfs layer;
static sqlite3_vfs *below;
static atomic_int writes;
static atomic_int full_at;
static atomic_int sync_fails;

/* The file below follows this head in the memory that SQLite gives. */
typedef struct file {
    sqlite3_file base;
    sqlite3_file *below;
} file_t;

static sqlite3_file *under(sqlite3_file *file)
{
    return ((file_t *)(void *)file)->below;
}

static int file_write(sqlite3_file *file, const void *data, int length, sqlite3_int64 offset)
{
    int number = atomic_fetch_add(&writes, 1) + 1;
    int limit = atomic_load(&full_at);
    if (limit && number >= limit)
        return SQLITE_FULL;
    return under(file)->pMethods->xWrite(under(file), data, length, offset);
}

static int file_sync(sqlite3_file *file, int flags)
{
    if (atomic_exchange(&sync_fails, 0))
        return SQLITE_IOERR_FSYNC;
    return under(file)->pMethods->xSync(under(file), flags);
}

static int file_close(sqlite3_file *file)
{
    return under(file)->pMethods->xClose(under(file));
}
static int file_read(sqlite3_file *file, void *data, int length, sqlite3_int64 offset)
{
    return under(file)->pMethods->xRead(under(file), data, length, offset);
}
static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return under(file)->pMethods->xTruncate(under(file), size);
}
static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return under(file)->pMethods->xFileSize(under(file), size);
}
static int file_lock(sqlite3_file *file, int lock)
{
    return under(file)->pMethods->xLock(under(file), lock);
}
static int file_unlock(sqlite3_file *file, int lock)
{
    return under(file)->pMethods->xUnlock(under(file), lock);
}
static int file_reserved(sqlite3_file *file, int *result)
{
    return under(file)->pMethods->xCheckReservedLock(under(file), result);
}
static int file_control(sqlite3_file *file, int operation, void *argument)
{
    return under(file)->pMethods->xFileControl(under(file), operation, argument);
}
static int file_sector(sqlite3_file *file)
{
    return under(file)->pMethods->xSectorSize(under(file));
}
static int file_characteristics(sqlite3_file *file)
{
    return under(file)->pMethods->xDeviceCharacteristics(under(file));
}
static int file_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
    return under(file)->pMethods->xShmMap(under(file), page, size, extend, memory);
}
static int file_shared_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return under(file)->pMethods->xShmLock(under(file), offset, count, flags);
}
static void file_barrier(sqlite3_file *file)
{
    under(file)->pMethods->xShmBarrier(under(file));
}
static int file_unmap(sqlite3_file *file, int erase)
{
    return under(file)->pMethods->xShmUnmap(under(file), erase);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_map,
    .xShmLock = file_shared_lock,
    .xShmBarrier = file_barrier,
    .xShmUnmap = file_unmap,
};

static int layer_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                      int *result)
{
    file_t *own = (file_t *)(void *)file;
    (void)vfs;
    own->below = (sqlite3_file *)(void *)(own + 1);
    int code = below->xOpen(below, name, own->below, flags, result);
    own->base.pMethods = own->below->pMethods ? &methods : NULL;
    return code;
}

void fault_install(void)
{
    below = sqlite3_vfs_find(NULL);
    if (!below || below == &layer)
        return;
    layer = *below;
    layer.zName = "fault";
    layer.szOsFile = (int)sizeof(file_t) + below->szOsFile;
    layer.xOpen = layer_open;
    if (sqlite3_vfs_register(&layer, 1) != SQLITE_OK)
        abort();
}

void fault_full_at(int nth)
{
    atomic_store(&writes, 0);
    atomic_store(&full_at, nth);
}

int fault_writes(void)
{
    return atomic_load(&writes);
}

void fault_sync(void)
{
    atomic_store(&sync_fails, 1);
}
