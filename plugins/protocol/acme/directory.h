/* The directory itself and its nonces (RFC 8555, 7.1.1, 7.2). */
#ifndef ACME_DIRECTORY_H
#define ACME_DIRECTORY_H

#include <signet/http.h>

int32_t acme_directory_read(void *instance, signet_call_t *call, const signet_request_t *http,
                            signet_exchange_t *exchange);
int32_t acme_directory_nonce(void *instance, signet_call_t *call, const signet_request_t *http,
                             signet_exchange_t *exchange);

#endif
