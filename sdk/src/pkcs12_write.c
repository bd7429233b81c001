/* Writing PKCS#12. */
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <signet/sdk/error.h>
#include <signet/sdk/pkcs12.h>

typedef struct parts {
    EVP_PKEY *key;
    X509 *certificate;
    STACK_OF(X509) * chain;
} parts_t;

static X509 *read_certificate(signet_bytes_t der)
{
    const uint8_t *at = der.data;
    return d2i_X509(NULL, &at, (long)der.length);
}

static int read_parts(const signet_key_bundle_t *bundle, parts_t *parts)
{
    const uint8_t *at = bundle->private_key.data;
    PKCS8_PRIV_KEY_INFO *info =
        d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)bundle->private_key.length);
    parts->key = info != NULL ? EVP_PKCS82PKEY(info) : NULL;
    PKCS8_PRIV_KEY_INFO_free(info);
    parts->certificate = read_certificate(bundle->certificate);
    parts->chain = sk_X509_new_null();
    if (parts->key == NULL || parts->certificate == NULL || parts->chain == NULL)
        return 0;
    for (uint64_t i = 0; i < bundle->chain_count; i++) {
        X509 *certificate = read_certificate(bundle->chain[i]);
        if (certificate == NULL || sk_X509_push(parts->chain, certificate) == 0) {
            X509_free(certificate);
            return 0;
        }
    }
    return 1;
}

int32_t signet_pkcs12_write(signet_call_t *call, const signet_key_bundle_t *bundle,
                            signet_text_t password, uint32_t iterations, signet_bytes_t *der)
{
    parts_t parts = {0};
    uint8_t *octets = NULL;
    int length = 0;
    if (password.length < SIGNET_PKCS12_PASSWORD_MIN || password.length > 1024)
        return signet_fail_field(call, SIGNET_INVALID, "password.length", "password",
                                 "the password must have %u to 1024 octets",
                                 SIGNET_PKCS12_PASSWORD_MIN);
    const char *secret = signet_text_string(call, password);
    const char *name = signet_text_string(call, bundle->name);
    if (secret == NULL || name == NULL)
        return SIGNET_NO_MEMORY;
    if (read_parts(bundle, &parts)) {
        PKCS12 *file = PKCS12_create_ex(
            secret, name[0] != '\0' ? name : NULL, parts.key, parts.certificate, parts.chain,
            NID_aes_256_cbc, NID_aes_256_cbc, (int)iterations, (int)iterations, 0, NULL, NULL);
        length = file != NULL ? i2d_PKCS12(file, &octets) : 0;
        PKCS12_free(file);
    }
    EVP_PKEY_free(parts.key);
    X509_free(parts.certificate);
    sk_X509_pop_free(parts.chain, X509_free);
    if (length <= 0) {
        ERR_clear_error();
        return signet_fail(call, SIGNET_INTERNAL, "pkcs12.not-written",
                           "OpenSSL could not write the PKCS#12 file");
    }
    *der = signet_bytes_copy(call, (signet_bytes_t){octets, (uint64_t)length});
    OPENSSL_free(octets);
    return der->data != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
}
