/* Routes of accounts. */
#ifndef ACME_ACCOUNT_H
#define ACME_ACCOUNT_H

#include <signet/http.h>

/* newAccount (RFC 8555, 7.3). */
int32_t acme_account_new(void *instance, signet_call_t *call, const signet_request_t *http,
                         signet_exchange_t *exchange);
/* An account's own resource: read, update, deactivate (7.3.2, 7.3.6). */
int32_t acme_account_change(void *instance, signet_call_t *call, const signet_request_t *http,
                            signet_exchange_t *exchange);
/* Its orders (7.1.2.1). */
int32_t acme_account_orders(void *instance, signet_call_t *call, const signet_request_t *http,
                            signet_exchange_t *exchange);
/* keyChange (7.3.5). */
int32_t acme_account_key_change(void *instance, signet_call_t *call, const signet_request_t *http,
                                signet_exchange_t *exchange);

#endif
