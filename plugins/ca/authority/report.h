/* An authority's state and keys as a JSON object. */
#ifndef CA_REPORT_H
#define CA_REPORT_H

#include "authority/lineage.h"

#include <signet/sdk/json.h>

int32_t ca_report(signet_call_t *call, const ca_authority_t *home, const ca_lineage_t *lineage,
                  signet_text_t *document);

#endif
