/* Bundles on a host that runs. */
#ifndef CA_IMPORT_H
#define CA_IMPORT_H

#include <signet/ext/draft/authority.h>

/* signet_authority_interface_t.import_bundle. */
int32_t ca_import_bundle(void *instance, signet_call_t *call,
                         const signet_authority_bundle_t *asked,
                         const signet_authority_report_t **report);

#endif
