#include "log.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LAYER_NAME "signet-log"
/* SQLite's own layer takes less than 128 KiB at a time. */
#define GATHERED 65536

/* The system's file follows this head in the memory that SQLite gives. */
typedef struct log_file {
    sqlite3_file base;
    sqlite3_file *below;
    uint8_t *gathered; /* NULL until the first write: most connections only read */
    int length;
    sqlite3_int64 offset; /* where `gathered` belongs in the file */
} log_file_t;

static sqlite3_vfs layer;
static sqlite3_vfs *below;
static int registered;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static log_file_t *log_of(sqlite3_file *file)
{
    return (log_file_t *)(void *)file;
}

/* Writes what is gathered. After a failure it is dropped: SQLite undoes the commit and writes its
 * next one to the same place. */
static int write_gathered(log_file_t *log)
{
    int length = log->length;
    log->length = 0;
    return length ? log->below->pMethods->xWrite(log->below, log->gathered, length, log->offset)
                  : SQLITE_OK;
}

static int log_write(sqlite3_file *file, const void *data, int length, sqlite3_int64 offset)
{
    log_file_t *log = log_of(file);
    int code = SQLITE_OK;
    if (!log->gathered)
        log->gathered = malloc(GATHERED);
    if (offset != log->offset + log->length || length > GATHERED - log->length)
        code = write_gathered(log);
    if (code != SQLITE_OK)
        return code;
    if (!log->gathered || length > GATHERED)
        return log->below->pMethods->xWrite(log->below, data, length, offset);
    if (log->length == 0)
        log->offset = offset;
    memcpy(log->gathered + log->length, data, (size_t)length);
    log->length += length;
    return SQLITE_OK;
}

static int log_sync(sqlite3_file *file, int flags)
{
    log_file_t *log = log_of(file);
    int code = write_gathered(log);
    return code == SQLITE_OK ? log->below->pMethods->xSync(log->below, flags) : code;
}

static int log_read(sqlite3_file *file, void *data, int length, sqlite3_int64 offset)
{
    log_file_t *log = log_of(file);
    int code = write_gathered(log);
    return code == SQLITE_OK ? log->below->pMethods->xRead(log->below, data, length, offset) : code;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    log_file_t *log = log_of(file);
    int code = write_gathered(log);
    return code == SQLITE_OK ? log->below->pMethods->xTruncate(log->below, size) : code;
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size)
{
    log_file_t *log = log_of(file);
    int code = write_gathered(log);
    return code == SQLITE_OK ? log->below->pMethods->xFileSize(log->below, size) : code;
}

static int log_close(sqlite3_file *file)
{
    log_file_t *log = log_of(file);
    int code = write_gathered(log);
    int closed = log->below->pMethods->xClose(log->below);
    free(log->gathered);
    log->gathered = NULL;
    return code == SQLITE_OK ? closed : code;
}

static int log_lock(sqlite3_file *file, int lock)
{
    return log_of(file)->below->pMethods->xLock(log_of(file)->below, lock);
}

static int log_unlock(sqlite3_file *file, int lock)
{
    return log_of(file)->below->pMethods->xUnlock(log_of(file)->below, lock);
}

static int log_reserved(sqlite3_file *file, int *result)
{
    return log_of(file)->below->pMethods->xCheckReservedLock(log_of(file)->below, result);
}

static int log_control(sqlite3_file *file, int operation, void *argument)
{
    return log_of(file)->below->pMethods->xFileControl(log_of(file)->below, operation, argument);
}

static int log_sector(sqlite3_file *file)
{
    return log_of(file)->below->pMethods->xSectorSize(log_of(file)->below);
}

static int log_characteristics(sqlite3_file *file)
{
    return log_of(file)->below->pMethods->xDeviceCharacteristics(log_of(file)->below);
}

/* A log is neither mapped nor shared memory: the first version of the methods does. */
static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_reserved,
    .xFileControl = log_control,
    .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_characteristics,
};

static int layer_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                      int *result)
{
    (void)vfs;
    if (!(flags & SQLITE_OPEN_WAL))
        return below->xOpen(below, name, file, flags, result);
    log_file_t *log = log_of(file);
    memset(log, 0, sizeof(*log));
    log->below = (sqlite3_file *)(void *)(log + 1);
    int code = below->xOpen(below, name, log->below, flags, result);
    log->base.pMethods = log->below->pMethods ? &methods : NULL;
    return code;
}

static void register_layer(void)
{
    below = sqlite3_vfs_find(NULL);
    if (!below)
        return;
    layer = *below;
    layer.zName = LAYER_NAME;
    layer.szOsFile = (int)sizeof(log_file_t) + below->szOsFile;
    layer.xOpen = layer_open;
    registered = sqlite3_vfs_register(&layer, 0) == SQLITE_OK;
}

const char *store_log_layer(void)
{
    pthread_once(&once, register_layer);
    return registered ? LAYER_NAME : NULL;
}
