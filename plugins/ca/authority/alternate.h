/* Other ways up: cross-certificates that foreign authorities made for one of ours, each with the
 * chain above it. */
#ifndef CA_ALTERNATE_H
#define CA_ALTERNATE_H

#include "ca.h"

#include <signet/ca.h>

/* One way: a certificate for our authority's key and name, then those above it, DER, the last
 * self-signed. */
struct ca_alternate {
    ca_alternate_t *next;
    signet_text_t root; /* subject of the last, RFC 4514 */
    signet_bytes_t *certificates;
    uint64_t count;
};

/* Reads the authority's file of cross-certificates, where it names one and the file is there: PEM,
 * each cross-certificate followed by its chain. All are checked: for our key and name, authorities,
 * each signed by the next. INVALID ("authority.cross-certificate"). */
int32_t ca_alternate_load(ca_t *ca, signet_call_t *call, ca_authority_t *authority);
/* Checks what is in a file (one cross-certificate and its chain, PEM) in the same way and appends
 * it to the authority's file; journaled. EXISTS where it is there already. */
int32_t ca_alternate_import(ca_t *ca, signet_call_t *call, ca_authority_t *authority,
                            signet_text_t path);
/* signet.ca/1 chains. */
int32_t ca_alternate_chains(void *instance, signet_call_t *call, signet_text_t authority,
                            const signet_chain_t *const **chains, uint64_t *count);

#endif
