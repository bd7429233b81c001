/* Destroying keys on a token. */
#ifndef PKCS11_DESTROY_H
#define PKCS11_DESTROY_H

#include "pkcs11_object.h"
#include "pkcs11_session.h"

/* Destroys the private key that `selector` means and its public key's object, and looks whether
 * both are gone. CONFLICT where the key is another one than `public_key`, or where there are two;
 * NOT_FOUND where the token has neither object; DENIED where the token refuses. */
int32_t pkcs11_destroy(signet_call_t *call, pkcs11_pool_t *pool, const pkcs11_selector_t *selector,
                       signet_bytes_t public_key);

#endif
