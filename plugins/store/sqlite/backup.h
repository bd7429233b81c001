/* Copies of the database: made beside whoever uses it, looked through, taken in its place. */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "store.h"

/* The functions of signet.backup/1 that take a copy in the database's place. */
int32_t store_stage(void *instance, signet_call_t *call, signet_text_t path, uint32_t replace,
                    signet_text_t *staged);
int32_t store_adopt(void *instance, signet_call_t *call, signet_text_t *kept);
void store_abandon(void *instance);

#endif
