/* Lists in files: a copy of the current one of each issuer below the folder, for a start without
 * the store, and those that others sign for authorities that are offline. */
#ifndef STATUS_CRL_FILE_H
#define STATUS_CRL_FILE_H

#include "status.h"

/* Serves a list and keeps its copy. INVALID where it is not this issuer's or not rightly signed. */
int32_t status_file_keep(const status_t *status, signet_call_t *call, status_issuer_t *issuer,
                         signet_bytes_t der);
/* Serves the copy, where there is one and it is right; at the start. */
void status_file_recall(const status_t *status, signet_call_t *call, status_issuer_t *issuer);
/* Serves the list in the file that others leave, where it changed. A list that is older than the
 * one that is served is refused. */
int32_t status_file_look(const status_t *status, signet_call_t *call, status_issuer_t *issuer);

#endif
