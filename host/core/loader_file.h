/* What must hold of a plugin's file before any of its code runs. */
#ifndef CORE_LOADER_FILE_H
#define CORE_LOADER_FILE_H

#include <signet/call.h>

/* Fails where the file or its folder belongs to somebody else or may be written by others, and
 * where the file is not a whole shared object for this machine. */
int32_t core_loader_check_file(signet_call_t *call, const char *folder, const char *path);

#endif
