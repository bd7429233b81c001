/* Signed certificate timestamps (RFC 6962, 3.2 and 3.3). */
#ifndef CA_SCT_H
#define CA_SCT_H

#include "transparency/log.h"

/* No SCT that is taken is longer, its extensions included. */
#define CA_SCT_MAX 1024U
/* No answer of a log to a precertificate that is read is longer. */
#define CA_SCT_ANSWER_MAX 8192U

/* What an SCT is about: a precertificate. */
typedef struct ca_sct_entry {
    signet_bytes_t issuer_key_hash; /* SHA-256 of the issuer's SubjectPublicKeyInfo */
    signet_bytes_t tbs;             /* the to-be-signed part without the poison */
    int64_t earliest;               /* ms: no timestamp may lie before it */
} ca_sct_entry_t;

/* Reads a log's answer to add-pre-chain and verifies it: version, the log's own id, a timestamp
 * that is neither before the precertificate nor in the future, and the signature over all of it,
 * extensions included. `*sct` is the SerializedSCT with its extensions as they are. INVALID, DENIED
 * ("transparency.…"). */
int32_t ca_sct_read(signet_call_t *call, const ca_log_t *log, const ca_sct_entry_t *entry,
                    signet_bytes_t answer, signet_bytes_t *sct);
/* A SignedCertificateTimestampList of `count` SerializedSCTs. */
int32_t ca_sct_list(signet_call_t *call, const signet_bytes_t *scts, uint64_t count,
                    signet_bytes_t *list);

#endif
