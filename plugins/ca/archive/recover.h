/* Recovery: one archived key, once, after others have agreed. */
#ifndef CA_RECOVER_H
#define CA_RECOVER_H

#include "ca.h"

#include <signet/ca.h>

#define CA_RECOVER_KIND "key.recover"

/* signet.ca/1 recover_key. */
int32_t ca_recover(void *instance, signet_call_t *call, const signet_recovery_request_t *request,
                   const signet_archived_key_t **recovered);
/* signet.ca/1 archived_keys. */
int32_t ca_recover_history(void *instance, signet_call_t *call,
                           const signet_archived_key_query_t *query,
                           const signet_archived_key_page_t **page);

#endif
