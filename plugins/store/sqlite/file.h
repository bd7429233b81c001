/* The database's file: owned by one process, made whole or not at all, never silently anew. */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include <signet/host.h>
#include <sqlite3.h>

/* The application id in the header of our files ("Sign") and the version of their schema. */
#define STORE_APPLICATION_ID 0x5369676e
#define STORE_SCHEMA_VERSION 3

typedef struct store_file {
    char *path;    /* of the database, on the heap */
    int lock;      /* the lock file's descriptor, or -1 */
    int read_only; /* 1: another process owns the file */
    int thorough;  /* 1: all of it is looked through when it is opened */
} store_file_t;

/* Takes the file: locks it, makes it where it is absent, checks it. Where another process has it,
 * UNAVAILABLE, or a read-only one with `share` 1. CORRUPT for what is not ours, newer, damaged or
 * lost. [worker] */
int32_t store_file_open(signet_call_t *call, signet_text_t path, int share, store_file_t *file);
/* Gives it up. [worker] */
void store_file_close(store_file_t *file);
/* Takes the lock alone, of a file that need not be there. As store_file_open. [worker] */
int32_t store_file_lock(signet_call_t *call, signet_text_t path, int share, store_file_t *file);
/* Has the lock file say that the database is there. [worker] */
int32_t store_file_mark(signet_call_t *call, const store_file_t *file);
/* Makes the names in the database's folder durable. [worker] */
int32_t store_file_sync_folder(signet_call_t *call, const char *path);
/* Sets the error of a system call that failed on `path` just now. [any] */
int32_t store_file_fail(signet_call_t *call, const char *what, const char *path);
/* A connection. `cache_kib` bounds its page cache. [worker] */
int32_t store_file_connect(signet_call_t *call, const store_file_t *file, int writable,
                           int cache_kib, sqlite3 **database);

#endif
