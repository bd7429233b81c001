/* Decryption by a token. */
#ifndef PKCS11_DECRYPT_H
#define PKCS11_DECRYPT_H

#include "pkcs11_key.h"

/* Judges the request and deciphers; once more on a fresh session where the first one was lost. */
int32_t pkcs11_decrypt(signet_call_t *call, pkcs11_pool_t *pool, pkcs11_key_t *key,
                       const signet_decrypt_request_t *request, signet_bytes_t *plaintext);

#endif
