/* Key management of the provider. Whatever concerns the public key is asked of OpenSSL's own. */
#include "provider_key.h"

#include "algorithm.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

static const char *type_name(int family)
{
    switch (family) {
    case SIGNET_FAMILY_RSA:
        return "RSA";
    case SIGNET_FAMILY_EC:
        return "EC";
    case SIGNET_FAMILY_ED25519:
        return "ED25519";
    default:
        return "ED448";
    }
}

static void *new_key(int family)
{
    signet_provider_keydata_t *key = calloc(1, sizeof(*key));
    if (key != NULL) {
        key->family = family;
    }
    return key;
}

static void *new_rsa(void *provider)
{
    (void)provider;
    return new_key(SIGNET_FAMILY_RSA);
}

static void *new_ec(void *provider)
{
    (void)provider;
    return new_key(SIGNET_FAMILY_EC);
}

static void *new_ed25519(void *provider)
{
    (void)provider;
    return new_key(SIGNET_FAMILY_ED25519);
}

static void *new_ed448(void *provider)
{
    (void)provider;
    return new_key(SIGNET_FAMILY_ED448);
}

static void free_key(void *data)
{
    signet_provider_keydata_t *key = data;
    if (key != NULL) {
        EVP_PKEY_free(key->public_key);
        free(key);
    }
}

static void *duplicate(const void *data, int selection)
{
    const signet_provider_keydata_t *key = data;
    signet_provider_keydata_t *copy = new_key(key->family);
    if (copy == NULL) {
        return NULL;
    }
    if (key->public_key != NULL) {
        if (EVP_PKEY_up_ref(key->public_key) != 1) {
            free_key(copy);
            return NULL;
        }
        copy->public_key = key->public_key;
    }
    if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0) {
        copy->binding = key->binding;
    }
    return copy;
}

static int has(const void *data, int selection)
{
    const signet_provider_keydata_t *key = data;
    if (key == NULL || key->public_key == NULL) {
        return 0;
    }
    return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 || key->binding != NULL;
}

static int match(const void *first, const void *second, int selection)
{
    const signet_provider_keydata_t *a = first;
    const signet_provider_keydata_t *b = second;
    if (a->public_key == NULL || b->public_key == NULL) {
        return 0;
    }
    if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) == 0) {
        return EVP_PKEY_parameters_eq(a->public_key, b->public_key) == 1;
    }
    return EVP_PKEY_eq(a->public_key, b->public_key) == 1;
}

static int import(void *data, int selection, const OSSL_PARAM parameters[])
{
    signet_provider_keydata_t *key = data;
    const OSSL_PARAM *bound = OSSL_PARAM_locate_const(parameters, SIGNET_PROVIDER_BINDING);
    if (bound != NULL) {
        if (bound->data_type != OSSL_PARAM_OCTET_STRING ||
            bound->data_size != sizeof(key->binding)) {
            return 0;
        }
        memcpy(&key->binding, bound->data, sizeof(key->binding));
        if (EVP_PKEY_up_ref(key->binding->public_key) != 1) {
            key->binding = NULL;
            return 0;
        }
        key->public_key = key->binding->public_key;
        return 1;
    }
    /* A public key of others, to be compared with one of ours. Private ones have no place here. */
    if ((selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) == 0) {
        return 0;
    }
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type_name(key->family), NULL);
    int right = context != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
                EVP_PKEY_fromdata(context, &key->public_key, EVP_PKEY_PUBLIC_KEY,
                                  (OSSL_PARAM *)(uintptr_t)parameters) == 1;
    EVP_PKEY_CTX_free(context);
    return right;
}

/* The private part is never handed out: OpenSSL then leaves signing to this provider. */
static int export(void *data, int selection, OSSL_CALLBACK *callback, void *argument)
{
    const signet_provider_keydata_t *key = data;
    OSSL_PARAM *parameters = NULL;
    if (key->public_key == NULL || (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 ||
        EVP_PKEY_todata(key->public_key, EVP_PKEY_PUBLIC_KEY, &parameters) != 1) {
        return 0;
    }
    int right = callback(parameters, argument);
    OSSL_PARAM_free(parameters);
    return right;
}

static const OSSL_PARAM *import_types(int selection)
{
    static const OSSL_PARAM types[] = {
        OSSL_PARAM_octet_string(SIGNET_PROVIDER_BINDING, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
        OSSL_PARAM_END,
    };
    (void)selection;
    return types;
}

static int get_params(void *data, OSSL_PARAM parameters[])
{
    const signet_provider_keydata_t *key = data;
    return key->public_key != NULL && EVP_PKEY_get_params(key->public_key, parameters) == 1;
}

static const OSSL_PARAM *gettable_params(void *provider)
{
    static const OSSL_PARAM types[] = {
        OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_MANDATORY_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
        OSSL_PARAM_END,
    };
    (void)provider;
    return types;
}

static const char *ec_operation(int operation)
{
    return operation == OSSL_OP_SIGNATURE ? "ECDSA" : NULL;
}

/* The functions' types are those that OpenSSL's dispatch tables ask for. */
#define FUNCTION(id, function)                                                                     \
    {                                                                                              \
        id, (void (*)(void))(function)                                                             \
    }
#define KEY_FUNCTIONS(create)                                                                      \
    FUNCTION(OSSL_FUNC_KEYMGMT_NEW, create), FUNCTION(OSSL_FUNC_KEYMGMT_FREE, free_key),           \
        FUNCTION(OSSL_FUNC_KEYMGMT_DUP, duplicate), FUNCTION(OSSL_FUNC_KEYMGMT_HAS, has),          \
        FUNCTION(OSSL_FUNC_KEYMGMT_MATCH, match), FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT, import),      \
        FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, import_types),                                    \
        FUNCTION(OSSL_FUNC_KEYMGMT_EXPORT, export),                                                \
        FUNCTION(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, import_types),                                    \
        FUNCTION(OSSL_FUNC_KEYMGMT_GET_PARAMS, get_params),                                        \
        FUNCTION(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, gettable_params)

const OSSL_DISPATCH signet_provider_rsa_keys[] = {KEY_FUNCTIONS(new_rsa), {0, NULL}};
const OSSL_DISPATCH signet_provider_ec_keys[] = {
    KEY_FUNCTIONS(new_ec),
    FUNCTION(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, ec_operation),
    {0, NULL},
};
const OSSL_DISPATCH signet_provider_ed25519_keys[] = {KEY_FUNCTIONS(new_ed25519), {0, NULL}};
const OSSL_DISPATCH signet_provider_ed448_keys[] = {KEY_FUNCTIONS(new_ed448), {0, NULL}};
