/* Files of a backup: copied with their digest, made durable, removed again. */
#ifndef JOURNAL_COPYING_H
#define JOURNAL_COPYING_H

#include "digest.h"

/* Copies a regular file to a new one and syncs it. `digest` is of its octets. EXISTS (the new
 * one), NOT_FOUND, INVALID (not a file), FULL. [worker] */
int32_t journal_copy_file(signet_call_t *call, signet_text_t from, signet_text_t to, uint32_t mode,
                          uint64_t *length, uint8_t digest[JOURNAL_DIGEST]);
/* The digest of a file alone. [worker] */
int32_t journal_digest_file(signet_call_t *call, signet_text_t path, uint64_t *length,
                            uint8_t digest[JOURNAL_DIGEST]);
/* The names of the regular files in a folder and the folders in it, relative to it, in order; what
 * links lead to is left out. [worker] */
int32_t journal_list_folder(signet_call_t *call, const char *folder, signet_text_t **names,
                            uint64_t *count);
/* Makes the folders above a path that are not there yet, for their owner alone. [worker] */
int32_t journal_make_folders(signet_call_t *call, signet_text_t path);
/* Makes everything below a new folder durable, then gives the folder its own name. [worker] */
int32_t journal_publish_folder(signet_call_t *call, signet_text_t from, signet_text_t to);
/* Removes a folder with all that is in it. [worker] */
void journal_remove_folder(signet_call_t *call, signet_text_t path);
/* Sets the error of a system call that failed just now. [any] */
int32_t journal_fail_file(signet_call_t *call, const char *what, const char *path);

#endif
