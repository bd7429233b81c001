/* The authorities of an instance once more, as their files and records are now: what judges a
 * change may take it over there, while calls work with the instance's own. */
#ifndef CA_AUTHORITY_COPY_H
#define CA_AUTHORITY_COPY_H

#include "ca.h"

/* Fills a zeroed `copy`, which has authorities and nothing to issue with. To be freed, also after
 * a failure. */
int32_t ca_authorities_copy(const ca_t *ca, signet_call_t *call, ca_t *copy);
void ca_authorities_free(ca_t *copy);

#endif
