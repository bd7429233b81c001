#include "manifest.h"

#include <inttypes.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <string.h>

#define TITLE "signet-backup/1"
#define SIZE_LIMIT ((uint64_t)64 * 1024 * 1024)
#define PARTS 8U
#define GROWTH 64U

/* One more element in a list whose room is a multiple of GROWTH. */
static void *grow(signet_call_t *call, void *list, uint64_t count, uint64_t size)
{
    if (list && count % GROWTH != 0)
        return list;
    uint8_t *more = signet_alloc(call, count + GROWTH, size);
    if (more && list)
        memcpy(more, list, count * size);
    return more;
}

int32_t journal_manifest_head(signet_call_t *call, journal_manifest_t *manifest,
                              const journal_head_t *head)
{
    journal_head_t *heads = grow(call, manifest->heads, manifest->head_count, sizeof(*heads));
    if (!heads)
        return signet_status(call);
    manifest->heads = heads;
    heads[manifest->head_count++] = *head;
    return SIGNET_OK;
}

int32_t journal_manifest_file(signet_call_t *call, journal_manifest_t *manifest,
                              const journal_backup_file_t *file)
{
    journal_backup_file_t *files =
        grow(call, manifest->files, manifest->file_count, sizeof(*files));
    if (!files)
        return signet_status(call);
    manifest->files = files;
    files[manifest->file_count++] = *file;
    return SIGNET_OK;
}

signet_text_t journal_manifest_stored(signet_call_t *call, signet_text_t folder,
                                      const journal_backup_file_t *file)
{
    return signet_format(call, "%.*s/" JOURNAL_BACKUP_FILES "%.*s", SIGNET_FORMAT(folder),
                         SIGNET_FORMAT(file->origin));
}

static signet_text_t hex(signet_call_t *call, const uint8_t digest[JOURNAL_DIGEST])
{
    return signet_hex(call, (signet_bytes_t){digest, JOURNAL_DIGEST});
}

static void write_file(signet_call_t *call, signet_buffer_t *buffer,
                       const journal_backup_file_t *file)
{
    signet_text_t digest = hex(call, file->digest);
    signet_buffer_format(buffer, "file\t%u\t%04o\t%.*s\t%" PRIu64 "\t%.*s\t%.*s\t%.*s\n",
                         file->kind, file->mode, SIGNET_FORMAT(digest), file->length,
                         SIGNET_FORMAT(file->option), SIGNET_FORMAT(file->relative),
                         SIGNET_FORMAT(file->origin));
}

int32_t journal_manifest_write(signet_call_t *call, signet_text_t folder,
                               const journal_manifest_t *manifest)
{
    signet_bytes_t bytes;
    signet_buffer_t buffer = signet_buffer(call, 4096);
    signet_text_t digest = hex(call, manifest->store_digest);
    signet_text_t time = signet_time_text(call, manifest->time);
    signet_buffer_format(&buffer, TITLE "\nnode\t%.*s\ntime\t%.*s\nstore\t%.*s\t%" PRIu64 "\n",
                         SIGNET_FORMAT(manifest->node), SIGNET_FORMAT(time), SIGNET_FORMAT(digest),
                         manifest->store_length);
    for (uint64_t i = 0; i < manifest->head_count; i++) {
        const journal_head_t *head = &manifest->heads[i];
        signet_text_t sealed = hex(call, head->digest);
        signet_buffer_format(&buffer, "head\t%.*s\t%" PRIu64 "\t%.*s\n", SIGNET_FORMAT(head->node),
                             head->index, SIGNET_FORMAT(sealed));
    }
    for (uint64_t i = 0; i < manifest->file_count; i++)
        write_file(call, &buffer, &manifest->files[i]);
    signet_buffer_add_string(&buffer, "end\n");
    int32_t status = signet_buffer_bytes(&buffer, &bytes);
    if (status != SIGNET_OK)
        return status;
    return signet_file_write(
        call, signet_format(call, "%.*s/" JOURNAL_BACKUP_MANIFEST, SIGNET_FORMAT(folder)), bytes,
        0600);
}

/* --- reading ----------------------------------------------------------------------------- */

static int32_t fail_line(signet_call_t *call, signet_text_t folder, uint64_t line)
{
    call->services->clear(call);
    return signet_fail(call, SIGNET_INVALID, "backup.manifest",
                       "%.*s/" JOURNAL_BACKUP_MANIFEST ":%" PRIu64 " is not what `signet backup` "
                       "writes: this is no whole backup, or it was altered.",
                       SIGNET_FORMAT(folder), line);
}

static int read_number(signet_text_t text, unsigned base, uint64_t *number)
{
    *number = 0;
    if (text.length == 0 || text.length > 18)
        return 0;
    for (uint64_t i = 0; i < text.length; i++) {
        unsigned digit = (unsigned)(uint8_t)text.data[i] - '0';
        if (digit >= base)
            return 0;
        *number = *number * base + digit;
    }
    return 1;
}

