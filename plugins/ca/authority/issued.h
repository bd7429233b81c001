/* What an authority signed and has on record: certificates, and intents that count as signed. */
#ifndef CA_ISSUED_H
#define CA_ISSUED_H

#include "authority/authority.h"
#include "ca.h"
#include "record/record.h"

typedef struct ca_issued ca_issued_t;

/* A walk over them; each is visited with the call of its page. */
struct ca_issued {
    signet_text_t authority;
    uint64_t generation;   /* of the key that signed them; 0: of any */
    int64_t unexpired_at;  /* those whose end lies there or later; 0: all */
    signet_text_t state;   /* those in this state alone, and no intents; empty: all */
    signet_text_t profile; /* those of this profile alone; empty: all */
    int32_t (*visit)(ca_issued_t *issued, signet_call_t *call, const ca_record_t *record);
    void *context;
};

int32_t ca_issued_walk(ca_t *ca, signet_call_t *call, ca_issued_t *issued);

/* How much of what one key signed is still valid. */
typedef struct ca_issued_count {
    uint64_t left;    /* neither expired nor revoked; held and abandoned ones are among them, OCSP
                       * responders are not */
    uint64_t revoked; /* and not expired */
    int64_t last_not_after; /* of all that have not expired; 0: there are none */
} ca_issued_count_t;

/* Counts without the authority's own certificate, which a root signs itself. */
int32_t ca_issued_count(ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                        ca_issued_count_t *count);

#endif
