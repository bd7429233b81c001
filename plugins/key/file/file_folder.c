/* The folder of key files. */
#include "file_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signet/sdk/backend.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".pem"
#define READ_MAX_NAMES 100000U

static int32_t fail_errno(signet_call_t *call, const char *path, const char *what)
{
    int error = errno;
    if (error == ENOSPC || error == EDQUOT) {
        return signet_fail(call, SIGNET_FULL, "key.folder-full", "%s: no space left to %s it", path,
                           what);
    }
    return signet_fail(call, SIGNET_UNAVAILABLE, "key.file-failed", "%s: cannot %s it: %s", path,
                       what, strerror(error));
}

/* Files and folder must belong to root or to us and be closed to everyone else: whoever can write
 * there can take keys away, whoever can read there can guess the passphrase at leisure. */
static int32_t check_closed(signet_call_t *call, const char *path, const struct stat *status,
                            const char *mode)
{
    if (status->st_uid != 0 && status->st_uid != geteuid()) {
        return signet_fail(call, SIGNET_DENIED, "key.file-owner",
                           "%s: belongs to user %u; give it to user %u or to root", path,
                           (unsigned)status->st_uid, (unsigned)geteuid());
    }
    if (status->st_mode & 077) {
        return signet_fail(call, SIGNET_DENIED, "key.file-mode",
                           "%s: mode %04o is open to others; run: chmod %s %s", path,
                           (unsigned)(status->st_mode & 07777), mode, path);
    }
    return SIGNET_OK;
}

int32_t file_folder_prepare(signet_call_t *call, const char *folder)
{
    struct stat status;
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return fail_errno(call, folder, "make");
    }
    if (stat(folder, &status) != 0) {
        return fail_errno(call, folder, "read");
    }
    if (!S_ISDIR(status.st_mode)) {
        return signet_fail(call, SIGNET_INVALID, "key.folder-invalid",
                           "%s: is not a folder; `folder` names the folder of the key files",
                           folder);
    }
    return check_closed(call, folder, &status, "0700");
}

static int compare_names(const void *a, const void *b)
{
    return signet_text_compare(*(const signet_text_t *)a, *(const signet_text_t *)b);
}

static int32_t read_names(signet_call_t *call, const char *folder, DIR *directory,
                          signet_buffer_t *names)
{
    const struct dirent *entry = NULL;
    uint64_t count = 0;
    while (errno = 0, (entry = readdir(directory)) != NULL) {
        signet_text_t name = signet_text(entry->d_name);
        if (!signet_text_ends(name, SUFFIX)) {
            continue;
        }
        name.length -= sizeof(SUFFIX) - 1;
        if (!signet_key_name_valid(name) || ++count > READ_MAX_NAMES) {
            continue;
        }
        signet_text_t copy = signet_text_copy(call, name);
        if (!copy.data) {
            return signet_status(call);
        }
        signet_buffer_add(names, &copy, sizeof(copy));
    }
    return errno ? fail_errno(call, folder, "read") : SIGNET_OK;
}

int32_t file_folder_names(signet_call_t *call, const char *folder, signet_text_t **names,
                          uint64_t *count)
{
    signet_buffer_t buffer = signet_buffer(call, 16 * sizeof(signet_text_t));
    DIR *directory = opendir(folder);
    if (!directory) {
        return fail_errno(call, folder, "read");
    }
    int32_t status = read_names(call, folder, directory, &buffer);
    (void)closedir(directory);
    signet_bytes_t bytes = {0};
    if (status == SIGNET_OK) {
        status = signet_buffer_bytes(&buffer, &bytes);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    *names = (signet_text_t *)(void *)buffer.data;
    *count = bytes.length / sizeof(signet_text_t);
    if (*count) {
        qsort(*names, *count, sizeof(signet_text_t), compare_names);
    }
    return SIGNET_OK;
}

static const char *file_path(signet_call_t *call, const char *folder, signet_text_t name)
{
    return signet_format(call, "%s/%.*s" SUFFIX "%c", folder, SIGNET_FORMAT(name), '\0').data;
}

static int32_t read_all(signet_call_t *call, const char *path, int file, uint64_t size,
                        signet_bytes_t *content)
{
    uint8_t *data = signet_alloc(call, size + 1, 1);
    uint64_t length = 0;
    if (!data) {
        return signet_status(call);
    }
    while (length < size) {
        ssize_t got = read(file, data + length, size - length);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fail_errno(call, path, "read");
        }
        if (got == 0) {
            break;
        }
        length += (uint64_t)got;
    }
    *content = (signet_bytes_t){data, length};
    return SIGNET_OK;
}

