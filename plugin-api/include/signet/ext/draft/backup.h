/* signet.backup/1 (draft): copies of all that a store keeps.
 *
 * A store that lies in files of its own provides it beside signet.store/1, from the same instance.
 * Copies are made while others read and write; a copy is looked through before it takes the
 * store's place. All of it works in an instance that was opened and not started too. */
#ifndef SIGNET_EXT_DRAFT_BACKUP_H
#define SIGNET_EXT_DRAFT_BACKUP_H

#include <signet/call.h>

#define SIGNET_BACKUP_INTERFACE "signet.backup/1"

/* The interface. */
typedef struct signet_backup_interface {
    uint32_t size;
    uint32_t reserved;
    /* Writes all that is stored, as of one moment, to a new file and syncs it. NOT_FOUND (nothing
     * is stored yet), EXISTS (the file), FULL, CORRUPT. Required. [worker] */
    int32_t (*copy)(void *instance, signet_call_t *call, signet_text_t path);
    /* Opens a copy after looking through all of it: `opened` is an instance for the functions of
     * signet.store/1. Nothing else may use the file meanwhile. CORRUPT. Required. [worker] */
    int32_t (*open_copy)(void *instance, signet_call_t *call, signet_text_t path, void **opened);
    /* Closes it; the file is then whole and alone. Required. [worker] */
    void (*close_copy)(void *instance, void *opened);
    /* Begins to take a copy in the store's place: holds the store, so that no host can start on it,
     * and brings the copy beside it, at the path that `staged` gets. UNAVAILABLE (a host runs),
     * EXISTS (there is a store and `replace` is 0), FULL. Ended by adopt or abandon. Required.
     * [worker] */
    int32_t (*stage)(void *instance, signet_call_t *call, signet_text_t path, uint32_t replace,
                     signet_text_t *staged);
    /* What was staged becomes the store. One that was there is kept beside it, under a name that
     * `kept` gets (empty: there was none). Required. [worker] */
    int32_t (*adopt)(void *instance, signet_call_t *call, signet_text_t *kept);
    /* Removes what was staged. Required. [worker] */
    void (*abandon)(void *instance);
    /* The path of a small file of this name that is kept beside the store and that taking an older
     * copy in its place leaves as it is. Required. [any] */
    int32_t (*beside)(void *instance, signet_call_t *call, signet_text_t name, signet_text_t *path);
} signet_backup_interface_t;

#endif
