/* Making a list: gathered, numbered, signed, stored, served. */
#ifndef STATUS_CRL_MAKE_H
#define STATUS_CRL_MAKE_H

#include "crl/record.h"

/* Why a list is made. */
typedef struct status_making {
    const status_record_t *former;
    int scheduled;  /* it is due by the schedule */
    int if_changed; /* only where the entries are others than those of the former list */
    signet_text_t lease;
    signet_text_t lease_owner;
} status_making_t;

/* Makes the list of an issuer whose lease is held, and serves it. */
int32_t status_make(status_t *status, signet_call_t *call, status_issuer_t *issuer,
                    const status_making_t *making);

#endif
