/* Revocation lists in files. */
#ifndef CA_LIST_FILE_H
#define CA_LIST_FILE_H

#include <signet/sdk/crl.h>

/* The list in a file, PEM; NULL where there is no file. INVALID. [worker] */
int32_t ca_list_file_read(signet_call_t *call, signet_text_t path, const signet_crl_t **crl);

#endif
