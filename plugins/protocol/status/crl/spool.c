#include "crl/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <signet/sdk/error.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Room for what comes before the entries: an issuer's name, mostly. */
#define ROOM (UINT64_C(64) * 1024)
#define BUFFER (UINT64_C(256) * 1024)

static int32_t fail(signet_call_t *call, const char *what)
{
    return signet_fail(call, errno == ENOSPC || errno == EDQUOT ? SIGNET_FULL : SIGNET_UNAVAILABLE,
                       "status.spool", "a revocation list cannot be %s in the folder of lists: %s",
                       what, strerror(errno));
}

static int32_t put(signet_call_t *call, int file, const uint8_t *data, uint64_t length,
                   uint64_t place)
{
    for (uint64_t at = 0; at < length;) {
        ssize_t done = pwrite(file, data + at, length - at, (off_t)(place + at));
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return fail(call, "written");
        at += (uint64_t)done;
    }
    return SIGNET_OK;
}

int32_t status_spool_open(signet_call_t *call, status_spool_t *spool, signet_text_t folder)
{
    const char *path = signet_text_string(call, folder);
    *spool = (status_spool_t){.file = -1, .begin = ROOM, .end = ROOM};
    if (path == NULL)
        return signet_status(call);
    spool->file = open(path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (spool->file < 0)
        return fail(call, "made");
    spool->buffer = malloc(BUFFER);
    spool->digest = EVP_MD_CTX_new();
    if (spool->buffer == NULL || spool->digest == NULL)
        return signet_fail_memory(call);
    return EVP_DigestInit_ex2(spool->digest, EVP_sha256(), NULL) == 1
               ? SIGNET_OK
               : signet_fail(call, SIGNET_INTERNAL, "status.digest", "SHA-256 is not there");
}

static int32_t flush(signet_call_t *call, status_spool_t *spool)
{
    int32_t status = put(call, spool->file, spool->buffer, spool->buffered, spool->end);
    spool->end += spool->buffered;
    spool->buffered = 0;
    return status;
}

int32_t status_spool_add(signet_call_t *call, status_spool_t *spool, signet_bytes_t entries)
{
    int32_t status = SIGNET_OK;
    if (EVP_DigestUpdate(spool->digest, entries.data, entries.length) != 1)
        return signet_fail(call, SIGNET_INTERNAL, "status.digest", "SHA-256 failed");
    while (status == SIGNET_OK && entries.length > 0) {
        uint64_t room = BUFFER - spool->buffered;
        uint64_t taken = entries.length < room ? entries.length : room;
        memcpy(spool->buffer + spool->buffered, entries.data, taken);
        spool->buffered += taken;
        entries.data += taken;
        entries.length -= taken;
        if (spool->buffered == BUFFER)
            status = flush(call, spool);
    }
    return status;
}

int32_t status_spool_entries(signet_call_t *call, status_spool_t *spool, uint64_t *length,
                             signet_bytes_t *sha256)
{
    uint8_t *digest = signet_alloc(call, EVP_MAX_MD_SIZE, 1);
    unsigned size = 0;
    int32_t status = digest == NULL ? SIGNET_NO_MEMORY : flush(call, spool);
    if (status == SIGNET_OK && EVP_DigestFinal_ex(spool->digest, digest, &size) != 1)
        return signet_fail(call, SIGNET_INTERNAL, "status.digest", "SHA-256 failed");
    *length = spool->end - spool->begin;
    *sha256 = (signet_bytes_t){digest, size};
    return status;
}

static void unmap(status_spool_t *spool)
{
    if (spool->mapped != NULL)
        munmap(spool->mapped, spool->mapped_length);
    spool->mapped = NULL;
}

int32_t status_spool_before(signet_call_t *call, status_spool_t *spool, signet_bytes_t octets)
{
    unmap(spool);
    if (octets.length > spool->begin)
        return signet_fail(call, SIGNET_TOO_LARGE, "status.spool",
                           "the name of the issuer is too long for a list");
    int32_t status =
        put(call, spool->file, octets.data, octets.length, spool->begin - octets.length);
    if (status == SIGNET_OK)
        spool->begin -= octets.length;
    return status;
}

int32_t status_spool_behind(signet_call_t *call, status_spool_t *spool, signet_bytes_t octets)
{
    unmap(spool);
    int32_t status = put(call, spool->file, octets.data, octets.length, spool->end);
    if (status == SIGNET_OK)
        spool->end += octets.length;
    return status;
}

int32_t status_spool_bytes(signet_call_t *call, status_spool_t *spool, signet_bytes_t *octets)
{
    if (spool->mapped == NULL) {
        void *mapped = mmap(NULL, spool->end, PROT_READ, MAP_SHARED, spool->file, 0);
        if (mapped == MAP_FAILED)
            return fail(call, "read");
        spool->mapped = mapped;
        spool->mapped_length = spool->end;
    }
    *octets = (signet_bytes_t){spool->mapped + spool->begin, spool->end - spool->begin};
    return SIGNET_OK;
}

void status_spool_close(status_spool_t *spool)
{
    unmap(spool);
    if (spool->file >= 0)
        close(spool->file);
    free(spool->buffer);
    EVP_MD_CTX_free(spool->digest);
    *spool = (status_spool_t){.file = -1};
}
