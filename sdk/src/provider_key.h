/* The keys of the SDK's OpenSSL provider. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_PROVIDER_KEY_H
#define SIGNET_SDK_SRC_PROVIDER_KEY_H

#include <openssl/core_dispatch.h>
#include <openssl/evp.h>
#include <signet/key.h>

#define SIGNET_PROVIDER_PROPERTIES "provider=signet"
/* The parameter by which signet_provider_key hands its key over: an octet string that holds the
 * address of a signet_provider_binding_t. */
#define SIGNET_PROVIDER_BINDING "signet-binding"

/* A key in a backend, with what is needed to sign with it. */
typedef struct signet_provider_binding {
    signet_call_t *call;
    const signet_key_interface_t *interface;
    void *instance;
    signet_text_t uri;
    uint32_t purpose;
    signet_text_t intent;
    EVP_PKEY *public_key; /* OpenSSL's own, of the default library context */
} signet_provider_binding_t;

/* Key data: a public key, and for one that signs its binding, which lives in the call's arena. */
typedef struct signet_provider_keydata {
    int family; /* SIGNET_FAMILY_* */
    EVP_PKEY *public_key;
    const signet_provider_binding_t *binding; /* NULL: it only verifies */
} signet_provider_keydata_t;

extern const OSSL_DISPATCH signet_provider_rsa_keys[];
extern const OSSL_DISPATCH signet_provider_ec_keys[];
extern const OSSL_DISPATCH signet_provider_ed25519_keys[];
extern const OSSL_DISPATCH signet_provider_ed448_keys[];
extern const OSSL_DISPATCH signet_provider_signature[];

#endif
