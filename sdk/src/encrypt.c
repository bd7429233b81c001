/* Wrapping to an RSA key. */
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/error.h>

static int set_up(EVP_PKEY_CTX *context, const EVP_MD *digest)
{
    return EVP_PKEY_encrypt_init(context) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, digest) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1;
}

static int32_t encrypt(signet_call_t *call, EVP_PKEY *key, const EVP_MD *digest,
                       signet_bytes_t plaintext, signet_bytes_t *ciphertext)
{
    size_t length = (size_t)EVP_PKEY_get_size(key);
    uint8_t *output = signet_alloc(call, length, 1);
    if (output == NULL)
        return SIGNET_NO_MEMORY;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    int done = context != NULL && set_up(context, digest) &&
               EVP_PKEY_encrypt(context, output, &length, plaintext.data, plaintext.length) == 1;
    EVP_PKEY_CTX_free(context);
    if (!done) {
        ERR_clear_error();
        return signet_fail(call, SIGNET_INVALID, "key.not-wrapped",
                           "OpenSSL could not wrap %llu octets to the RSA key",
                           (unsigned long long)plaintext.length);
    }
    *ciphertext = (signet_bytes_t){output, length};
    return SIGNET_OK;
}

int32_t signet_encrypt(signet_call_t *call, signet_bytes_t spki, signet_text_t algorithm,
                       signet_bytes_t plaintext, signet_bytes_t *ciphertext)
{
    const EVP_MD *digest = NULL;
    const uint8_t *at = spki.data;
    if (signet_text_is(algorithm, SIGNET_DECRYPT_OAEP_SHA256))
        digest = EVP_sha256();
    else if (signet_text_is(algorithm, SIGNET_DECRYPT_OAEP_SHA1))
        digest = EVP_sha1();
    if (digest == NULL)
        return signet_fail(call, SIGNET_UNSUPPORTED, "key.algorithm-unknown",
                           "\"%.*s\" is no algorithm of decryption", SIGNET_FORMAT(algorithm));
    EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)spki.length);
    int32_t status = key != NULL && EVP_PKEY_is_a(key, "RSA")
                         ? encrypt(call, key, digest, plaintext, ciphertext)
                         : signet_fail(call, SIGNET_INVALID, "key.not-rsa",
                                       "only RSA keys have something wrapped to them");
    EVP_PKEY_free(key);
    ERR_clear_error();
    return status;
}
