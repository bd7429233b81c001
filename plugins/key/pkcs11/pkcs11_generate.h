/* Making keys on a token: sensitive, non-extractable, for signatures alone. */
#ifndef PKCS11_GENERATE_H
#define PKCS11_GENERATE_H

#include "pkcs11_key.h"

/* Makes the pair; the private key never leaves the token. EXISTS, UNSUPPORTED, UNAVAILABLE. */
int32_t pkcs11_generate(signet_call_t *call, pkcs11_pool_t *pool,
                        const signet_key_request_t *request);

#endif
