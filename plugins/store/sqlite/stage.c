/* Taking a copy in the database's place. The database's lock is held from stage on. Names change
 * in an order in which an interruption leaves either the old database, or none, which a host
 * refuses to begin anew, or the whole new one; taking the copy again carries on. */
#include "backup.h"

#include <errno.h>
#include <fcntl.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAGED "-restoring"
#define PIECE ((size_t)1024 * 1024)

static const char *beside(signet_call_t *call, const char *path, const char *suffix)
{
    signet_text_t name = signet_format(call, "%s%s", path, suffix);
    return name.data ? signet_text_string(call, name) : NULL;
}

static int is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

static int32_t copy_octets(signet_call_t *call, int from, int to, const char *path)
{
    uint8_t *piece = signet_alloc(call, PIECE, 1);
    if (!piece)
        return signet_status(call);
    for (;;) {
        ssize_t got = read(from, piece, PIECE);
        if (got < 0)
            return store_file_fail(call, "read the copy for", path);
        for (ssize_t done = 0, now = 0; done < got; done += now) {
            now = write(to, piece + done, (size_t)(got - done));
            if (now < 0)
                return store_file_fail(call, "write", path);
        }
        if (got == 0)
            return fsync(to) == 0 ? SIGNET_OK : store_file_fail(call, "sync", path);
        int32_t status = call->services->check(call);
        if (status != SIGNET_OK)
            return status;
    }
}

static int32_t bring(signet_call_t *call, signet_text_t path, const char *staged)
{
    const char *source = signet_text_string(call, path);
    const char *const left[] = {staged, beside(call, staged, "-wal"), beside(call, staged, "-shm"),
                                beside(call, staged, "-lock")};
    if (!source || !left[1] || !left[2] || !left[3])
        return signet_status(call);
    /* What an interrupted one left behind. */
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
        unlink(left[i]);
    int from = open(source, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        return store_file_fail(call, "open the copy", source);
    int to = open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    int32_t status =
        to < 0 ? store_file_fail(call, "create", staged) : copy_octets(call, from, to, staged);
    close(from);
    if (to >= 0)
        close(to);
    return status;
}

int32_t store_stage(void *instance, signet_call_t *call, signet_text_t path, uint32_t replace,
                    signet_text_t *staged)
{
    store_t *store = instance;
    store_abandon(store);
    int32_t status = store_file_lock(call, store->path, 0, &store->staged);
    store->is_staged = 1;
    if (status != SIGNET_OK) {
        store_abandon(store);
        return status;
    }
    const char *log = beside(call, store->staged.path, "-wal");
    const char *place = beside(call, store->staged.path, STAGED);
    if (!log || !place) {
        store_abandon(store);
        return signet_status(call);
    }
    if (!replace && (is_there(store->staged.path) || is_there(log)))
        status = signet_fail(call, SIGNET_EXISTS, "store.exists",
                             "There is a database %s already: to put the backup in its place, say "
                             "so.",
                             store->staged.path);
    if (status == SIGNET_OK)
        status = bring(call, path, place);
    if (status == SIGNET_OK)
        *staged = signet_text(place);
    else
        store_abandon(store);
    return status;
}

/* Gives a file a second name, where it is there. */
static int32_t keep(signet_call_t *call, const char *from, const char *to)
{
    return !is_there(from) || link(from, to) == 0 ? SIGNET_OK : store_file_fail(call, "keep", from);
}

/* Keeps what was there under another name, together with its log, and takes it away: the database
 * first, because one without its log would seem whole, and the log before the copy comes, because
 * it would be applied to that. */
static int32_t keep_old(signet_call_t *call, const char *path, signet_text_t *kept)
{
    const char *log = beside(call, path, "-wal");
    const char *index = beside(call, path, "-shm");
    *kept = (signet_text_t){NULL, 0};
    if (!log || !index)
        return signet_status(call);
    if (!is_there(path) && !is_there(log))
        return SIGNET_OK;
    *kept = signet_format(call, "%s-replaced-%lld", path, (long long)signet_now());
    const char *old = kept->data ? signet_text_string(call, *kept) : NULL;
    const char *old_log = old ? beside(call, old, "-wal") : NULL;
    if (!old_log)
        return signet_status(call);
    int32_t status = keep(call, path, old);
    if (status == SIGNET_OK)
        status = keep(call, log, old_log);
    if (status == SIGNET_OK)
        status = store_file_sync_folder(call, path);
    if (status != SIGNET_OK)
        return status;
    unlink(path);
    status = store_file_sync_folder(call, path);
    unlink(log);
    unlink(index);
    return status == SIGNET_OK ? store_file_sync_folder(call, path) : status;
}

int32_t store_adopt(void *instance, signet_call_t *call, signet_text_t *kept)
{
    store_t *store = instance;
    if (!store->is_staged)
        return signet_fail(call, SIGNET_CONFLICT, "store.not-staged",
                           "No copy was staged to take the place of %.*s.",
                           SIGNET_FORMAT(store->path));
    const char *path = store->staged.path;
    const char *staged = beside(call, path, STAGED);
    if (!staged)
        return signet_status(call);
    int32_t status = keep_old(call, path, kept);
    if (status == SIGNET_OK && rename(staged, path) != 0)
        status = store_file_fail(call, "rename", staged);
    if (status == SIGNET_OK)
        status = store_file_sync_folder(call, path);
    if (status == SIGNET_OK)
        status = store_file_mark(call, &store->staged);
    if (status == SIGNET_OK) {
        store_file_close(&store->staged);
        store->is_staged = 0;
    }
    return status;
}

void store_abandon(void *instance)
{
    store_t *store = instance;
    char staged[4096];
    if (!store->is_staged)
        return;
    int length =
        store->staged.path ? snprintf(staged, sizeof(staged), "%s" STAGED, store->staged.path) : 0;
    if (store->staged.lock >= 0 && length > 0 && (size_t)length < sizeof(staged))
        unlink(staged);
    store_file_close(&store->staged);
    store->is_staged = 0;
}
