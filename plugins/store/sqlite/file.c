#include "file.h"

#include "failure.h"
#include "log.h"
#include "texts.h"
#include "upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_OF(macro) TEXT_OF_(macro)
#define TEXT_OF_(macro) #macro
#define HEADER_LENGTH 100U
#define MARK "signet store\n"
/* Up to this size the whole structure is checked at each start; it takes about 0.1 s. */
#define CHECKED_LENGTH (64L * 1024 * 1024)

static signet_text_t path_of(const store_file_t *file)
{
    return signet_text(file->path);
}

static const char *beside(signet_call_t *call, const store_file_t *file, const char *suffix)
{
    signet_text_t name = signet_format(call, "%s%s", file->path, suffix);
    return name.data ? signet_text_string(call, name) : NULL;
}

int32_t store_file_fail(signet_call_t *call, const char *what, const char *path)
{
    int error = errno;
    if (error == ENOSPC)
        return signet_fail(call, SIGNET_FULL, "store.full",
                           "Cannot %s %s: the disk is full. Free space on it.", what, path);
    return signet_fail(call, SIGNET_UNAVAILABLE, "store.file",
                       "Cannot %s %s: %s. Check that the folder exists and belongs to the user "
                       "that runs Signet.",
                       what, path, strerror(error));
}

/* A lock file of its own, because SQLite's locks on the database end when any descriptor of it is
 * closed. It stays behind, and its content says that the database was made once. */
static int32_t take_lock(signet_call_t *call, store_file_t *file, int share)
{
    const char *path = beside(call, file, "-lock");
    if (!path)
        return signet_status(call);
    file->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file->lock < 0)
        return store_file_fail(call, "open the lock file", path);
    if (flock(file->lock, LOCK_EX | LOCK_NB) == 0)
        return SIGNET_OK;
    if (errno != EWOULDBLOCK)
        return store_file_fail(call, "lock", path);
    close(file->lock);
    file->lock = -1;
    if (share) {
        file->read_only = 1;
        return SIGNET_OK;
    }
    return signet_fail(call, SIGNET_UNAVAILABLE, "store.in-use",
                       "The database %s is in use by another process: stop that one, or give this "
                       "one a path of its own.",
                       file->path);
}

static int32_t fail_corrupt(signet_call_t *call, const store_file_t *file, const char *what)
{
    return signet_fail(call, SIGNET_CORRUPT, "store.corrupt",
                       "The database %s %s. It was left as it is: restore it from a backup.",
                       file->path, what);
}

int32_t store_file_sync_folder(signet_call_t *call, const char *path)
{
    const char *slash = strrchr(path, '/');
    signet_text_t folder = {path, slash ? (uint64_t)(slash - path) : 0};
    if (folder.length == 0)
        folder = slash ? SIGNET_TEXT("/") : SIGNET_TEXT(".");
    const char *name = signet_text_string(call, folder);
    if (!name)
        return signet_status(call);
    int descriptor = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return store_file_fail(call, "open the folder", name);
    int failed = fsync(descriptor);
    close(descriptor);
    return failed ? store_file_fail(call, "sync the folder", name) : SIGNET_OK;
}

static int32_t execute(signet_call_t *call, sqlite3 *database, const char *sql, signet_text_t path)
{
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK)
        return SIGNET_OK;
    store_failure_t failure = store_failure(database);
    return store_fail(call, &failure, path);
}

static const char schema[] =
    "PRAGMA page_size=4096;"
    "BEGIN IMMEDIATE;"
    "CREATE TABLE signet_collection(name TEXT PRIMARY KEY NOT NULL, revision INTEGER NOT NULL,"
    " flags INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE signet_field(collection TEXT NOT NULL, name TEXT NOT NULL,"
    " type INTEGER NOT NULL, flags INTEGER NOT NULL, indexed INTEGER NOT NULL,"
    " PRIMARY KEY(collection, name)) WITHOUT ROWID;"
    "PRAGMA application_id=" TEXT_OF(
        STORE_APPLICATION_ID) ";"
                              "PRAGMA user_version=" TEXT_OF(
                                  STORE_SCHEMA_VERSION) ";"
                                                        "COMMIT;"
                                                        "PRAGMA journal_mode=WAL;";

