/* Intents that the last run of this host left behind. */
#ifndef CA_ABANDONED_H
#define CA_ABANDONED_H

#include "ca.h"

/* Looks through all tenants for abandoned intents, at the start; logs each, and journals each
 * once. */
int32_t ca_abandoned_list(ca_t *ca, signet_call_t *call);

#endif
