/* Signatures by a token. Hashes are computed here: raw mechanisms (CKM_ECDSA, CKM_RSA_PKCS, its
 * PSS) are what every module has, and a digest crosses to an HSM faster than a message. */
#ifndef PKCS11_SIGN_H
#define PKCS11_SIGN_H

#include "pkcs11_key.h"

/* Judges the request and signs; once more on a fresh session where the first one was lost. */
int32_t pkcs11_sign(signet_call_t *call, pkcs11_pool_t *pool, pkcs11_key_t *key,
                    const signet_sign_request_t *request, signet_bytes_t *signature);

#endif
