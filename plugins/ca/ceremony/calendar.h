/* What the coming ceremonies must sign: whatever root and policy authorities signed and will end.
 */
#ifndef CA_CALENDAR_H
#define CA_CALENDAR_H

#include "ca.h"

/* So long before its end something must be on a ceremony's list. */
#define CA_CALENDAR_ALERT_MS (INT64_C(30) * 24 * 3600 * 1000)

/* One thing to be signed again. */
typedef struct ca_due {
    const char *what;        /* "certificate", "revocation list", "responder" */
    signet_text_t authority; /* whose it is */
    signet_text_t signer;    /* who signs it */
    signet_text_t file;
    int64_t ends;        /* 0: there is none yet */
    uint64_t generation; /* of the authority's key */
    signet_text_t tenant;
} ca_due_t;

/* All of them, the next first, read from the files that the configuration names; of authorities
 * with further keys each key's list and responder, while it may still sign them, and the
 * certificate of the one that issues. */
int32_t ca_calendar(const ca_t *ca, signet_call_t *call, ca_due_t **items, uint64_t *count);
/* The job: journals "ceremony.due" and warns, for each that ends within 30 days, once a day. */
int32_t ca_calendar_job(void *instance, signet_call_t *call);

#endif
