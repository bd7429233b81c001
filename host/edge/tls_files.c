#include "edge/tls_files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int edge_tls_files_add(edge_tls_files_t *files, signet_text_t certificate, signet_text_t key)
{
    edge_certificate_files_t *pair;

    if (files->count == EDGE_TLS_FILES) {
        return 0;
    }
    pair = &files->files[files->count++];
    pair->certificate = strndup(certificate.data, certificate.length);
    pair->key = strndup(key.data, key.length);
    return pair->certificate != NULL && pair->key != NULL;
}

void edge_tls_files_free(edge_tls_files_t *files)
{
    size_t i;

    for (i = 0; i < files->count; i++) {
        free(files->files[i].certificate);
        free(files->files[i].key);
    }
    files->count = 0;
}

/* One that cannot be looked at has the stamp of none. */
static edge_stamp_t stamp_of(const char *path)
{
    edge_stamp_t stamp;
    struct stat info;

    memset(&stamp, 0, sizeof(stamp));
    if (stat(path, &info) == 0) {
        stamp.device = info.st_dev;
        stamp.number = info.st_ino;
        stamp.size = info.st_size;
        stamp.changed = info.st_ctim;
    }
    return stamp;
}

static int is_other(const edge_stamp_t *one, const edge_stamp_t *other)
{
    return one->device != other->device || one->number != other->number ||
           one->size != other->size || one->changed.tv_sec != other->changed.tv_sec ||
           one->changed.tv_nsec != other->changed.tv_nsec;
}

int edge_tls_files_look(edge_tls_files_t *files)
{
    int changed = 0;
    size_t i;

    for (i = 0; i < 2 * files->count; i++) {
        const edge_certificate_files_t *pair = &files->files[i / 2];
        edge_stamp_t stamp = stamp_of(i % 2 == 0 ? pair->certificate : pair->key);

        changed |= is_other(&stamp, &files->stamps[i]);
        files->stamps[i] = stamp;
    }
    return changed;
}
