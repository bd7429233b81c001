/* The files that a listener's certificates come from: a copy of their paths, and whether they have
 * changed. */
#ifndef EDGE_TLS_FILES_H
#define EDGE_TLS_FILES_H

#include <signet/option.h>
#include <sys/types.h>
#include <time.h>

#include "edge/certificate.h"

#define EDGE_TLS_FILES 16U /* certificates of a listener at most */

/* What tells one state of a file from another. */
typedef struct edge_stamp {
    dev_t device;
    ino_t number;
    off_t size;
    struct timespec changed;
} edge_stamp_t;

typedef struct edge_tls_files {
    size_t count;
    edge_certificate_files_t files[EDGE_TLS_FILES];
    edge_stamp_t stamps[2 * EDGE_TLS_FILES]; /* when they were looked at last */
} edge_tls_files_t;

/* Adds a pair; the paths are copied. 1, or 0 when there are too many or out of memory. */
int edge_tls_files_add(edge_tls_files_t *files, signet_text_t certificate, signet_text_t key);
void edge_tls_files_free(edge_tls_files_t *files);
/* Whether one is another than when they were looked at last. */
int edge_tls_files_look(edge_tls_files_t *files);

#endif
