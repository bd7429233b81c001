/* An instance of the store: the database, its writer, its readers and what was declared. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "checkpoint.h"
#include "collection.h"
#include "file.h"
#include "lease.h"
#include "reader.h"
#include "writer.h"

#include <signet/ext/draft/backup.h>

typedef struct store {
    const signet_host_t *host;
    char *own_path;
    signet_text_t path; /* the same */
    uint32_t reader_limit;
    store_file_t file;
    store_catalogue_t catalogue;
    store_writer_t writer;
    store_checkpoint_t checkpoint;
    store_readers_t readers;
    store_leases_t leases;
    store_file_t staged; /* the lock on what a copy is to replace */
    int is_staged;
} store_t;

/* A new instance on `path`. [any] */
int32_t store_new(const signet_host_t *host, signet_call_t *call, signet_text_t path,
                  store_t **made);
/* Takes the file and starts the threads; with `share` a file that a host has is only read.
 * [worker] */
int32_t store_begin(store_t *store, signet_call_t *call, int share);

/* Reads the settings. [any] */
int32_t store_open(const signet_host_t *host, signet_call_t *call, void **instance);
/* Takes the file and starts the threads. [any] */
int32_t store_start(void *instance, signet_call_t *call);
/* Another path or number of readers needs a restart. [any] */
int32_t store_reload(void *instance, signet_call_t *call, const signet_host_t *host);
/* Ends the threads and gives the file up. [any] */
int32_t store_stop(void *instance, signet_call_t *call);
/* Frees the instance. [any] */
void store_close(void *instance);

/* The interface's functions, as in signet/store.h. */
int32_t store_declare(void *instance, signet_call_t *call, const signet_collection_t *collection);
int32_t store_commit(void *instance, signet_call_t *call, const signet_change_t *changes,
                     uint64_t count);
int32_t store_get(void *instance, signet_call_t *call, signet_text_t collection, signet_text_t key,
                  const signet_record_t **record);
int32_t store_query(void *instance, signet_call_t *call, const signet_query_t *query,
                    const signet_page_t **page);
int32_t store_count(void *instance, signet_call_t *call, const signet_query_t *query,
                    uint64_t *count);
int32_t store_lease(void *instance, signet_call_t *call, signet_text_t name, signet_text_t owner,
                    int64_t duration_ms);
int32_t store_release(void *instance, signet_call_t *call, signet_text_t name, signet_text_t owner);

/* signet.backup/1, as in signet/ext/draft/backup.h. */
extern const signet_backup_interface_t store_backup;

/* UNAVAILABLE: the file belongs to the running host, so this process only reads. [any] */
int32_t store_fail_read_only(signet_call_t *call);

#endif
