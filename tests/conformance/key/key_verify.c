/* Verification by OpenSSL alone, independent of the SDK. */
#include "key_suite.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

static const char *digest_of(const char *algorithm)
{
    const char *hash = strstr(algorithm, "SHA");
    return hash;
}

uint64_t key_digest(const char *algorithm, signet_bytes_t message, uint8_t digest[64])
{
    unsigned length = 0;
    ck_assert_int_eq(EVP_Digest(message.data, message.length, digest, &length,
                                EVP_get_digestbyname(digest_of(algorithm)), NULL),
                     1);
    return length;
}

int key_verify(signet_bytes_t spki, const char *algorithm, signet_bytes_t message,
               signet_bytes_t signature)
{
    const uint8_t *next = spki.data;
    EVP_PKEY_CTX *context = NULL;
    EVP_PKEY *key = d2i_PUBKEY(NULL, &next, (long)spki.length);
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    ck_assert_ptr_nonnull(key);
    ck_assert(next == spki.data + spki.length);
    ck_assert_int_eq(
        EVP_DigestVerifyInit_ex(digest, &context, digest_of(algorithm), NULL, NULL, key, NULL), 1);
    if (strstr(algorithm, "PSS")) {
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING), 1);
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST), 1);
    }
    int valid = EVP_DigestVerify(digest, signature.data, signature.length, message.data,
                                 message.length) == 1;
    EVP_MD_CTX_free(digest);
    EVP_PKEY_free(key);
    return valid;
}
