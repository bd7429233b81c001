/* Private keys in memory. */
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/pkcs12.h>
#include <signet/sdk/provider.h>

static EVP_PKEY *make(const signet_key_type_t *type)
{
    switch (type->family) {
    case SIGNET_FAMILY_RSA:
        return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)type->bits);
    case SIGNET_FAMILY_EC:
        return EVP_PKEY_Q_keygen(NULL, NULL, "EC", type->group);
    default:
        return EVP_PKEY_Q_keygen(NULL, NULL, type->group);
    }
}

int32_t signet_key_make(signet_call_t *call, const signet_key_type_t *type, EVP_PKEY **key)
{
    int32_t status = signet_key_type_available(call, type);
    if (status != SIGNET_OK)
        return status;
    *key = make(type);
    if (*key != NULL)
        return SIGNET_OK;
    ERR_clear_error();
    return signet_fail(call, SIGNET_INTERNAL, "key.openssl-failed",
                       "OpenSSL could not make a key of type %s", type->name);
}

/* Moves what OpenSSL encoded into the arena and wipes the original. */
static int32_t keep(signet_call_t *call, uint8_t *octets, int length, signet_bytes_t *kept)
{
    if (length <= 0)
        return signet_fail(call, SIGNET_INTERNAL, "key.encoding",
                           "OpenSSL could not encode the key");
    *kept = signet_bytes_copy(call, (signet_bytes_t){octets, (uint64_t)length});
    OPENSSL_clear_free(octets, (size_t)length);
    return kept->data != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
}

int32_t signet_private_key_generate(signet_call_t *call, signet_text_t type,
                                    signet_bytes_t *private_key, signet_bytes_t *spki)
{
    const signet_key_type_t *known = signet_key_type(type);
    uint8_t *octets = NULL;
    if (known == NULL)
        return signet_fail_field(call, SIGNET_UNSUPPORTED, "key.type-unknown", "generate",
                                 "keys of the type \"%.*s\" are not made here",
                                 SIGNET_FORMAT(type));
    EVP_PKEY *key = NULL;
    int32_t status = signet_key_make(call, known, &key);
    if (status != SIGNET_OK)
        return status;
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
    int length = info != NULL ? i2d_PKCS8_PRIV_KEY_INFO(info, &octets) : 0;
    PKCS8_PRIV_KEY_INFO_free(info);
    status = keep(call, octets, length, private_key);
    if (status == SIGNET_OK) {
        octets = NULL;
        length = i2d_PUBKEY(key, &octets);
        status = keep(call, octets, length, spki);
    }
    EVP_PKEY_free(key);
    return status;
}

static X509_SIG *encrypt(const PKCS8_PRIV_KEY_INFO *info, signet_text_t password,
                         uint32_t iterations)
{
    X509_ALGOR *algorithm =
        PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), (int)iterations, NULL, 16, NULL, NID_hmacWithSHA256);
    /* The algorithm becomes the result's. */
    X509_SIG *encrypted = algorithm != NULL
                              ? PKCS8_set0_pbe(password.data, (int)password.length,
                                               (PKCS8_PRIV_KEY_INFO *)(uintptr_t)info, algorithm)
                              : NULL;
    if (encrypted == NULL)
        X509_ALGOR_free(algorithm);
    return encrypted;
}

int32_t signet_private_key_pem(signet_call_t *call, signet_bytes_t private_key,
                               signet_text_t password, uint32_t iterations, signet_text_t *pem)
{
    const uint8_t *at = private_key.data;
    uint8_t *octets = NULL;
    signet_bytes_t der = private_key;
    if (password.length == 0) {
        *pem = signet_pem(call, "PRIVATE KEY", der);
        return pem->data != NULL ? SIGNET_OK : signet_status(call);
    }
    if (password.length < SIGNET_PKCS12_PASSWORD_MIN || password.length > 1024)
        return signet_fail_field(call, SIGNET_INVALID, "password.length", "password",
                                 "the password must have %u to 1024 octets",
                                 SIGNET_PKCS12_PASSWORD_MIN);
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)private_key.length);
    X509_SIG *encrypted = info != NULL ? encrypt(info, password, iterations) : NULL;
    int length = encrypted != NULL ? i2d_X509_SIG(encrypted, &octets) : 0;
    X509_SIG_free(encrypted);
    PKCS8_PRIV_KEY_INFO_free(info);
    int32_t status = keep(call, octets, length, &der);
    if (status != SIGNET_OK)
        return status;
    *pem = signet_pem(call, "ENCRYPTED PRIVATE KEY", der);
    return pem->data != NULL ? SIGNET_OK : signet_status(call);
}
