/* The SDK's OpenSSL provider: built into whatever links the SDK, loaded beside the default one. */
#include <signet/sdk/provider.h>

#include "algorithm.h"
#include "provider_key.h"

#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <signet/sdk/error.h>
#include <string.h>

#define NAME "signet"

/* The names are those of OpenSSL's own, so that both are found for the same keys. */
static const OSSL_ALGORITHM key_algorithms[] = {
    {"RSA:rsaEncryption:1.2.840.113549.1.1.1", SIGNET_PROVIDER_PROPERTIES, signet_provider_rsa_keys,
     NULL},
    {"EC:id-ecPublicKey:1.2.840.10045.2.1", SIGNET_PROVIDER_PROPERTIES, signet_provider_ec_keys,
     NULL},
    {"ED25519:1.3.101.112", SIGNET_PROVIDER_PROPERTIES, signet_provider_ed25519_keys, NULL},
    {"ED448:1.3.101.113", SIGNET_PROVIDER_PROPERTIES, signet_provider_ed448_keys, NULL},
    {NULL, NULL, NULL, NULL},
};

static const OSSL_ALGORITHM signature_algorithms[] = {
    {"RSA:rsaEncryption:1.2.840.113549.1.1.1", SIGNET_PROVIDER_PROPERTIES,
     signet_provider_signature, NULL},
    {"ECDSA", SIGNET_PROVIDER_PROPERTIES, signet_provider_signature, NULL},
    {"ED25519:1.3.101.112", SIGNET_PROVIDER_PROPERTIES, signet_provider_signature, NULL},
    {"ED448:1.3.101.113", SIGNET_PROVIDER_PROPERTIES, signet_provider_signature, NULL},
    {NULL, NULL, NULL, NULL},
};

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_cache)
{
    (void)provider;
    *no_cache = 0;
    if (operation == OSSL_OP_KEYMGMT) {
        return key_algorithms;
    }
    return operation == OSSL_OP_SIGNATURE ? signature_algorithms : NULL;
}

static int initialise(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *core,
                      const OSSL_DISPATCH **functions, void **provider)
{
    static const OSSL_DISPATCH own[] = {
        {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query},
        {0, NULL},
    };
    (void)core;
    *functions = own;
    /* No state of its own, but OpenSSL wants something that is not NULL. */
    *provider = (void *)(uintptr_t)handle;
    return 1;
}

/* The providers of a library context, as many as are loaded here. */
typedef struct loaded {
    OSSL_PROVIDER *providers[2];
    unsigned count;
} loaded_t;

static int collect(OSSL_PROVIDER *provider, void *argument)
{
    loaded_t *loaded = argument;
    if (loaded->count < sizeof(loaded->providers) / sizeof(loaded->providers[0])) {
        loaded->providers[loaded->count++] = provider;
    }
    return 1;
}

/* A library context does not let go of what was loaded into it, so that is unloaded first; after
 * the walk, which holds the context's lock. */
void signet_provider_library_free(OSSL_LIB_CTX *library)
{
    loaded_t loaded = {{NULL, NULL}, 0};
    if (library == NULL) {
        return;
    }
    OSSL_PROVIDER_do_all(library, collect, &loaded);
    for (unsigned i = 0; i < loaded.count; i++) {
        OSSL_PROVIDER_unload(loaded.providers[i]);
    }
    OSSL_LIB_CTX_free(library);
}

OSSL_LIB_CTX *signet_provider_library(signet_call_t *call)
{
    OSSL_LIB_CTX *library = OSSL_LIB_CTX_new();
    /* The default provider comes first, and is preferred where nobody asks for this one. */
    if (library != NULL && OSSL_PROVIDER_load(library, "default") != NULL &&
        OSSL_PROVIDER_add_builtin(library, NAME, initialise) == 1 &&
        OSSL_PROVIDER_load(library, NAME) != NULL &&
        EVP_set_default_properties(library, "?provider=default") == 1) {
        return library;
    }
    signet_provider_library_free(library);
    ERR_clear_error();
    signet_fail(call, SIGNET_INTERNAL, "provider.failed",
                "OpenSSL could not load its default provider beside the one for keys.");
    return NULL;
}

/* The EVP_PKEY of a binding, in `library`. */
static EVP_PKEY *bind(OSSL_LIB_CTX *library, const char *type,
                      const signet_provider_binding_t *binding)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(SIGNET_PROVIDER_BINDING, &binding, sizeof(binding)),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(library, type, SIGNET_PROVIDER_PROPERTIES);
    if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) != 1) {
        key = NULL;
    }
    EVP_PKEY_CTX_free(context);
    return key;
}

EVP_PKEY *signet_provider_key(signet_call_t *call, OSSL_LIB_CTX *library,
                              const signet_key_interface_t *interface, void *instance,
                              signet_text_t uri, uint32_t purpose, signet_text_t intent)
{
    const signet_key_t *found = NULL;
    if (interface->find(instance, call, uri, &found) != SIGNET_OK) {
        return NULL;
    }
    signet_provider_binding_t *binding = signet_alloc(call, 1, sizeof(*binding));
    if (binding == NULL) {
        return NULL;
    }
    binding->call = call;
    binding->interface = interface;
    binding->instance = instance;
    binding->uri = signet_text_copy(call, uri);
    binding->purpose = purpose;
    binding->intent = signet_text_copy(call, intent);
    if (binding->uri.data == NULL || binding->intent.data == NULL) {
        return NULL;
    }
    const uint8_t *next = found->public_key.data;
    binding->public_key = d2i_PUBKEY(NULL, &next, (long)found->public_key.length);
    EVP_PKEY *key = NULL;
    if (binding->public_key != NULL) {
        key = bind(library, EVP_PKEY_get0_type_name(binding->public_key), binding);
    }
    /* The key holds a reference of its own. */
    EVP_PKEY_free(binding->public_key);
    binding->public_key = NULL;
    if (key == NULL) {
        ERR_clear_error();
        signet_fail(call, SIGNET_UNSUPPORTED, "key.unsupported",
                    "The key \"%.*s\" cannot be used through OpenSSL: its public key is not RSA, "
                    "EC, Ed25519 or Ed448.",
                    SIGNET_FORMAT(uri));
    }
    return key;
}
