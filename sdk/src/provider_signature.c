/* Signatures of the provider: the message is gathered and given to the backend as a whole. A digest
 * alone is given to it for CRLs only, which is what backends allow. */
#include "algorithm.h"
#include "digest.h"
#include "provider_key.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <signet/sdk/error.h>
#include <stdlib.h>
#include <string.h>

typedef struct signature {
    signet_provider_keydata_t *key; /* the EVP_PKEY's, which outlives this */
    int hash;                       /* SIGNET_HASH_*, or -1: not chosen */
    int padding;
    uint8_t *message; /* gathered so far */
    size_t length;
    size_t capacity;
} signature_t;

static void *new_signature(void *provider, const char *properties)
{
    (void)provider;
    (void)properties;
    signature_t *context = calloc(1, sizeof(*context));
    if (context != NULL) {
        context->hash = -1;
        context->padding = RSA_PKCS1_PADDING;
    }
    return context;
}

static void free_signature(void *data)
{
    signature_t *context = data;
    if (context != NULL) {
        free(context->message);
        free(context);
    }
}

static void *duplicate(void *data)
{
    const signature_t *context = data;
    signature_t *copy = malloc(sizeof(*copy));
    if (copy == NULL) {
        return NULL;
    }
    *copy = *context;
    copy->message = NULL;
    copy->capacity = context->length;
    if (context->length != 0) {
        copy->message = malloc(context->length);
        if (copy->message == NULL) {
            free(copy);
            return NULL;
        }
        memcpy(copy->message, context->message, context->length);
    }
    return copy;
}

static int set_hash(signature_t *context, const char *name)
{
    if (name == NULL || name[0] == 0) {
        return 1;
    }
    context->hash = signet_hash_named(name);
    return context->hash >= 0;
}

static const signet_algorithm_t *algorithm_of(const signature_t *context)
{
    int family = context->key->family;
    if (signet_family_digests(family) && context->hash < 0) {
        return NULL;
    }
    return signet_algorithm_find(family, context->hash, context->padding == RSA_PKCS1_PSS_PADDING);
}

static int has_text(const OSSL_PARAM *parameter, const char *text)
{
    return parameter->data_type == OSSL_PARAM_UTF8_STRING && parameter->data != NULL &&
           strcmp(parameter->data, text) == 0;
}

static int set_padding(signature_t *context, const OSSL_PARAM *parameter)
{
    int padding = 0;
    if (parameter->data_type == OSSL_PARAM_UTF8_STRING) {
        padding = has_text(parameter, OSSL_PKEY_RSA_PAD_MODE_PKCSV15) ? RSA_PKCS1_PADDING
                  : has_text(parameter, OSSL_PKEY_RSA_PAD_MODE_PSS)   ? RSA_PKCS1_PSS_PADDING
                                                                      : 0;
    } else if (OSSL_PARAM_get_int(parameter, &padding) != 1) {
        return 0;
    }
    context->padding = padding;
    return padding == RSA_PKCS1_PADDING || padding == RSA_PKCS1_PSS_PADDING;
}

/* A salt of the digest's length is the only one that backends make. */
static int is_digest_salt(const signature_t *context, const OSSL_PARAM *parameter)
{
    int length = 0;
    if (parameter->data_type == OSSL_PARAM_UTF8_STRING) {
        if (has_text(parameter, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST)) {
            return 1;
        }
        length = parameter->data != NULL ? (int)strtol(parameter->data, NULL, 10) : 0;
    } else if (OSSL_PARAM_get_int(parameter, &length) != 1) {
        return 0;
    }
    return length == RSA_PSS_SALTLEN_DIGEST ||
           (context->hash >= 0 && length == (int)signet_hash_length(context->hash));
}

