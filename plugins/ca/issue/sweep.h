/* Reservations that do not count any more are deleted, some at a time. */
#ifndef CA_SWEEP_H
#define CA_SWEEP_H

#include "ca.h"

/* A record is deleted so long after nothing of it counted: longer than any call that may have read
 * it before lives. */
#define CA_SWEEP_REST_MS (INT64_C(6) * 3600 * 1000)

/* Adds the job "reservations". */
int32_t ca_sweep_start(ca_t *ca, signet_call_t *call);
void ca_sweep_free(ca_t *ca);

#endif
