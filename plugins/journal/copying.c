#include "copying.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <openssl/evp.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((size_t)256 * 1024)
#define OPEN_FOLDERS 16

int32_t journal_fail_file(signet_call_t *call, const char *what, const char *path)
{
    int error = errno;
    int32_t status = SIGNET_UNAVAILABLE;
    const char *reason = "backup.file";
    if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
        status = SIGNET_FULL;
        reason = "backup.full";
    } else if (error == EEXIST) {
        status = SIGNET_EXISTS;
        reason = "backup.exists";
    } else if (error == ENOENT) {
        status = SIGNET_NOT_FOUND;
    } else if (error == EACCES || error == EPERM) {
        status = SIGNET_DENIED;
    }
    return signet_fail(call, status, reason, "Cannot %s %s: %s.", what, path, strerror(error));
}

static int32_t write_piece(signet_call_t *call, int to, const uint8_t *piece, size_t length,
                           const char *path)
{
    while (length > 0) {
        ssize_t done = write(to, piece, length);
        if (done < 0)
            return journal_fail_file(call, "write", path);
        piece += done;
        length -= (size_t)done;
    }
    return SIGNET_OK;
}

/* Reads one file to its end; `to` is -1 where only its digest is wanted. */
static int32_t read_through(signet_call_t *call, int from, const char *from_path, int to,
                            const char *to_path, uint64_t *length, EVP_MD_CTX *digest)
{
    uint8_t *piece = signet_alloc(call, PIECE, 1);
    if (!piece)
        return signet_status(call);
    *length = 0;
    for (;;) {
        ssize_t got = read(from, piece, PIECE);
        if (got < 0)
            return journal_fail_file(call, "read", from_path);
        if (got == 0)
            return SIGNET_OK;
        *length += (uint64_t)got;
        if (EVP_DigestUpdate(digest, piece, (size_t)got) != 1)
            return signet_fail(call, SIGNET_INTERNAL, "journal.digest", "SHA-256 failed.");
        int32_t status = to < 0 ? SIGNET_OK : write_piece(call, to, piece, (size_t)got, to_path);
        if (status == SIGNET_OK)
            status = call->services->check(call);
        if (status != SIGNET_OK)
            return status;
    }
}