static int set_params(void *data, const OSSL_PARAM parameters[])
{
    signature_t *context = data;
    if (parameters == NULL) {
        return 1;
    }
    for (const OSSL_PARAM *parameter = parameters; parameter->key != NULL; parameter++) {
        int right = 1;
        if (strcmp(parameter->key, OSSL_SIGNATURE_PARAM_DIGEST) == 0) {
            right = parameter->data_type == OSSL_PARAM_UTF8_STRING &&
                    set_hash(context, parameter->data);
        } else if (strcmp(parameter->key, OSSL_SIGNATURE_PARAM_PAD_MODE) == 0) {
            right = context->key->family == SIGNET_FAMILY_RSA && set_padding(context, parameter);
        } else if (strcmp(parameter->key, OSSL_SIGNATURE_PARAM_PSS_SALTLEN) == 0) {
            right = is_digest_salt(context, parameter);
        } else if (strcmp(parameter->key, OSSL_SIGNATURE_PARAM_MGF1_DIGEST) == 0) {
            right = parameter->data_type == OSSL_PARAM_UTF8_STRING && parameter->data != NULL &&
                    signet_hash_named(parameter->data) == context->hash;
        }
        if (!right) {
            return 0;
        }
    }
    return 1;
}

static const OSSL_PARAM *settable_params(void *data, void *provider)
{
    static const OSSL_PARAM types[] = {
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, NULL, 0),
        OSSL_PARAM_END,
    };
    (void)data;
    (void)provider;
    return types;
}

/* Text where text is asked for, a number otherwise. */
static int give(OSSL_PARAM *parameter, const char *text, int number)
{
    return parameter->data_type == OSSL_PARAM_UTF8_STRING
               ? OSSL_PARAM_set_utf8_string(parameter, text)
               : OSSL_PARAM_set_int(parameter, number);
}

static int get_params(void *data, OSSL_PARAM parameters[])
{
    const signature_t *context = data;
    if (context->key == NULL) {
        return 0;
    }
    const signet_algorithm_t *algorithm = algorithm_of(context);
    int pss = context->padding == RSA_PKCS1_PSS_PADDING;
    const char *hash = context->hash >= 0 ? signet_hash_name(context->hash) : "";
    OSSL_PARAM *parameter = OSSL_PARAM_locate(parameters, OSSL_SIGNATURE_PARAM_ALGORITHM_ID);
    if (parameter != NULL &&
        (algorithm == NULL || OSSL_PARAM_set_octet_string(parameter, algorithm->identifier.data,
                                                          algorithm->identifier.length) != 1)) {
        return 0;
    }
    parameter = OSSL_PARAM_locate(parameters, OSSL_SIGNATURE_PARAM_PAD_MODE);
    if (parameter != NULL &&
        give(parameter, pss ? OSSL_PKEY_RSA_PAD_MODE_PSS : OSSL_PKEY_RSA_PAD_MODE_PKCSV15,
             context->padding) != 1) {
        return 0;
    }
    parameter = OSSL_PARAM_locate(parameters, OSSL_SIGNATURE_PARAM_PSS_SALTLEN);
    if (parameter != NULL &&
        give(parameter, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST, RSA_PSS_SALTLEN_DIGEST) != 1) {
        return 0;
    }
    parameter = OSSL_PARAM_locate(parameters, OSSL_SIGNATURE_PARAM_DIGEST);
    if (parameter != NULL && OSSL_PARAM_set_utf8_string(parameter, hash) != 1) {
        return 0;
    }
    parameter = OSSL_PARAM_locate(parameters, OSSL_SIGNATURE_PARAM_MGF1_DIGEST);
    return parameter == NULL || OSSL_PARAM_set_utf8_string(parameter, hash) == 1;
}

static const OSSL_PARAM *gettable_params(void *data, void *provider)
{
    static const OSSL_PARAM types[] = {
        OSSL_PARAM_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, NULL, 0),
        OSSL_PARAM_END,
    };
    (void)data;
    (void)provider;
    return types;
}

static int begin_digest(void *data, const char *hash, void *key, const OSSL_PARAM parameters[])
{
    signature_t *context = data;
    if (key != NULL) {
        context->key = key;
    }
    if (context->key == NULL || context->key->binding == NULL) {
        return 0;
    }
    context->length = 0;
    return set_hash(context, hash) && set_params(context, parameters);
}

static int begin(void *data, void *key, const OSSL_PARAM parameters[])
{
    return begin_digest(data, NULL, key, parameters);
}

static int gather(void *data, const unsigned char *input, size_t length)
{
    signature_t *context = data;
    if (length > SIZE_MAX / 2 - context->length) {
        return 0;
    }
    size_t needed = context->length + length;
    if (needed > context->capacity) {
        size_t capacity = needed * 2;
        uint8_t *grown = realloc(context->message, capacity);
        if (grown == NULL) {
            return 0;
        }
        context->message = grown;
        context->capacity = capacity;
    }
    if (length != 0) {
        memcpy(context->message + context->length, input, length);
    }
    context->length = needed;
    return 1;
}

