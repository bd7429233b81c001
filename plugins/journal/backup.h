/* The local commands `backup` and `restore`: a deployment's store with the journal in it, and the
 * files that its configuration names, in one folder. */
#ifndef JOURNAL_BACKUP_H
#define JOURNAL_BACKUP_H

#include "manifest.h"

#include <signet/command.h>
#include <signet/ext/draft/backup.h>
#include <signet/sdk/record.h>

struct journal;

/* The store as it is backed up. */
typedef struct journal_backup_store {
    const signet_backup_interface_t *backup;
    const signet_store_interface_t *store;
    void *instance;
} journal_backup_store_t;

/* The store of the journal. UNSUPPORTED where it cannot be copied as a file. [worker] */
int32_t journal_backup_store(const struct journal *journal, signet_call_t *call,
                             journal_backup_store_t *store);
/* Looks through the copy at `path`: the store's own structure, every seal and entry. The heads that
 * it finds are appended to `found`; those of `expected`, which may be NULL, must be among them.
 * Progress is shown on `output`. CORRUPT. [worker] */
int32_t journal_backup_verify(signet_call_t *call, const journal_backup_store_t *store,
                              signet_text_t path, const journal_manifest_t *expected,
                              journal_manifest_t *found, signet_output_t *output);

/* The commands. */
int32_t journal_backup_run(void *instance, signet_call_t *call,
                           const signet_command_input_t *input);
int32_t journal_restore_run(void *instance, signet_call_t *call,
                            const signet_command_input_t *input);

#endif