/* In a call of its own, whose memory ends with it. */
static int32_t run(signet_call_t *call, int from, const char *from_path, int to,
                   const char *to_path, uint64_t *length, uint8_t digest[JOURNAL_DIGEST])
{
    struct stat about;
    if (fstat(from, &about) != 0)
        return journal_fail_file(call, "examine", from_path);
    if (!S_ISREG(about.st_mode))
        return signet_fail(call, SIGNET_INVALID, "backup.not-regular", "%s is not a regular file.",
                           from_path);
    signet_call_t *child = call->services->child(call);
    EVP_MD_CTX *context = child ? EVP_MD_CTX_new() : NULL;
    int32_t status = SIGNET_NO_MEMORY;
    if (!child)
        return signet_status(call);
    if (!context || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
        status = signet_fail_memory(child);
    else
        status = read_through(child, from, from_path, to, to_path, length, context);
    if (status == SIGNET_OK && EVP_DigestFinal_ex(context, digest, NULL) != 1)
        status = signet_fail(child, SIGNET_INTERNAL, "journal.digest", "SHA-256 failed.");
    EVP_MD_CTX_free(context);
    status = signet_child_end(call, child, status);
    return status;
}

int32_t journal_digest_file(signet_call_t *call, signet_text_t path, uint64_t *length,
                            uint8_t digest[JOURNAL_DIGEST])
{
    const char *name = signet_text_string(call, path);
    if (!name)
        return signet_status(call);
    int file = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (file < 0)
        return journal_fail_file(call, "open", name);
    int32_t status = run(call, file, name, -1, NULL, length, digest);
    close(file);
    return status;
}

int32_t journal_copy_file(signet_call_t *call, signet_text_t from, signet_text_t to, uint32_t mode,
                          uint64_t *length, uint8_t digest[JOURNAL_DIGEST])
{
    const char *source = signet_text_string(call, from);
    const char *target = signet_text_string(call, to);
    if (!source || !target)
        return signet_status(call);
    int in = open(source, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (in < 0)
        return journal_fail_file(call, "open", source);
    int out = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
    int32_t status = out < 0 ? journal_fail_file(call, "create", target)
                             : run(call, in, source, out, target, length, digest);
    if (status == SIGNET_OK && fsync(out) != 0)
        status = journal_fail_file(call, "sync", target);
    close(in);
    if (out >= 0)
        close(out);
    return status;
}

static int compare(const void *a, const void *b)
{
    return signet_text_compare(*(const signet_text_t *)a, *(const signet_text_t *)b);
}

static int32_t list(signet_call_t *call, FTS *walk, size_t prefix, signet_buffer_t *names)
{
    for (;;) {
        errno = 0;
        const FTSENT *entry = fts_read(walk);
        if (!entry)
            return errno ? journal_fail_file(call, "read the folder", walk->fts_path) : SIGNET_OK;
        if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS) {
            errno = entry->fts_errno;
            return journal_fail_file(call, "read", entry->fts_path);
        }
        if (entry->fts_info != FTS_F)
            continue;
        signet_text_t name = signet_text_copy(call, signet_text(entry->fts_path + prefix + 1));
        if (!name.data)
            return signet_status(call);
        signet_buffer_add(names, &name, sizeof(name));
    }
}

int32_t journal_list_folder(signet_call_t *call, const char *folder, signet_text_t **names,
                            uint64_t *count)
{
    char *const paths[] = {(char *)(uintptr_t)folder, NULL};
    signet_buffer_t buffer = signet_buffer(call, 64 * sizeof(signet_text_t));
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!walk)
        return journal_fail_file(call, "read the folder", folder);
    int32_t status = list(call, walk, strlen(folder), &buffer);
    fts_close(walk);
    if (status == SIGNET_OK && buffer.failed)
        status = signet_status(call);
    *names = (signet_text_t *)(void *)buffer.data;
    *count = buffer.length / sizeof(signet_text_t);
    if (status == SIGNET_OK && *count > 0)
        qsort(*names, *count, sizeof(signet_text_t), compare);
    return status;
}

int32_t journal_make_folders(signet_call_t *call, signet_text_t path)
{
    char *name = (char *)(uintptr_t)signet_text_string(call, path);
    if (!name)
        return signet_status(call);
    for (char *at = name + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        if (mkdir(name, 0700) != 0 && errno != EEXIST)
            return journal_fail_file(call, "make the folder", name);
        *at = '/';
    }
    return SIGNET_OK;
}

static int32_t sync_folder(signet_call_t *call, const char *path, int (*sync_it)(int))
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return journal_fail_file(call, "open the folder", path);
    int32_t status =
        sync_it(folder) == 0 ? SIGNET_OK : journal_fail_file(call, "sync the folder", path);
    close(folder);
    return status;
}

int32_t journal_publish_folder(signet_call_t *call, signet_text_t from, signet_text_t to)
{
    const char *source = signet_text_string(call, from);
    const char *target = signet_text_string(call, to);
    const char *slash = target ? strrchr(target, '/') : NULL;
    if (!source || !target)
        return signet_status(call);
    signet_text_t parent = slash && slash != target
                               ? (signet_text_t){target, (uint64_t)(slash - target)}
                               : signet_text(slash ? "/" : ".");
    const char *above = signet_text_string(call, parent);
    if (!above)
        return signet_status(call);
    int32_t status = sync_folder(call, source, syncfs);
    if (status == SIGNET_OK && rename(source, target) != 0)
        status = journal_fail_file(call, "name", target);
    return status == SIGNET_OK ? sync_folder(call, above, fsync) : status;
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *place)
{
    (void)about;
    (void)type;
    (void)place;
    remove(path);
    return 0;
}

void journal_remove_folder(signet_call_t *call, signet_text_t path)
{
    const char *name = signet_text_string(call, path);
    if (name)
        nftw(name, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}
