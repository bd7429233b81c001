/* What a compromise of an authority's keys reaches: what they signed and what is still good, by
 * profile and by owner, and the authorities below. */
#ifndef CA_IMPACT_H
#define CA_IMPACT_H

#include "authority/lineage.h"

#include <signet/ext/draft/authority.h>
#include <signet/sdk/json.h>

/* Writes counts and authorities as members of the open object. */
int32_t ca_impact_summary(ca_t *ca, signet_call_t *call, const ca_authority_t *home,
                          signet_json_writer_t *writer);
/* The same and a page of the certificates, as a JSON object; pages after the first are without the
 * counts. */
int32_t ca_impact(ca_t *ca, signet_call_t *call, const ca_authority_t *home, uint64_t limit,
                  signet_text_t cursor, signet_text_t *document);

#endif