int32_t file_folder_read(signet_call_t *call, const char *folder, signet_text_t name,
                         signet_bytes_t *content)
{
    const char *path = file_path(call, folder, name);
    struct stat status;
    if (!path) {
        return signet_status(call);
    }
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file < 0 && errno == ENOENT) {
        return signet_fail(call, SIGNET_NOT_FOUND, "key.not-found",
                           "there is no key \"%.*s\" in the folder %s", SIGNET_FORMAT(name),
                           folder);
    }
    if (file < 0) {
        return fail_errno(call, path, "open");
    }
    int32_t result = SIGNET_OK;
    if (fstat(file, &status) != 0) {
        result = fail_errno(call, path, "read");
    } else if (!S_ISREG(status.st_mode) || status.st_size > FILE_MAX) {
        result = signet_fail(call, SIGNET_CORRUPT, "key.file-invalid",
                             "%s: is not a key file; restore it from the backup", path);
    } else {
        result = check_closed(call, path, &status, "0600");
    }
    if (result == SIGNET_OK) {
        result = read_all(call, path, file, (uint64_t)status.st_size, content);
    }
    (void)close(file);
    return result;
}

static int write_all(int file, signet_bytes_t content)
{
    uint64_t done = 0;
    while (done < content.length) {
        ssize_t wrote = write(file, content.data + done, content.length - done);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            return -1;
        }
        done += (uint64_t)wrote;
    }
    return fsync(file);
}

static int sync_folder(const char *folder)
{
    int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return -1;
    }
    int result = fsync(directory);
    (void)close(directory);
    return result;
}

int32_t file_folder_absent(signet_call_t *call, const char *folder, signet_text_t name)
{
    const char *path = file_path(call, folder, name);
    struct stat status;
    if (!path) {
        return signet_status(call);
    }
    if (lstat(path, &status) == 0) {
        return signet_fail_field(call, SIGNET_EXISTS, "key.exists", "name",
                                 "the key \"%.*s\" exists already; keys are never replaced",
                                 SIGNET_FORMAT(name));
    }
    return errno == ENOENT ? SIGNET_OK : fail_errno(call, path, "read");
}

/* Gives the finished temporary file its name. link fails where the name is taken, which rename
 * would not. */
static int32_t publish(signet_call_t *call, const char *folder, signet_text_t name,
                       const char *temporary, const char *path)
{
    if (link(temporary, path) != 0) {
        return errno == EEXIST ? file_folder_absent(call, folder, name)
                               : fail_errno(call, path, "write");
    }
    return sync_folder(folder) == 0 ? SIGNET_OK : fail_errno(call, path, "sync");
}

int32_t file_folder_write(signet_call_t *call, const char *folder, signet_text_t name,
                          signet_bytes_t content)
{
    const char *path = file_path(call, folder, name);
    signet_text_t text = signet_format(call, "%s/.new-XXXXXX%c", folder, '\0');
    char *temporary = (char *)signet_bytes_copy(call, signet_text_bytes(text)).data;
    if (!path || !temporary) {
        return signet_status(call);
    }
    int file = mkostemp(temporary, O_CLOEXEC);
    if (file < 0) {
        return fail_errno(call, folder, "write into");
    }
    int written = write_all(file, content);
    int32_t status = written == 0 ? SIGNET_OK : fail_errno(call, temporary, "write");
    (void)close(file);
    if (status == SIGNET_OK) {
        status = publish(call, folder, name, temporary, path);
    }
    (void)unlink(temporary);
    return status;
}

/* Overwrites a file's octets. Whoever keeps copies (a file system, a backup) keeps them still, but
 * encrypted. */
static int overwrite(const char *path)
{
    static const uint8_t zeros[FILE_MAX];
    struct stat status;
    int file = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return -1;
    }
    int done = fstat(file, &status);
    if (done == 0 && status.st_size > 0) {
        uint64_t length = (uint64_t)status.st_size < FILE_MAX ? (uint64_t)status.st_size : FILE_MAX;
        done = write_all(file, (signet_bytes_t){zeros, length});
    }
    (void)close(file);
    return done;
}

/* Overwrites and removes what `doomed` names. */
static int32_t erase(signet_call_t *call, const char *folder, const char *doomed)
{
    if (overwrite(doomed) != 0) {
        return fail_errno(call, doomed, "overwrite");
    }
    if (unlink(doomed) != 0) {
        return fail_errno(call, doomed, "remove");
    }
    return sync_folder(folder) == 0 ? SIGNET_OK : fail_errno(call, folder, "sync");
}

int32_t file_folder_destroy(signet_call_t *call, const char *folder, signet_text_t name)
{
    struct stat status;
    const char *path = file_path(call, folder, name);
    const char *doomed =
        signet_format(call, "%s/.destroying-%.*s%c", folder, SIGNET_FORMAT(name), '\0').data;
    if (!path || !doomed) {
        return signet_status(call);
    }
    /* What an interrupted call left goes first: the rename would put another file in its place. */
    int left = lstat(doomed, &status) == 0;
    int32_t result = left ? erase(call, folder, doomed) : SIGNET_OK;
    if (result != SIGNET_OK) {
        return result;
    }
    /* A file that is no key any more, but has a key's name, would keep a host from starting. */
    if (rename(path, doomed) != 0) {
        if (errno != ENOENT) {
            return fail_errno(call, path, "rename");
        }
        return left ? SIGNET_OK
                    : signet_fail(call, SIGNET_NOT_FOUND, "key.not-found",
                                  "there is no key \"%.*s\" in the folder %s", SIGNET_FORMAT(name),
                                  folder);
    }
    if (sync_folder(folder) != 0) {
        return fail_errno(call, folder, "sync");
    }
    return erase(call, folder, doomed);
}
