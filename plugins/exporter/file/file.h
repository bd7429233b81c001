/* An instance: one file of JSON lines, and those that it was rotated to: "PATH.1" is the youngest.
 */
#ifndef EXPORTER_FILE_H
#define EXPORTER_FILE_H

#include <pthread.h>
#include <signet/ext/draft/exporter.h>
#include <signet/host.h>

typedef struct file {
    const signet_host_t *host;
    char *path; /* NUL-terminated, on the heap */
    int64_t rotate_size;
    int64_t keep;
    int is_synced;
    pthread_mutex_t lock; /* over what follows; two may deliver to one instance */
    int descriptor;       /* -1: not open */
    int64_t length;       /* whole lines in it */
} file_t;

/* Opens the file where it is not open, or is not the one at the path any more; cuts off what a
 * crash left of a last line. The lock is held. UNAVAILABLE, DENIED. */
int32_t file_open(signet_call_t *call, file_t *file);
/* Appends whole lines and, if configured, waits until they are on the disk; on failure none of them
 * is there. The lock is held. FULL, UNAVAILABLE. */
int32_t file_append(signet_call_t *call, file_t *file, signet_bytes_t lines);
/* Renames the file and those rotated before it, and opens a new one. The lock is held. */
int32_t file_rotate(signet_call_t *call, file_t *file);
void file_close(file_t *file);
/* signet.exporter/1. */
int32_t file_deliver(void *instance, signet_call_t *call, const signet_export_batch_t *batch,
                     uint64_t *accepted);

#endif
