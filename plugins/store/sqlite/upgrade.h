/* Files of older schema versions. */
#ifndef STORE_UPGRADE_H
#define STORE_UPGRADE_H

#include "file.h"

/* Brings a file to STORE_SCHEMA_VERSION, or leaves it as it is. [worker] */
int32_t store_upgrade(signet_call_t *call, const store_file_t *file);

#endif