static int32_t write_schema(signet_call_t *call, const char *path)
{
    sqlite3 *database = NULL;
    int32_t status = SIGNET_OK;
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL)) {
        store_failure_t failure = store_failure(database);
        status = store_fail(call, &failure, signet_text(path));
    }
    if (status == SIGNET_OK)
        status = execute(call, database, schema, signet_text(path));
    if (sqlite3_close(database) != SQLITE_OK && status == SIGNET_OK)
        status = signet_fail(call, SIGNET_INTERNAL, "store.file", "Cannot close %s.", path);
    return status;
}

static int32_t sync_file(signet_call_t *call, const char *path)
{
    int descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0)
        return store_file_fail(call, "open", path);
    int failed = fsync(descriptor);
    close(descriptor);
    return failed ? store_file_fail(call, "sync", path) : SIGNET_OK;
}

int32_t store_file_mark(signet_call_t *call, const store_file_t *file)
{
    if (pwrite(file->lock, MARK, sizeof(MARK) - 1, 0) != (ssize_t)(sizeof(MARK) - 1) ||
        fsync(file->lock) != 0)
        return store_file_fail(call, "mark the lock file of", file->path);
    return SIGNET_OK;
}

/* Makes the database under another name and gives it its own only when it is whole. */
static int32_t create(signet_call_t *call, const store_file_t *file)
{
    const char *log = beside(call, file, "-wal");
    const char *fresh = beside(call, file, "-new");
    const char *fresh_log = beside(call, file, "-new-wal");
    const char *fresh_index = beside(call, file, "-new-shm");
    struct stat status;
    if (!log || !fresh || !fresh_log || !fresh_index)
        return signet_status(call);
    if (stat(log, &status) == 0)
        return fail_corrupt(call, file, "is missing, but its write-ahead log is there");
    if (fstat(file->lock, &status) != 0)
        return store_file_fail(call, "examine the lock file of", file->path);
    if (status.st_size > 0)
        return signet_fail(call, SIGNET_CORRUPT, "store.missing",
                           "The database %s is missing, but it was there before: restore it from a "
                           "backup, or remove %s-lock to begin with an empty one.",
                           file->path, file->path);
    /* What an interrupted start left behind was never used. */
    unlink(fresh);
    unlink(fresh_log);
    unlink(fresh_index);
    int descriptor = open(fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0)
        return store_file_fail(call, "create", fresh);
    close(descriptor);
    int32_t result = write_schema(call, fresh);
    if (result == SIGNET_OK)
        result = sync_file(call, fresh);
    if (result == SIGNET_OK && rename(fresh, file->path) != 0)
        result = store_file_fail(call, "name the new database", file->path);
    if (result == SIGNET_OK)
        result = store_file_sync_folder(call, file->path);
    if (result != SIGNET_OK) {
        unlink(fresh);
        return result;
    }
    return store_file_mark(call, file);
}

static uint32_t big_endian(const uint8_t *octets, unsigned count)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < count; i++)
        value = value << 8 | octets[i];
    return value;
}

/* What can be told from the file's first octets, before SQLite opens it. */
static int32_t check_header(signet_call_t *call, const store_file_t *file, off_t *length,
                            uint32_t *version)
{
    uint8_t header[HEADER_LENGTH];
    struct stat log_status;
    struct stat status;
    const char *log = beside(call, file, "-wal");
    if (!log)
        return signet_status(call);
    int descriptor = open(file->path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return store_file_fail(call, "open the database", file->path);
    ssize_t got = pread(descriptor, header, sizeof(header), 0);
    int failed = fstat(descriptor, &status);
    close(descriptor);
    if (got < 0 || failed)
        return store_file_fail(call, "read the database", file->path);
    *length = status.st_size;
    if (got < (ssize_t)sizeof(header))
        return fail_corrupt(call, file, "is truncated");
    if (memcmp(header, "SQLite format 3", 16) != 0)
        return fail_corrupt(call, file, "is not an SQLite database");
    if (big_endian(header + 68, 4) != STORE_APPLICATION_ID)
        return fail_corrupt(call, file, "was not made by Signet");
    /* Ours always have a write-ahead log, for readers and writers alike. */
    if (header[18] != 2 || header[19] != 2)
        return fail_corrupt(call, file, "is damaged");
    *version = big_endian(header + 60, 4);
    if (*version > STORE_SCHEMA_VERSION)
        return signet_fail(call, SIGNET_CORRUPT, "store.newer",
                           "The database %s has schema version %u, this Signet knows up to %d: run "
                           "the version that made it, or a later one.",
                           file->path, *version, STORE_SCHEMA_VERSION);
    if (*version == 0)
        return fail_corrupt(call, file, "has no schema version");
    /* While there is a log, its pages count too, and SQLite judges. */
    int has_log = stat(log, &log_status) == 0 && log_status.st_size > 0;
    uint32_t page = big_endian(header + 16, 2);
    page = page == 1 ? 65536 : page;
    if (!has_log && (off_t)page * big_endian(header + 28, 4) != status.st_size)
        return fail_corrupt(call, file, "is truncated");
    return SIGNET_OK;
}

static int32_t check_structure(signet_call_t *call, const store_file_t *file, off_t length)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    int32_t status = store_file_connect(call, file, !file->read_only, 2048, &database);
    if (status != SIGNET_OK)
        return status;
    const char *sql =
        length <= CHECKED_LENGTH ? "PRAGMA quick_check(1)" : "SELECT 'ok' FROM signet_collection";
    if (file->thorough)
        sql = "PRAGMA integrity_check(1)";
    int code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0) {
        status = fail_corrupt(call, file, "is damaged");
    } else if (code != SQLITE_ROW && code != SQLITE_DONE) {
        store_failure_t failure = store_failure(database);
        status = failure.status == SIGNET_CORRUPT ? fail_corrupt(call, file, "is damaged")
                                                  : store_fail(call, &failure, path_of(file));
    }
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return status;
}

