/* signet.exporter/1 (draft): carries the journal into another system, a batch of entries at a time.
 *
 * Batches come in seal order, one after the other, and each again until the exporter has taken it:
 * at least once. An exporter keeps no queue and does not try again by itself. It sees what the
 * entries hold and nothing else.
 *
 * A failure says by its status what is to become of the batch:
 *
 *   UNAVAILABLE, TIMEOUT, LIMITED, BUSY, UNKNOWN,      try again: not before retry_after_ms of the
 *   CANCELLED, FULL, NO_MEMORY, INTERNAL, all others   error, where that is set
 *   UNAUTHENTICATED, DENIED, NOT_FOUND                 an operator must mend the configuration or
 * the receiver; what waits is kept and tried rarely INVALID, TOO_LARGE, UNSUPPORTED the receiver
 * will never take it: smaller batches follow; an entry that is refused by itself is put aside, and
 * the next one follows
 *
 * Instances need nothing of others, so that `isolate = true` can move them into a process of their
 * own. */
#ifndef SIGNET_EXT_DRAFT_EXPORTER_H
#define SIGNET_EXT_DRAFT_EXPORTER_H

#include <signet/journal.h>

#define SIGNET_EXPORTER_INTERFACE "signet.exporter/1"

/* Limits that a batch keeps: as many entries, and as many octets of bodies unless one entry alone
 * has more. */
#define SIGNET_EXPORT_MAX_ENTRIES 1000U
#define SIGNET_EXPORT_MAX_OCTETS 1048576U

/* A batch of entries, at least one. */
typedef struct signet_export_batch {
    uint32_t size;
    uint32_t reserved;
    signet_text_t id; /* made of its first and last entry: the same whenever the same batch is
                       * delivered again; letters, digits, '_', '-', '.' */
    const signet_journal_entry_t *const *entries; /* `count` pointers */
    uint64_t count;
} signet_export_batch_t;

/* The interface. */
typedef struct signet_exporter_interface {
    uint32_t size;
    uint32_t reserved;
    /* Delivers a batch, within the time that the call has left; OK once the receiver has made all
     * of it its own, after which it is never seen again. `*accepted`, which comes in as 0, says
     * after a failure how many entries from the beginning have been taken for good all the same.
     * Failures as above. Required. [worker] */
    int32_t (*deliver)(void *instance, signet_call_t *call, const signet_export_batch_t *batch,
                       uint64_t *accepted);
} signet_exporter_interface_t;

#endif
