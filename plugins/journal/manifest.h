/* What a backup consists of: the file MANIFEST in its folder, written last. Lines of text, their
 * parts separated by tabs:
 *
 *     signet-backup/1
 *     node    NAME
 *     time    RFC 3339
 *     store   SHA-256 LENGTH
 *     head    NODE SEAL SHA-256            (the last seal of each node in the store)
 *     file    KIND MODE SHA-256 LENGTH OPTION RELATIVE ORIGIN
 *     end
 *
 * The copy of a file lies at files/ORIGIN. RELATIVE is its place in the folder that OPTION names,
 * empty where the option names the file itself. */
#ifndef JOURNAL_MANIFEST_H
#define JOURNAL_MANIFEST_H

#include "digest.h"
#include "verify.h"

#define JOURNAL_BACKUP_MANIFEST "MANIFEST"
#define JOURNAL_BACKUP_STORE "store"
#define JOURNAL_BACKUP_FILES "files"
#define JOURNAL_BACKUP_FILES_LIMIT 100000U

typedef struct journal_backup_file {
    uint32_t kind; /* SIGNET_KEPT_* */
    uint32_t mode;
    uint64_t length;
    uint8_t digest[JOURNAL_DIGEST];
    signet_text_t option;
    signet_text_t relative;
    signet_text_t origin; /* absolute */
} journal_backup_file_t;

typedef struct journal_manifest {
    signet_text_t node; /* that made it */
    int64_t time;
    uint64_t store_length;
    uint8_t store_digest[JOURNAL_DIGEST];
    journal_head_t *heads;
    uint64_t head_count;
    journal_backup_file_t *files;
    uint64_t file_count;
} journal_manifest_t;

/* Adds a head or a file; the lists grow. [any] */
int32_t journal_manifest_head(signet_call_t *call, journal_manifest_t *manifest,
                              const journal_head_t *head);
int32_t journal_manifest_file(signet_call_t *call, journal_manifest_t *manifest,
                              const journal_backup_file_t *file);
/* Where the copy of a file lies in a backup. [any] */
signet_text_t journal_manifest_stored(signet_call_t *call, signet_text_t folder,
                                      const journal_backup_file_t *file);
/* Writes it into a backup's folder; reads it. INVALID where it is none. [worker] */
int32_t journal_manifest_write(signet_call_t *call, signet_text_t folder,
                               const journal_manifest_t *manifest);
int32_t journal_manifest_read(signet_call_t *call, signet_text_t folder,
                              journal_manifest_t *manifest);

#endif
