/* The last revocation list of a key that is given up: whole, good beyond all that the key signed,
 * and kept for those who publish it. The collection ca.last_lists, keyed
 * "authority/generation/part". */
#ifndef CA_LAST_LIST_H
#define CA_LAST_LIST_H

#include "authority/generation.h"

#define CA_LAST_LISTS "ca.last_lists"

typedef struct ca_last_list {
    signet_bytes_t der;
    signet_bytes_t sha256;  /* of it */
    signet_bytes_t number;  /* CRL number */
    signet_bytes_t entries; /* SHA-256 of its encoded entries */
    uint64_t entry_count;
    int64_t this_update;
    int64_t next_update;
    uint64_t parts;   /* records that hold it */
    uint64_t version; /* of the first of them; 0: there is none */
} ca_last_list_t;

int32_t ca_last_list_declare(signet_call_t *call, const signet_store_t *store);
/* The list on record. NOT_FOUND ("authority.no-list"). */
int32_t ca_last_list_get(ca_t *ca, signet_call_t *call, signet_text_t authority,
                         uint64_t generation, ca_last_list_t *list);
/* The list of all that the key signed and that was revoked, good until `until` at least: the one on
 * record where it is that, else a new one with a higher number, signed by the key at `key_uri`,
 * stored and journaled. */
int32_t ca_last_list_settle(ca_t *ca, signet_call_t *call, ca_authority_t *authority,
                            signet_text_t key_uri, int64_t until, ca_last_list_t *list);

#endif
