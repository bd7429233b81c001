/* signet.discovery/1 (draft): finds certificates that others made and that are in use.
 *
 * A discovery looks at one kind of place (files, endpoints, a cloud's store) and answers what it
 * finds, a page at a time; whoever asks records it in the inventory. It judges nothing: what it
 * finds may be expired, forged or malformed.
 *
 * Instances need nothing of others, so that `isolate = true` can move them into a process of their
 * own, which is worth it: all that they read comes from outside. */
#ifndef SIGNET_EXT_DRAFT_DISCOVERY_H
#define SIGNET_EXT_DRAFT_DISCOVERY_H

#include <signet/inventory.h>

#define SIGNET_DISCOVERY_INTERFACE "signet.discovery/1"

#define SIGNET_DISCOVERY_MAX_PAGE 1000U

/* A place that could not be looked at as a whole. */
typedef struct signet_discovery_fault {
    uint32_t size;
    uint32_t reserved;
    signet_text_t place;
    signet_text_t reason;  /* stable: "files.unreadable" */
    signet_text_t message; /* a sentence: the cause and the remedy */
} signet_discovery_fault_t;

/* What was found. */
typedef struct signet_discovery_page {
    uint32_t size;
    uint32_t reserved;
    const signet_found_t *const *found; /* `count` pointers; one certificate in two places is found
                                         * twice */
    uint64_t count;
    const signet_discovery_fault_t *const *faults; /* `fault_count` pointers */
    uint64_t fault_count;
    signet_text_t cursor; /* where the next page begins, opaque, at most 16 KiB; valid across
                           * restarts of the instance. Empty: this was the last page */
} signet_discovery_page_t;

/* The interface. */
typedef struct signet_discovery_interface {
    uint32_t size;
    uint32_t reserved;
    /* Looks on from `cursor` (empty: from the beginning) until `limit` (1 to
     * SIGNET_DISCOVERY_MAX_PAGE) certificates and faults together are found, all has been seen, or
     * half of the time that the call has left is used up; a page may therefore be empty and have a
     * cursor. What appears or goes away meanwhile may be missed until the next scan. A place that
     * cannot be read is a fault of the page. Fails where nothing can be looked at at all
     * (UNAVAILABLE, DENIED), and with INVALID for a cursor that it never gave. Required. [worker]
     */
    int32_t (*scan)(void *instance, signet_call_t *call, signet_text_t cursor, uint64_t limit,
                    const signet_discovery_page_t **page);
} signet_discovery_interface_t;

#endif
