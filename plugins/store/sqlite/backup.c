#include "backup.h"

#include "failure.h"

#include <errno.h>
#include <fcntl.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CACHE_KIB 2048
/* So many pages are copied at a time (16 MiB), before the call is asked whether to go on. */
#define STEP_PAGES 4096

static int32_t fail_source(const store_t *store, signet_call_t *call, sqlite3 *database)
{
    store_failure_t failure = store_failure(database);
    return store_fail(call, &failure, store->path);
}

/* Begins a read of all there is at this moment. What is committed later is not seen. */
static int32_t begin_read(const store_t *store, signet_call_t *call, sqlite3 *source)
{
    const char *sql = "BEGIN; SELECT count(*) FROM signet_collection;";
    return sqlite3_exec(source, sql, NULL, NULL, NULL) == SQLITE_OK
               ? SIGNET_OK
               : fail_source(store, call, source);
}

/* Connects to the database as whoever may: beside a host, or in its place where none runs. */
static int32_t open_source(const store_t *store, signet_call_t *call, sqlite3 **source)
{
    store_file_t file = {.lock = -1};
    int32_t status = store_file_lock(call, store->path, 1, &file);
    if (status == SIGNET_OK && access(file.path, F_OK) != 0)
        status =
            errno == ENOENT
                ? signet_fail(call, SIGNET_NOT_FOUND, "store.missing",
                              "There is no database %s yet: there is nothing to copy.", file.path)
                : store_file_fail(call, "open the database", file.path);
    if (status == SIGNET_OK)
        status = store_file_connect(call, &file, 0, CACHE_KIB, source);
    if (status == SIGNET_OK)
        status = begin_read(store, call, *source);
    /* From here on a host may start: what is read stays as it is. */
    store_file_close(&file);
    return status;
}

static int32_t run_copy(const store_t *store, signet_call_t *call, sqlite3 *source, sqlite3 *target,
                        signet_text_t path)
{
    sqlite3_backup *backup = sqlite3_backup_init(target, "main", source, "main");
    int32_t status = SIGNET_OK;
    int code = backup ? SQLITE_OK : sqlite3_errcode(target);
    while (backup && code == SQLITE_OK && status == SIGNET_OK) {
        code = sqlite3_backup_step(backup, STEP_PAGES);
        if (code == SQLITE_OK)
            status = call->services->check(call);
    }
    if (backup)
        sqlite3_backup_finish(backup);
    if (status != SIGNET_OK || code == SQLITE_DONE)
        return status;
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        return fail_source(store, call, source);
    store_failure_t failure = store_failure(target);
    return store_fail(call, &failure, path);
}

/* The new file is synced once, at the end; before that nobody relies on it. */
static int32_t write_target(const store_t *store, signet_call_t *call, sqlite3 *source,
                            const char *path)
{
    sqlite3 *target = NULL;
    int32_t status = SIGNET_OK;
    if (sqlite3_open_v2(path, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ||
        sqlite3_exec(target, "PRAGMA journal_mode=OFF;PRAGMA synchronous=OFF", NULL, NULL, NULL)) {
        store_failure_t failure = store_failure(target);
        status = store_fail(call, &failure, signet_text(path));
    }
    if (status == SIGNET_OK)
        status = run_copy(store, call, source, target, signet_text(path));
    if (sqlite3_close(target) != SQLITE_OK && status == SIGNET_OK)
        status = signet_fail(call, SIGNET_INTERNAL, "store.file", "Cannot close %s.", path);
    return status;
}

static int32_t copy(void *instance, signet_call_t *call, signet_text_t path)
{
    const store_t *store = instance;
    sqlite3 *source = NULL;
    const char *name = signet_text_string(call, path);
    if (!name)
        return signet_status(call);
    int file = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0 && errno == EEXIST)
        return signet_fail(call, SIGNET_EXISTS, "store.exists",
                           "%s is there already: name a new file.", name);
    if (file < 0)
        return store_file_fail(call, "create", name);
    int32_t status = open_source(store, call, &source);
    if (status == SIGNET_OK)
        status = write_target(store, call, source, name);
    if (status == SIGNET_OK && fsync(file) != 0)
        status = store_file_fail(call, "sync", name);
    sqlite3_close(source);
    close(file);
    if (status != SIGNET_OK)
        unlink(name);
    return status;
}

static void close_copy(void *instance, void *opened)
{
    store_t *made = opened;
    char lock[4096];
    (void)instance;
    if (!made)
        return;
    int length = snprintf(lock, sizeof(lock), "%s-lock", made->own_path);
    store_stop(made, NULL);
    store_close(made);
    /* It only kept others away while the copy was looked through. */
    if (length > 0 && (size_t)length < sizeof(lock))
        unlink(lock);
}

static int32_t open_copy(void *instance, signet_call_t *call, signet_text_t path, void **opened)
{
    const store_t *store = instance;
    store_t *made = NULL;
    const char *name = signet_text_string(call, path);
    if (!name)
        return signet_status(call);
    if (access(name, R_OK | W_OK) != 0)
        return store_file_fail(call, "open the copy", name);
    int32_t status = store_new(store->host, call, path, &made);
    if (status != SIGNET_OK || !made)
        return status;
    made->file.thorough = 1;
    status = store_begin(made, call, 0);
    if (status == SIGNET_OK)
        *opened = made;
    else
        close_copy(instance, made);
    return status;
}

static int32_t beside(void *instance, signet_call_t *call, signet_text_t name, signet_text_t *path)
{
    const store_t *store = instance;
    *path = signet_format(call, "%.*s-%.*s", SIGNET_FORMAT(store->path), SIGNET_FORMAT(name));
    return path->data ? SIGNET_OK : signet_status(call);
}

const signet_backup_interface_t store_backup = {
    .size = sizeof(signet_backup_interface_t),
    .copy = copy,
    .open_copy = open_copy,
    .close_copy = close_copy,
    .stage = store_stage,
    .adopt = store_adopt,
    .abandon = store_abandon,
    .beside = beside,
};
