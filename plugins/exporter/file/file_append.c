/* The file itself: opened, appended to, rotated. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

#define MODE 0640
#define TAIL 65536

static int32_t fail(signet_call_t *call, const file_t *file, const char *what)
{
    int number = errno;
    int32_t status = SIGNET_UNAVAILABLE;
    if (number == ENOSPC || number == EDQUOT || number == EFBIG) {
        status = SIGNET_FULL;
    } else if (number == EACCES || number == EPERM || number == EROFS || number == ELOOP ||
               number == ENOENT || number == ENOTDIR) {
        status = SIGNET_DENIED;
    }
    return signet_fail(call, status, "file.failed",
                       "%s cannot be %s (%s): see to the disk and to whom folder and file belong.",
                       file->path, what, strerror(number));
}

void file_close(file_t *file)
{
    if (file->descriptor >= 0) {
        close(file->descriptor);
    }
    file->descriptor = -1;
}

/* The octets up to the last line feed, from the end backwards. */
static int whole_lines(int descriptor, int64_t length, int64_t *whole)
{
    char piece[TAIL];
    while (length > 0) {
        int64_t from = length > TAIL ? length - TAIL : 0;
        ssize_t got = pread(descriptor, piece, (size_t)(length - from), from);
        if (got != length - from) {
            return -1;
        }
        const char *end = memrchr(piece, '\n', (size_t)got);
        if (end != NULL) {
            *whole = from + (end - piece) + 1;
            return 0;
        }
        length = from;
    }
    *whole = 0;
    return 0;
}

static int is_at_path(const file_t *file)
{
    struct stat ours;
    struct stat there;
    return fstat(file->descriptor, &ours) == 0 && lstat(file->path, &there) == 0 &&
           ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

int32_t file_open(signet_call_t *call, file_t *file)
{
    struct stat state;
    if (file->descriptor >= 0 && is_at_path(file)) {
        return SIGNET_OK;
    }
    file_close(file);
    file->descriptor = open(file->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, MODE);
    if (file->descriptor < 0 || fstat(file->descriptor, &state) != 0) {
        return fail(call, file, "opened");
    }
    if (!S_ISREG(state.st_mode)) {
        file_close(file);
        return signet_fail(call, SIGNET_DENIED, "file.not-regular",
                           "%s is no ordinary file: name another path.", file->path);
    }
    if (whole_lines(file->descriptor, state.st_size, &file->length) != 0) {
        return fail(call, file, "read");
    }
    if (file->length < state.st_size && ftruncate(file->descriptor, file->length) != 0) {
        return fail(call, file, "cut to whole lines");
    }
    return SIGNET_OK;
}

/* Makes a name in a folder last. */
static int sync_folder(const char *path)
{
    char copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", path);
    int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return -1;
    }
    int result = fsync(folder);
    close(folder);
    return result;
}

int32_t file_append(signet_call_t *call, file_t *file, signet_bytes_t lines)
{
    uint64_t done = 0;
    const char *what = "written";
    while (done < lines.length) {
        ssize_t count = write(file->descriptor, lines.data + done, (size_t)(lines.length - done));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            break;
        }
        done += (uint64_t)count;
    }
    if (done == lines.length && file->is_synced) {
        what = "synced";
        int is_new = file->length == 0;
        done = fdatasync(file->descriptor) == 0 && (!is_new || sync_folder(file->path) == 0) ? done
                                                                                             : 0;
    }
    if (done == lines.length) {
        file->length += (int64_t)lines.length;
        return SIGNET_OK;
    }
    int32_t status = fail(call, file, what);
    /* Whatever of it is there comes again. Where it cannot even be cut off, opening does that. */
    if (ftruncate(file->descriptor, file->length) != 0) {
        file_close(file);
    }
    return status;
}

int32_t file_rotate(signet_call_t *call, file_t *file)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    if (!file->is_synced && fdatasync(file->descriptor) != 0) {
        return fail(call, file, "synced");
    }
    for (int64_t number = file->keep - 1; number >= 0; number--) {
        snprintf(to, sizeof to, "%s.%lld", file->path, (long long)number + 1);
        snprintf(from, sizeof from, "%s.%lld", file->path, (long long)number);
        if (rename(number == 0 ? file->path : from, to) != 0 && errno != ENOENT) {
            return fail(call, file, "rotated");
        }
    }
    if (sync_folder(file->path) != 0) {
        return fail(call, file, "rotated");
    }
    file_close(file);
    return file_open(call, file);
}
