/* Whose clients ask when to renew (RFC 9773): the collection ca.renewal-asked, keyed as
 * certificates are. Those that never asked will not learn of an earlier renewal either. */
#ifndef CA_ASKED_RENEWAL_H
#define CA_ASKED_RENEWAL_H

#include "ca.h"

#define CA_RENEWAL_ASKED "ca.renewal-asked"

int32_t ca_asked_renewal_declare(signet_call_t *call, const signet_store_t *store);
/* signet.inventory/1 renewal_asked. */
int32_t ca_asked_renewal_note(void *instance, signet_call_t *call, signet_text_t authority,
                              signet_bytes_t serial);
/* When a client of the certificate with this key asked last, to a day; 0: never. */
int32_t ca_asked_renewal_get(signet_call_t *call, const signet_store_t *store, signet_text_t key,
                             int64_t *asked);

#endif
