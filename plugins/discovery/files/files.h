/* An instance: folders and files that are searched for certificates. */
#ifndef DISCOVERY_FILES_H
#define DISCOVERY_FILES_H

#include <signet/ext/draft/discovery.h>
#include <signet/host.h>

#define FILES_DEPTH_MAX 64

typedef struct files {
    const signet_host_t *host;
    uint64_t max_size;
} files_t;

/* Where a scan stands: what of which file of which place has been answered. */
typedef struct files_cursor {
    uint64_t place; /* index of the option's group */
    uint64_t taken; /* certificates of the file that were answered; UINT64_MAX: all of it */
    char *path;     /* of the file, below the place's own path: "" is the place itself */
} files_cursor_t;

/* The text of a cursor and back; INVALID ("files.cursor"). An empty text is the beginning, with a
 * path of NULL. */
int32_t files_cursor_read(signet_call_t *call, signet_text_t text, files_cursor_t *cursor);
int32_t files_cursor_write(signet_call_t *call, uint64_t place, const char *path, uint64_t taken,
                           signet_text_t *text);

/* A page as it grows. */
typedef struct files_page {
    signet_call_t *call;
    const files_t *files;
    uint64_t limit;
    int64_t until; /* monotonic; no file is begun after it */
    const signet_found_t **found;
    uint64_t count;
    const signet_discovery_fault_t **faults;
    uint64_t fault_count;
    signet_text_t cursor;
    int is_full;
} files_page_t;

/* Adds what a page cannot show otherwise; `path` is the whole one. */
int32_t files_fault(files_page_t *page, const char *path, signet_text_t reason,
                    signet_text_t message);
/* Adds the certificates of one file from number `from` on. `*taken` is the number of those that
 * were answered now and before, or UINT64_MAX where none is left. */
int32_t files_read(files_page_t *page, const char *path, uint64_t from, uint64_t *taken);
/* Goes on through all places from a cursor until the page is full. */
int32_t files_walk(files_page_t *page, const files_cursor_t *cursor);
/* signet.discovery/1. */
int32_t files_scan(void *instance, signet_call_t *call, signet_text_t cursor, uint64_t limit,
                   const signet_discovery_page_t **page);

#endif
