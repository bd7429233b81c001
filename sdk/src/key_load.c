#include "key_load.h"

#include "malformed.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <signet/sdk/error.h>

#define MODULUS_MAX 2048U

static const struct {
    const char *type;
    const char *group;
} curves[SIGNET_CURVES] = {
    {SIGNET_KEY_P256, "P-256"},
    {SIGNET_KEY_P384, "P-384"},
    {SIGNET_KEY_P521, "P-521"},
};

static int curve_of(signet_text_t type)
{
    for (int i = 0; i < SIGNET_CURVES; i++) {
        if (signet_text_is(type, curves[i].type)) {
            return i;
        }
    }
    return -1;
}

static EVP_PKEY *from_data(const char *type, int selection, OSSL_PARAM *parameters)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, selection, parameters) != 1) {
        key = NULL;
    }
    EVP_PKEY_CTX_free(context);
    return key;
}

/* A key with a curve and no point yet. */
static EVP_PKEY *make_curve(int curve)
{
    char group[] = "P-000";
    for (unsigned i = 0; i < sizeof(group) - 1; i++) {
        group[i] = curves[curve].group[i];
    }
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_end(),
    };
    return from_data("EC", EVP_PKEY_KEY_PARAMETERS, parameters);
}

/* OpenSSL takes integers in the machine's order of octets. */
static void reverse(signet_bytes_t magnitude, uint8_t *output)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (uint64_t i = 0; i < magnitude.length; i++) {
        output[i] = magnitude.data[magnitude.length - 1 - i];
    }
#else
    for (uint64_t i = 0; i < magnitude.length; i++)
        output[i] = magnitude.data[i];
#endif
}

static EVP_PKEY *make_rsa(const signet_public_key_t *key)
{
    uint8_t modulus[MODULUS_MAX];
    uint8_t exponent[MODULUS_MAX];
    if (key->modulus.length > MODULUS_MAX || key->exponent.length > MODULUS_MAX) {
        return NULL;
    }
    reverse(key->modulus, modulus);
    reverse(key->exponent, exponent);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus, key->modulus.length),
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, exponent, key->exponent.length),
        OSSL_PARAM_construct_end(),
    };
    return from_data("RSA", EVP_PKEY_PUBLIC_KEY, parameters);
}

static int set_point(EVP_PKEY *key, signet_bytes_t point)
{
    return EVP_PKEY_set1_encoded_public_key(key, point.data, point.length) == 1 ? 0 : -1;
}

/* OpenSSL's name of a type whose public keys are octets. */
static const char *raw_name(int family)
{
    const signet_named_key_t *named = signet_named_key_at(family);
    if (named != NULL) {
        return named->name.data;
    }
    return family == SIGNET_FAMILY_ED25519 ? "ED25519" : "ED448";
}

static EVP_PKEY *make_key(const signet_public_key_t *key)
{
    int family = signet_family_of(key->type);
    if (family == SIGNET_FAMILY_RSA) {
        return make_rsa(key);
    }
    if (family != SIGNET_FAMILY_EC) {
        return EVP_PKEY_new_raw_public_key_ex(NULL, raw_name(family), NULL, key->bits.data,
                                              key->bits.length);
    }
    EVP_PKEY *made = make_curve(curve_of(key->type));
    if (made != NULL && set_point(made, key->bits) != 0) {
        EVP_PKEY_free(made);
        made = NULL;
    }
    return made;
}

int signet_key_prepare(signet_ready_key_t *ready, int family)
{
    if (!signet_family_digests(family)) {
        return 0;
    }
    ready->context = EVP_PKEY_CTX_new_from_pkey(NULL, ready->key, NULL);
    return ready->context != NULL && EVP_PKEY_verify_init(ready->context) == 1 ? 0 : -1;
}

static int32_t refuse(signet_call_t *call)
{
    ERR_clear_error();
    /* A key that could not be looked at is not at fault. */
    if (errno == ENOMEM) {
        return signet_fail_memory(call);
    }
    return signet_malformed(call, "key",
                            "OpenSSL cannot load it; its point may not be on its "
                            "curve");
}

int32_t signet_key_load(signet_call_t *call, const signet_public_key_t *key,
                        signet_ready_key_t *ready)
{
    int family = signet_family_of(key->type);
    if (family == 0) {
        return signet_fail(call, SIGNET_UNSUPPORTED, "key.unsupported",
                           "Keys of type \"%.*s\" are not supported.", SIGNET_FORMAT(key->type));
    }
    const signet_named_key_t *named = signet_named_key_at(family);
    if (named != NULL) {
        int32_t status = signet_named_key_available(call, named);
        if (status != SIGNET_OK) {
            return status;
        }
    }
    errno = 0;
    ready->key = make_key(key);
    if (ready->key == NULL || signet_key_prepare(ready, family) != 0) {
        signet_ready_key_clear(ready);
        return refuse(call);
    }
    return SIGNET_OK;
}

int32_t signet_key_point(signet_call_t *call, const signet_public_key_t *key,
                         signet_ready_key_t **ready)
{
    int curve = curve_of(key->type);
    if (curve < 0) {
        return signet_fail(call, SIGNET_UNSUPPORTED, "key.unsupported",
                           "Keys of type \"%.*s\" are not on a curve.", SIGNET_FORMAT(key->type));
    }
    signet_thread_state_t *state = signet_thread_state();
    if (state == NULL) {
        return signet_fail_memory(call);
    }
    signet_ready_key_t *kept = &state->curves[curve];
    if (kept->key == NULL) {
        kept->key = make_curve(curve);
        if (kept->key == NULL || signet_key_prepare(kept, SIGNET_FAMILY_EC) != 0) {
            signet_ready_key_clear(kept);
            ERR_clear_error();
            return signet_fail_memory(call);
        }
    }
    errno = 0;
    if (set_point(kept->key, key->bits) != 0) {
        return refuse(call);
    }
    *ready = kept;
    return SIGNET_OK;
}
