/* The directory itself and its nonces (RFC 8555, 7.1.1, 7.2). */
#ifndef ACME_DIRECTORY_H
#define ACME_DIRECTORY_H

#include "protocol/request.h"

int32_t acme_directory_read(void *instance, signet_call_t *call, const signet_request_t *http,
                            signet_exchange_t *exchange);
int32_t acme_directory_nonce(void *instance, signet_call_t *call, const signet_request_t *http,
                             signet_exchange_t *exchange);
/* Writes the names of issuers that dns-persist-01 looks for. [any] */
void acme_directory_issuers(signet_json_writer_t *writer, const acme_directory_t *directory);

#endif
