/* The folder of key files: closed to others, files written once and whole. */
#ifndef FILE_FOLDER_H
#define FILE_FOLDER_H

#include <signet/sdk/text.h>

/* The largest key file that is read. */
#define FILE_MAX 65536U

/* Makes the folder where it is missing (mode 0700); DENIED where it belongs to someone else or is
 * open to group or others. */
int32_t file_folder_prepare(signet_call_t *call, const char *folder);
/* The names of all keys, sorted, as an array in the arena. */
int32_t file_folder_names(signet_call_t *call, const char *folder, signet_text_t **names,
                          uint64_t *count);
/* The content of the key's file. NOT_FOUND; DENIED (owner, mode). */
int32_t file_folder_read(signet_call_t *call, const char *folder, signet_text_t name,
                         signet_bytes_t *content);
/* Writes a new file, durably and in one step. EXISTS where there is one: it is never replaced. */
int32_t file_folder_write(signet_call_t *call, const char *folder, signet_text_t name,
                          signet_bytes_t content);
/* Overwrites the key's file and takes it away, durably. Interrupted it leaves a file of another
 * name, which the same call takes away when it is made again. NOT_FOUND where there is neither. */
int32_t file_folder_destroy(signet_call_t *call, const char *folder, signet_text_t name);
/* OK where there is no such key, else EXISTS. */
int32_t file_folder_absent(signet_call_t *call, const char *folder, signet_text_t name);

#endif