/* Has the backend sign; on failure its error stays in the call. */
static int sign_request(const signature_t *context, signet_sign_request_t *request,
                        unsigned char *output, size_t *length, size_t room)
{
    const signet_provider_binding_t *binding = context->key->binding;
    const signet_algorithm_t *algorithm = algorithm_of(context);
    signet_bytes_t signature = {NULL, 0};
    if (algorithm == NULL) {
        signet_fail(binding->call, SIGNET_UNSUPPORTED, "algorithm.unsupported",
                    "No signature algorithm suits this key, digest and padding.");
        return 0;
    }
    request->size = sizeof(*request);
    request->purpose = binding->purpose;
    request->uri = binding->uri;
    request->algorithm = algorithm->name;
    request->intent = binding->intent;
    if (binding->interface->sign(binding->instance, binding->call, request, &signature) !=
        SIGNET_OK) {
        return 0;
    }
    if (signature.length > room) {
        signet_fail(binding->call, SIGNET_INTERNAL, "key.signature-too-long",
                    "The key's backend made a signature longer than the key allows.");
        return 0;
    }
    memcpy(output, signature.data, signature.length);
    *length = signature.length;
    return 1;
}

/* The octets that the longest signature takes; for calls that only ask. */
static int ask_length(const signature_t *context, size_t *length)
{
    int size = EVP_PKEY_get_size(context->key->public_key);
    *length = size > 0 ? (size_t)size : 0;
    return size > 0;
}

static int finish(void *data, unsigned char *output, size_t *length, size_t room)
{
    const signature_t *context = data;
    signet_sign_request_t request = {.message = {context->message, context->length}};
    if (output == NULL) {
        return ask_length(context, length);
    }
    return sign_request(context, &request, output, length, room);
}

static int sign_message(void *data, unsigned char *output, size_t *length, size_t room,
                        const unsigned char *message, size_t message_length)
{
    const signature_t *context = data;
    signet_sign_request_t request = {.message = {message, message_length}};
    if (output == NULL) {
        return ask_length(context, length);
    }
    return sign_request(context, &request, output, length, room);
}

static int sign_digest(void *data, unsigned char *output, size_t *length, size_t room,
                       const unsigned char *digest, size_t digest_length)
{
    const signature_t *context = data;
    const signet_provider_binding_t *binding = context->key->binding;
    signet_sign_request_t request = {.digest = {digest, digest_length}};
    if (output == NULL) {
        return ask_length(context, length);
    }
    if (binding->purpose != SIGNET_PURPOSE_CRL) {
        signet_fail(binding->call, SIGNET_DENIED, "key.digest-not-allowed",
                    "A digest alone is signed for CRLs only: hand over the whole message.");
        return 0;
    }
    if (context->hash < 0 || digest_length != signet_hash_length(context->hash)) {
        signet_fail(binding->call, SIGNET_INVALID, "key.digest-malformed",
                    "The digest does not have the length of its hash.");
        return 0;
    }
    return sign_request(context, &request, output, length, room);
}

#define FUNCTION(id, function)                                                                     \
    {                                                                                              \
        id, (void (*)(void))(function)                                                             \
    }

const OSSL_DISPATCH signet_provider_signature[] = {
    FUNCTION(OSSL_FUNC_SIGNATURE_NEWCTX, new_signature),
    FUNCTION(OSSL_FUNC_SIGNATURE_FREECTX, free_signature),
    FUNCTION(OSSL_FUNC_SIGNATURE_DUPCTX, duplicate),
    FUNCTION(OSSL_FUNC_SIGNATURE_SIGN_INIT, begin),
    FUNCTION(OSSL_FUNC_SIGNATURE_SIGN, sign_digest),
    FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, begin_digest),
    FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, gather),
    FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, finish),
    FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, sign_message),
    FUNCTION(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, set_params),
    FUNCTION(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, settable_params),
    FUNCTION(OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS, get_params),
    FUNCTION(OSSL_FUNC_SIGNATURE_GETTABLE_CTX_PARAMS, gettable_params),
    {0, NULL},
};