int32_t store_file_lock(signet_call_t *call, signet_text_t path, int share, store_file_t *file)
{
    file->lock = -1;
    file->read_only = 0;
    file->path = strndup(path.data, path.length);
    return file->path ? take_lock(call, file, share) : signet_fail_memory(call);
}

int32_t store_file_open(signet_call_t *call, signet_text_t path, int share, store_file_t *file)
{
    int32_t status = store_file_lock(call, path, share, file);
    if (status != SIGNET_OK)
        return status;
    if (access(file->path, F_OK) != 0) {
        if (errno != ENOENT || file->read_only)
            return store_file_fail(call, "open the database", file->path);
        status = create(call, file);
        if (status != SIGNET_OK)
            return status;
    }
    off_t length = 0;
    uint32_t version = 0;
    /* The owner changes the file while this process looks; it has checked it itself. */
    if (file->read_only)
        return SIGNET_OK;
    status = check_header(call, file, &length, &version);
    if (status == SIGNET_OK)
        status = check_structure(call, file, length);
    return status == SIGNET_OK && version < STORE_SCHEMA_VERSION ? store_upgrade(call, file)
                                                                 : status;
}

void store_file_close(store_file_t *file)
{
    if (file->lock >= 0)
        close(file->lock);
    file->lock = -1;
    free(file->path);
    file->path = NULL;
}

int32_t store_file_connect(signet_call_t *call, const store_file_t *file, int writable,
                           int cache_kib, sqlite3 **database)
{
    /* Readers of the owning process open for writing too, so that any of them can recover the
     * log; query_only keeps them from writing. */
    int flags = (file->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    char pragmas[512];
    int length = snprintf(pragmas, sizeof(pragmas),
                          "PRAGMA synchronous=FULL;PRAGMA wal_autocheckpoint=0;"
                          "PRAGMA cache_size=-%d;PRAGMA mmap_size=0;PRAGMA temp_store=MEMORY;"
                          "PRAGMA foreign_keys=OFF;PRAGMA trusted_schema=OFF;"
                          "PRAGMA cell_size_check=ON;%s",
                          cache_kib, writable ? "" : "PRAGMA query_only=ON;");
    if (length < 0 || (size_t)length >= sizeof(pragmas))
        return signet_fail(call, SIGNET_INTERNAL, "store.file", "The pragmas are too long.");
    int code = sqlite3_open_v2(file->path, database, flags, store_log_layer());
    if (code == SQLITE_OK)
        code = sqlite3_busy_timeout(*database, 5000);
    if (code == SQLITE_OK)
        code = sqlite3_db_config(*database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (code == SQLITE_OK)
        code = store_texts_register(*database);
    if (code == SQLITE_OK)
        code = sqlite3_exec(*database, pragmas, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        return SIGNET_OK;
    store_failure_t failure =
        *database ? store_failure(*database) : (store_failure_t){SIGNET_NO_MEMORY, SQLITE_NOMEM, 0};
    sqlite3_close(*database);
    *database = NULL;
    return store_fail(call, &failure, path_of(file));
}
