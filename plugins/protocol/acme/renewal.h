/* Renewal information (RFC 9773). */
#ifndef ACME_RENEWAL_H
#define ACME_RENEWAL_H

#include <signet/inventory.h>

#include "protocol/request.h"

/* GET renewalInfo (4.1): when the certificate that the path names is best renewed. */
int32_t acme_renewal_read(void *instance, signet_call_t *call, const signet_request_t *http,
                          signet_exchange_t *exchange);
/* The certificate that an identifier (4.1) names, read in `reading` and in its arena. INVALID
 * ("acme.malformed"), NOT_FOUND, on `call`. [worker] */
int32_t acme_renewal_find(signet_call_t *call, signet_call_t *reading,
                          const acme_request_t *request, signet_text_t id,
                          const signet_certificate_t **certificate);

#endif
