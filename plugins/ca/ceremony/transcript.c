#include "ceremony/transcript.h"

#include <errno.h>
#include <fcntl.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <string.h>
#include <unistd.h>

#define FILE_MODE 0644

static int32_t fail(signet_call_t *call, const char *path)
{
    return signet_fail(call, errno == EEXIST ? SIGNET_EXISTS : SIGNET_UNAVAILABLE,
                       errno == EEXIST ? "transcript.exists" : "transcript.unwritable",
                       errno == EEXIST
                           ? "the transcript %s is there already (%s); each ceremony has one of "
                             "its own: name another file"
                           : "the transcript %s cannot be written (%s); without it nothing is "
                             "signed",
                       path, strerror(errno));
}

/* A new file is there for good once its folder is. */
static int sync_folder(signet_call_t *call, const char *path)
{
    const char *slash = strrchr(path, '/');
    signet_text_t folder = {path, slash == NULL ? 0 : (uint64_t)(slash - path)};
    const char *name = slash == NULL ? "." : signet_text_string(call, folder);
    int file = name == NULL ? -1 : open(*name == '\0' ? "/" : name, O_RDONLY | O_DIRECTORY);
    int done = file >= 0 && fsync(file) == 0;
    if (file >= 0)
        close(file);
    return done ? 0 : -1;
}

int32_t ca_transcript_open(signet_call_t *call, signet_text_t path, ca_transcript_t *transcript)
{
    *transcript = (ca_transcript_t){.path = signet_text_string(call, path), .file = -1};
    if (transcript->path == NULL)
        return signet_status(call);
    transcript->file = open(transcript->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (transcript->file < 0 || sync_folder(call, transcript->path) != 0)
        return fail(call, transcript->path);
    return SIGNET_OK;
}

void ca_transcript_close(ca_transcript_t *transcript)
{
    if (transcript->file >= 0)
        close(transcript->file);
    transcript->file = -1;
}

ca_line_t ca_transcript_line(signet_call_t *call, const ca_transcript_t *transcript,
                             const char *type)
{
    return ca_line_begin(call, transcript->lines + 1, transcript->digest, signet_now(), type);
}

static int write_all(int file, signet_text_t text)
{
    while (text.length > 0) {
        ssize_t written = write(file, text.data, (size_t)text.length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        text.data += written;
        text.length -= (uint64_t)written;
    }
    return fsync(file);
}

int32_t ca_transcript_write(signet_call_t *call, ca_transcript_t *transcript, ca_line_t *line)
{
    signet_text_t text;
    signet_bytes_t digest;
    int32_t status = ca_line_end(line, &text);
    if (status == SIGNET_OK)
        status = signet_sha256(call, signet_text_bytes(text), &digest);
    if (status != SIGNET_OK)
        return status;
    if (write_all(transcript->file, text) != 0)
        return fail(call, transcript->path);
    memcpy(transcript->digest, digest.data, sizeof transcript->digest);
    transcript->lines++;
    return SIGNET_OK;
}
