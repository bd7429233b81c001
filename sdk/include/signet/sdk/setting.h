/* Reading settings. Names that were not declared or not set answer the default of the reader. */
#ifndef SIGNET_SDK_SETTING_H
#define SIGNET_SDK_SETTING_H

#include <signet/host.h>

/* The member `name` of a group, or NULL. [any] */
const signet_setting_t *signet_setting(const signet_setting_t *group, const char *name);
/* TEXT, PATH, SECRET, INSTANCE; the empty text where it is not set. [any] */
signet_text_t signet_setting_text(const signet_setting_t *group, const char *name);
/* INTEGER, BOOLEAN, DURATION (ms), SIZE (octets); `otherwise` where it is not set. [any] */
int64_t signet_setting_integer(const signet_setting_t *group, const char *name, int64_t otherwise);
/* Element `index` of TEXTS or GROUPS, or NULL. [any] */
const signet_setting_t *signet_setting_at(const signet_setting_t *list, uint64_t index);
/* The number of elements of the member `name`; 0 where it is not set. [any] */
uint64_t signet_setting_count(const signet_setting_t *group, const char *name);
/* Fails INVALID with "FILE:LINE: message" about a setting. [any] */
__attribute__((format(printf, 4, 5))) int32_t signet_setting_fail(signet_call_t *call,
                                                                  const signet_setting_t *setting,
                                                                  const char *reason,
                                                                  const char *format, ...);
/* Reads a whole regular file of at most `limit` octets into the arena. The message names the file.
 * [worker] */
int32_t signet_file_read(signet_call_t *call, signet_text_t path, uint64_t limit,
                         signet_bytes_t *content);
/* Replaces a file atomically: temporary file beside it, fsync, rename, fsync of the folder.
 * [worker] */
int32_t signet_file_write(signet_call_t *call, signet_text_t path, signet_bytes_t content,
                          uint32_t mode);

#endif
