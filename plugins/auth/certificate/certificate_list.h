/* Certificates and revocation lists in files, and whether a file has changed. */
#ifndef CERTIFICATE_LIST_H
#define CERTIFICATE_LIST_H

#include <signet/sdk/setting.h>
#include <sys/stat.h>

#include "certificate_trust.h"

/* What a file was like when it was read. */
typedef struct certificate_file {
    signet_text_t path;
    struct stat seen; /* all zero: it was not there */
} certificate_file_t;

/* Whether the file is another one than the one seen, and sees it as it is now. [worker] */
int certificate_file_changed(signet_call_t *call, certificate_file_t *file);
/* Adds every certificate of a PEM file as an anchor. INVALID, NOT_FOUND. [worker] */
int32_t certificate_file_anchors(signet_call_t *call, signet_text_t path,
                                 certificate_trust_t *trust);
/* Adds every list of a file, PEM or one in DER. INVALID, also for a list without nextUpdate, which
 * would never end; NOT_FOUND. [worker] */
int32_t certificate_file_lists(signet_call_t *call, signet_text_t path, certificate_trust_t *trust);

#endif
