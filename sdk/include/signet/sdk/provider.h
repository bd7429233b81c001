/* A key in any backend as an OpenSSL EVP_PKEY, through a small OpenSSL provider, so that CMS, TSP,
 * CMP and everything rare can use OpenSSL's own encoders. Not for hot paths. */
#ifndef SIGNET_SDK_PROVIDER_H
#define SIGNET_SDK_PROVIDER_H

#include <openssl/evp.h>
#include <signet/key.h>
#include <signet/sdk/backend.h>

/* An EVP_PKEY that signs with `uri` in the backend for `purpose`, for as long as `call` lives; it
 * works with OpenSSL's signing functions (RSA PKCS#1 and PSS, ECDSA, EdDSA), is bound to
 * `library` and carries the public key. `intent` is handed to the backend. Free it with
 * EVP_PKEY_free before the call ends. NULL with the error set. [worker] */
EVP_PKEY *signet_provider_key(signet_call_t *call, OSSL_LIB_CTX *library,
                              const signet_key_interface_t *interface, void *instance,
                              signet_text_t uri, uint32_t purpose, signet_text_t intent);
/* A library context in which the provider and OpenSSL's default one are loaded. Free with
 * signet_provider_library_free. NULL with the error set. [any] */
OSSL_LIB_CTX *signet_provider_library(signet_call_t *call);
void signet_provider_library_free(OSSL_LIB_CTX *library);
/* A new private key in memory, of no backend. Free it with EVP_PKEY_free. UNSUPPORTED where the
 * OpenSSL at hand lacks the type, INTERNAL ("key.openssl-failed"). [any] */
int32_t signet_key_make(signet_call_t *call, const signet_key_type_t *type, EVP_PKEY **key);

#endif
