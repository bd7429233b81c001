/* A walk through all that was issued, of all tenants, which makes it count for rules that are new:
 * keys into the index, certificates that are valid onto the reservations of their holders. */
#ifndef CA_COUNTING_H
#define CA_COUNTING_H

#include "ca.h"

#include <signet/sdk/record.h>

typedef struct ca_counting {
    signet_store_t store;
    int keys;               /* the index of keys is to be completed */
    uint8_t *mine;          /* for each profile: its certificates are to be listed */
    uint64_t changed;       /* certificates that did not count before */
    signet_change_t *batch; /* of records that get their key, of one tenant */
    uint64_t batch_count;
} ca_counting_t;

/* Goes through intents and certificates once. What others changed in the same moment is left out,
 * and counted in `changed`: another walk finds it. */
int32_t ca_counting_walk(const ca_t *ca, signet_call_t *call, ca_counting_t *walk);

#endif