static int read_digest(signet_call_t *call, signet_text_t text, uint8_t digest[JOURNAL_DIGEST])
{
    signet_bytes_t bytes = {NULL, 0};
    if (signet_hex_decode(call, text, &bytes) != SIGNET_OK || bytes.length != JOURNAL_DIGEST)
        return 0;
    memcpy(digest, bytes.data, JOURNAL_DIGEST);
    return 1;
}

/* No part of a path may lead upwards: it is joined to folders. */
static int is_below(signet_text_t path)
{
    while (path.length > 0) {
        signet_text_t part = signet_text_split(path, '/', &path);
        if (signet_text_is(part, "..") || signet_text_is(part, "."))
            return 0;
    }
    return 1;
}

static int read_head(signet_call_t *call, const signet_text_t *parts, uint64_t count,
                     journal_manifest_t *manifest)
{
    journal_head_t head = {.index = 0};
    if (count != 4 || !journal_name_valid(parts[1]) || !read_number(parts[2], 10, &head.index) ||
        !read_digest(call, parts[3], head.digest))
        return 0;
    head.node = parts[1];
    return journal_manifest_head(call, manifest, &head) == SIGNET_OK;
}

static int read_file(signet_call_t *call, const signet_text_t *parts, uint64_t count,
                     journal_manifest_t *manifest)
{
    journal_backup_file_t file = {.kind = 0};
    uint64_t kind = 0;
    uint64_t mode = 0;
    if (count != 8 || manifest->file_count == JOURNAL_BACKUP_FILES_LIMIT ||
        !read_number(parts[1], 10, &kind) || kind > UINT32_MAX ||
        !read_number(parts[2], 8, &mode) || mode > 0777 ||
        !read_digest(call, parts[3], file.digest) || !read_number(parts[4], 10, &file.length) ||
        parts[7].length == 0 || parts[7].data[0] != '/' || !is_below(parts[7]) ||
        !is_below(parts[6]) || (parts[6].length > 0 && parts[6].data[0] == '/'))
        return 0;
    file.kind = (uint32_t)kind;
    file.mode = (uint32_t)mode;
    file.option = parts[5];
    file.relative = parts[6];
    file.origin = parts[7];
    return journal_manifest_file(call, manifest, &file) == SIGNET_OK;
}

static int read_line(signet_call_t *call, signet_text_t line, journal_manifest_t *manifest)
{
    signet_text_t parts[PARTS + 1] = {{NULL, 0}};
    uint64_t count = 0;
    /* An empty last part counts too. */
    for (int more = 1; more && count <= PARTS; count++) {
        signet_text_t rest;
        more = line.length > 0 && memchr(line.data, '\t', line.length) != NULL;
        parts[count] = signet_text_split(line, '\t', &rest);
        line = rest;
    }
    if (signet_text_is(parts[0], "node") && count == 2) {
        manifest->node = parts[1];
        return journal_name_valid(parts[1]);
    }
    if (signet_text_is(parts[0], "time") && count == 2)
        return signet_time_parse(call, parts[1], &manifest->time) == SIGNET_OK;
    if (signet_text_is(parts[0], "store") && count == 3)
        return read_digest(call, parts[1], manifest->store_digest) &&
               read_number(parts[2], 10, &manifest->store_length);
    if (signet_text_is(parts[0], "head"))
        return read_head(call, parts, count, manifest);
    return signet_text_is(parts[0], "file") && read_file(call, parts, count, manifest);
}

int32_t journal_manifest_read(signet_call_t *call, signet_text_t folder,
                              journal_manifest_t *manifest)
{
    signet_bytes_t content = {NULL, 0};
    signet_text_t path =
        signet_format(call, "%.*s/" JOURNAL_BACKUP_MANIFEST, SIGNET_FORMAT(folder));
    memset(manifest, 0, sizeof(*manifest));
    int32_t status =
        path.data ? signet_file_read(call, path, SIZE_LIMIT, &content) : signet_status(call);
    if (status != SIGNET_OK)
        return status;
    signet_text_t rest = signet_bytes_text(content);
    if (!signet_text_valid(rest))
        return fail_line(call, folder, 1);
    uint64_t number = 1;
    if (!signet_text_is(signet_text_split(rest, '\n', &rest), TITLE))
        return fail_line(call, folder, number);
    while (rest.length > 0) {
        signet_text_t line = signet_text_split(rest, '\n', &rest);
        number++;
        if (signet_text_is(line, "end") && rest.length == 0 && manifest->node.length > 0 &&
            manifest->store_length > 0)
            return SIGNET_OK;
        if (!read_line(call, line, manifest))
            return fail_line(call, folder, number);
    }
    return fail_line(call, folder, number + 1);
}
