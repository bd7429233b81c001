/* Lists in the store, for all nodes alike: the collection status.lists, keyed
 * "AUTHORITY/GENERATION", names the current one; its octets are in status.parts, keyed
 * "AUTHORITY/GENERATION/NUMBER/PART" and written before it is named. */
#ifndef STATUS_CRL_RECORD_H
#define STATUS_CRL_RECORD_H

#include "issuer.h"
#include "status.h"

/* The current list of an issuer. */
typedef struct status_record {
    uint64_t version; /* of the record; 0: there is none */
    signet_bytes_t number;
    signet_bytes_t sha256;
    signet_bytes_t entries; /* SHA-256 of its encoded entries */
    uint64_t entry_count;
    uint64_t length;
    uint64_t parts;
    int64_t this_update;
    int64_t next_update;
    int64_t scheduled; /* thisUpdate of the last one that was due by the schedule */
} status_record_t;

int32_t status_record_declare(signet_call_t *call, const signet_store_t *store);
int32_t status_record_get(const status_t *status, signet_call_t *call,
                          const status_issuer_t *issuer, status_record_t *record);
/* The octets of a list, put together and compared with the digest. */
int32_t status_record_read(const status_t *status, signet_call_t *call,
                           const status_issuer_t *issuer, const status_record_t *record,
                           signet_bytes_t *der);
/* Stores a list's octets, then names it in place of `former`, with an entry in the journal. */
int32_t status_record_put(const status_t *status, signet_call_t *call,
                          const status_issuer_t *issuer, const status_record_t *former,
                          status_record_t *record, signet_bytes_t der, signet_text_t lease,
                          signet_text_t lease_owner);

#endif
