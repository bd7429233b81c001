/* revokeCert (RFC 8555, 7.6). */
#ifndef ACME_REVOKE_H
#define ACME_REVOKE_H

#include <signet/http.h>

int32_t acme_revoke(void *instance, signet_call_t *call, const signet_request_t *http,
                    signet_exchange_t *exchange);

#endif
