#include "core/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/call.h"
#include "core/sandbox.h"
#include "core/text.h"

#define MAX_SECRET 65536

int core_secret_kind(signet_text_t reference, signet_text_t *name)
{
    static const struct {
        const char *prefix;
        int kind;
    } kinds[] = {{"file:", CORE_SECRET_FILE},
                 {"env:", CORE_SECRET_ENVIRONMENT},
                 {"cred:", CORE_SECRET_CREDENTIAL}};
    for (size_t index = 0; index < sizeof kinds / sizeof kinds[0]; index++) {
        size_t length = strlen(kinds[index].prefix);
        if (reference.length > length && memcmp(reference.data, kinds[index].prefix, length) == 0 &&
            !memchr(reference.data, '\0', (size_t)reference.length)) {
            *name = (signet_text_t){reference.data + length, reference.length - length};
            return kinds[index].kind;
        }
    }
    return 0;
}

/* Opens a file that may hold a secret; `closed`: it must be closed to all but root and us. */
static int32_t open_file(signet_call_t *call, const char *path, int closed, int *file,
                         struct stat *about)
{
    *file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*file < 0) {
        int32_t status = errno == ENOENT   ? SIGNET_NOT_FOUND
                         : errno == EACCES ? SIGNET_DENIED
                                           : SIGNET_INVALID;
        return core_fail(call, status, "secret.unreadable",
                         "the secret file %s cannot be read (%s): create it with mode 0600 for the "
                         "user that runs the host",
                         path, strerror(errno));
    }
    if (fstat(*file, about) != 0 || !S_ISREG(about->st_mode))
        return core_fail(call, SIGNET_INVALID, "secret.not-a-file",
                         "the secret %s is not a regular file: name one", path);
    if (closed && about->st_uid != 0 && about->st_uid != geteuid())
        return core_fail(call, SIGNET_DENIED, "secret.owner",
                         "the secret file %s belongs to user %u: it must belong to root or to the "
                         "user that runs the host",
                         path, (unsigned)about->st_uid);
    if (closed && (about->st_mode & 077))
        return core_fail(call, SIGNET_DENIED, "secret.mode",
                         "the secret file %s has mode %04o, open to others: chmod 0600 it", path,
                         (unsigned)(about->st_mode & 07777));
    if (about->st_size > MAX_SECRET)
        return core_fail(call, SIGNET_TOO_LARGE, "secret.too-large",
                         "the secret file %s is larger than 64 KiB: name the right file", path);
    return SIGNET_OK;
}

static int32_t read_content(signet_call_t *call, const char *path, int file, size_t size,
                            signet_bytes_t *secret)
{
    uint8_t *data = core_call_alloc_locked(call, size);
    if (!data)
        return SIGNET_NO_MEMORY;
    size_t length = 0;
    while (length < size) {
        ssize_t got = read(file, data + length, size - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return core_fail(call, SIGNET_UNAVAILABLE, "secret.unreadable",
                             "the secret file %s cannot be read: %s", path, strerror(errno));
        if (got == 0)
            break;
        length += (size_t)got;
    }
    *secret = (signet_bytes_t){data, length};
    return SIGNET_OK;
}

static int32_t read_file(signet_call_t *call, const char *path, int closed, signet_bytes_t *secret)
{
    int file = -1;
    struct stat about = {0};
    int32_t status = open_file(call, path, closed, &file, &about);
    if (status == SIGNET_OK)
        status = read_content(call, path, file, (size_t)about.st_size, secret);
    if (file >= 0)
        close(file);
    return status;
}

int32_t core_secret_check(signet_call_t *call, signet_text_t path)
{
    int file = -1;
    struct stat about;
    /* The trial has looked at it, from outside; here it may be out of reach. */
    if (core_sandbox_entered())
        return SIGNET_OK;
    signet_text_t copy = core_format(call, "%.*s", CORE_TEXT_ARG(path));
    if (!copy.data)
        return SIGNET_NO_MEMORY;
    int32_t status = open_file(call, copy.data, 1, &file, &about);
    if (file >= 0)
        close(file);
    return status;
}

static int32_t read_environment(signet_call_t *call, const char *name, signet_bytes_t *secret)
{
    const char *value = getenv(name);
    if (!value)
        return core_fail(call, SIGNET_NOT_FOUND, "secret.not-found",
                         "the environment variable %s, which holds a secret, is not set: set it "
                         "for the host",
                         name);
    size_t length = strlen(value);
    uint8_t *copy = core_call_alloc_locked(call, length + 1);
    if (!copy)
        return SIGNET_NO_MEMORY;
    memcpy(copy, value, length + 1);
    *secret = (signet_bytes_t){copy, length};
    return SIGNET_OK;
}

static int32_t read_credential(signet_call_t *call, const char *name, signet_bytes_t *secret)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (!folder)
        return core_fail(call, SIGNET_NOT_FOUND, "secret.not-found",
                         "there is no credential %s, because systemd did not start this process "
                         "with any: set LoadCredential= in its unit",
                         name);
    if (strchr(name, '/'))
        return core_fail(call, SIGNET_INVALID, "secret.name",
                         "\"%s\" is not the name of a credential: it contains '/'", name);
    signet_text_t path = core_format(call, "%s/%s", folder, name);
    if (!path.data)
        return SIGNET_NO_MEMORY;
    return read_file(call, path.data, 0, secret);
}

int32_t core_secret_read(signet_call_t *call, signet_text_t reference, signet_bytes_t *secret)
{
    signet_text_t name = {NULL, 0};
    int kind = core_secret_kind(reference, &name);
    if (!kind)
        return core_fail(call, SIGNET_INVALID, "secret.reference",
                         "a secret must be a reference: file:PATH, env:NAME or cred:NAME");
    signet_text_t copy = core_format(call, "%.*s", CORE_TEXT_ARG(name));
    if (!copy.data)
        return SIGNET_NO_MEMORY;
    int32_t status = kind == CORE_SECRET_FILE          ? read_file(call, copy.data, 1, secret)
                     : kind == CORE_SECRET_ENVIRONMENT ? read_environment(call, copy.data, secret)
                                                       : read_credential(call, copy.data, secret);
    if (status == SIGNET_OK && secret->length && secret->data[secret->length - 1] == '\n')
        secret->length--;
    return status;
}
