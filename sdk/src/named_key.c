#include "named_key.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <signet/sdk/backend.h>

/* 2.16.840.1.101.3.4.3.ARC, without parameters. */
#define NAMED(name, arc, length)                                                                   \
    {                                                                                              \
        SIGNET_TEXT_INIT(name),                                                                    \
            {(const uint8_t[]){0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,   \
                               0x03, arc},                                                         \
             13},                                                                                  \
            length                                                                                 \
    }

static const signet_named_key_t types[] = {
    NAMED(SIGNET_KEY_MLDSA44, 17, 1312), NAMED(SIGNET_KEY_MLDSA65, 18, 1952),
    NAMED(SIGNET_KEY_MLDSA87, 19, 2592), NAMED("SLH-DSA-SHA2-128s", 20, 32),
    NAMED("SLH-DSA-SHA2-128f", 21, 32),  NAMED("SLH-DSA-SHA2-192s", 22, 48),
    NAMED("SLH-DSA-SHA2-192f", 23, 48),  NAMED("SLH-DSA-SHA2-256s", 24, 64),
    NAMED("SLH-DSA-SHA2-256f", 25, 64),  NAMED("SLH-DSA-SHAKE-128s", 26, 32),
    NAMED("SLH-DSA-SHAKE-128f", 27, 32), NAMED("SLH-DSA-SHAKE-192s", 28, 48),
    NAMED("SLH-DSA-SHAKE-192f", 29, 48), NAMED("SLH-DSA-SHAKE-256s", 30, 64),
    NAMED("SLH-DSA-SHAKE-256f", 31, 64),
};

#define COUNT (sizeof(types) / sizeof(types[0]))

const signet_named_key_t *signet_named_key(signet_text_t name)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (signet_text_equal(name, types[i].name)) {
            return &types[i];
        }
    }
    return NULL;
}

const signet_named_key_t *signet_named_key_of(signet_bytes_t identifier)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (signet_bytes_equal(identifier, types[i].identifier)) {
            return &types[i];
        }
    }
    return NULL;
}

const signet_named_key_t *signet_named_key_at(int family)
{
    return family >= SIGNET_FAMILY_NAMED && family < SIGNET_FAMILY_NAMED + (int)COUNT
               ? &types[family - SIGNET_FAMILY_NAMED]
               : NULL;
}

int signet_named_key_family(const signet_named_key_t *type)
{
    return SIGNET_FAMILY_NAMED + (int)(type - types);
}

int32_t signet_named_key_available(signet_call_t *call, const signet_named_key_t *type)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type->name.data, NULL);
    if (context != NULL) {
        EVP_PKEY_CTX_free(context);
        return SIGNET_OK;
    }
    ERR_clear_error();
    return signet_fail(
        call, SIGNET_UNSUPPORTED, "key.unsupported",
        "Keys of type %s need OpenSSL 3.5 or later; the one at hand is %s. Install a "
        "later one, or use another type.",
        type->name.data, OpenSSL_version(OPENSSL_FULL_VERSION_STRING));
}

int32_t signet_key_type_available(signet_call_t *call, const signet_key_type_t *type)
{
    const signet_named_key_t *named = signet_named_key(signet_text(type->name));
    return named == NULL ? SIGNET_OK : signet_named_key_available(call, named);
}
