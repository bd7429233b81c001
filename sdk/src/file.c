/* Whole files, read and atomically replaced. */
#include <errno.h>
#include <fcntl.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fails with the file's name and what the system said. */
static int32_t fail_system(signet_call_t *call, const char *what, const char *path, int error)
{
    char memory[128];
    const char *text = strerror_r(error, memory, sizeof memory);
    int32_t status = SIGNET_UNAVAILABLE;
    const char *reason = "file.failed";
    if (error == ENOENT || error == ENOTDIR) {
        status = SIGNET_NOT_FOUND;
        reason = "file.missing";
    } else if (error == EACCES || error == EPERM || error == EROFS) {
        status = SIGNET_DENIED;
        reason = "file.denied";
    } else if (error == ENOSPC || error == EDQUOT) {
        status = SIGNET_FULL;
        reason = "file.no-space";
    } else if (error == EISDIR || error == ELOOP || error == ENAMETOOLONG || error == ENXIO) {
        status = SIGNET_INVALID;
        reason = "file.not-regular";
    }
    return signet_fail(call, status, reason, "%s cannot be %s: %s.", path, what, text);
}

static int32_t read_all(signet_call_t *call, int file, const char *path, uint64_t size,
                        signet_bytes_t *content)
{
    /* One octet more than expected shows a file that grows meanwhile. */
    uint8_t *data = signet_alloc(call, size + 1, 1);
    if (!data) {
        return SIGNET_NO_MEMORY;
    }
    uint64_t length = 0;
    while (length <= size) {
        ssize_t got = read(file, data + length, size + 1 - length);
        if (got < 0 && errno != EINTR) {
            return fail_system(call, "read", path, errno);
        }
        if (got == 0) {
            break;
        }
        length += got > 0 ? (uint64_t)got : 0;
    }
    if (length > size) {
        return signet_fail(call, SIGNET_CONFLICT, "file.changing",
                           "%s grew while it was read: try again once it is complete.", path);
    }
    *content = (signet_bytes_t){data, length};
    return SIGNET_OK;
}

int32_t signet_file_read(signet_call_t *call, signet_text_t path, uint64_t limit,
                         signet_bytes_t *content)
{
    const char *name = signet_text_string(call, path);
    if (!name) {
        return signet_status(call);
    }
    /* Not blocking, so that a pipe in a file's place is refused instead of waited for. */
    int file = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file < 0) {
        return fail_system(call, "opened", name, errno);
    }
    struct stat about;
    int32_t status = SIGNET_OK;
    if (fstat(file, &about) != 0) {
        status = fail_system(call, "examined", name, errno);
    } else if (!S_ISREG(about.st_mode)) {
        status = signet_fail(call, SIGNET_INVALID, "file.not-regular",
                             "%s is not a regular file: name a file.", name);
    } else if ((uint64_t)about.st_size > limit) {
        status = signet_fail(call, SIGNET_TOO_LARGE, "file.too-large",
                             "%s has %lld octets: at most %llu are read.", name,
                             (long long)about.st_size, (unsigned long long)limit);
    } else {
        status = read_all(call, file, name, (uint64_t)about.st_size, content);
    }
    close(file);
    return status;
}

/* Writes, syncs and closes the temporary file. 0, or the error's number. */
static int fill(int file, signet_bytes_t content, uint32_t mode)
{
    int error = fchmod(file, (mode_t)mode) == 0 ? 0 : errno;
    uint64_t written = 0;
    while (error == 0 && written < content.length) {
        ssize_t done = write(file, content.data + written, content.length - written);
        if (done < 0 && errno != EINTR) {
            error = errno;
        }
        written += done > 0 ? (uint64_t)done : 0;
    }
    if (error == 0 && fsync(file) != 0) {
        error = errno;
    }
    if (close(file) != 0 && error == 0) {
        error = errno;
    }
    return error;
}

/* Syncs the folder that holds `path`, so that the new name survives a power cut. 0, or the error's
 * number. `path` is cut short meanwhile. */
static int sync_folder(char *path)
{
    char *slash = strrchr(path, '/');
    const char *folder = ".";
    if (slash == path) {
        folder = "/";
    } else if (slash) {
        *slash = 0;
        folder = path;
    }
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (slash && slash != path) {
        *slash = '/';
    }
    if (file < 0) {
        return errno;
    }
    int error = fsync(file) == 0 ? 0 : errno;
    close(file);
    return error;
}

int32_t signet_file_write(signet_call_t *call, signet_text_t path, signet_bytes_t content,
                          uint32_t mode)
{
    const char *name = signet_text_string(call, path);
    if (!name) {
        return signet_status(call);
    }
    uint64_t size = path.length + sizeof ".XXXXXX";
    char *temporary = signet_alloc(call, size, 1);
    if (!temporary) {
        return SIGNET_NO_MEMORY;
    }
    snprintf(temporary, size, "%s.XXXXXX", name);
    /* mkostemp creates with O_EXCL and mode 0600. */
    int file = mkostemp(temporary, O_CLOEXEC);
    if (file < 0) {
        return fail_system(call, "written", name, errno);
    }
    int error = fill(file, content, mode);
    if (error == 0 && rename(temporary, name) != 0) {
        error = errno;
    }
    if (error != 0) {
        unlink(temporary);
        return fail_system(call, "written", name, error);
    }
    error = sync_folder(temporary);
    if (error != 0) {
        return fail_system(call, "made durable", name, error);
    }
    return SIGNET_OK;
}
