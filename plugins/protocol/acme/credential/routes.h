/* Routes below /v1/acme for officers: credentials of a directory. */
#ifndef ACME_CREDENTIAL_ROUTES_H
#define ACME_CREDENTIAL_ROUTES_H

#include <signet/http.h>

int32_t acme_credential_create(void *instance, signet_call_t *call, const signet_request_t *http,
                               signet_exchange_t *exchange);
int32_t acme_credential_show(void *instance, signet_call_t *call, const signet_request_t *http,
                             signet_exchange_t *exchange);
int32_t acme_credential_revoke(void *instance, signet_call_t *call, const signet_request_t *http,
                               signet_exchange_t *exchange);

#endif
