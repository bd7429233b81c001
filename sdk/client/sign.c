/* Signing with a key of the user's own. */
#include <openssl/pem.h>
#include <signet/key.h>
#include <signet/sdk/client.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define KEY_FILE_MAX 65536U

static int32_t read_key(signet_call_t *call, signet_text_t path, EVP_PKEY **key)
{
    signet_bytes_t content;
    int32_t status = signet_file_read(call, path, KEY_FILE_MAX, &content);
    if (status != SIGNET_OK)
        return status;
    BIO *bio = BIO_new_mem_buf(content.data, (int)content.length);
    *key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    if (*key != NULL)
        return SIGNET_OK;
    return signet_fail(call, SIGNET_INVALID, "key.unreadable",
                       "%.*s holds no private key in PEM, or its passphrase is another one",
                       SIGNET_FORMAT(path));
}

/* The algorithm by which this key signs; its hash is NULL where it is part of the algorithm. */
static int32_t choose(signet_call_t *call, EVP_PKEY *key, signet_text_t *algorithm,
                      const char **hash)
{
    int bits = EVP_PKEY_get_bits(key);
    *hash = NULL;
    if (EVP_PKEY_is_a(key, "ED25519"))
        *algorithm = SIGNET_TEXT(SIGNET_SIGN_ED25519);
    else if (EVP_PKEY_is_a(key, "ED448"))
        *algorithm = SIGNET_TEXT(SIGNET_SIGN_ED448);
    else if (EVP_PKEY_is_a(key, "RSA"))
        *algorithm = SIGNET_TEXT(SIGNET_SIGN_RSA_SHA256), *hash = "SHA256";
    else if (EVP_PKEY_is_a(key, "EC") && bits == 256)
        *algorithm = SIGNET_TEXT(SIGNET_SIGN_ECDSA_SHA256), *hash = "SHA256";
    else if (EVP_PKEY_is_a(key, "EC") && bits == 384)
        *algorithm = SIGNET_TEXT(SIGNET_SIGN_ECDSA_SHA384), *hash = "SHA384";
    else if (EVP_PKEY_is_a(key, "EC") && bits == 521)
        *algorithm = SIGNET_TEXT(SIGNET_SIGN_ECDSA_SHA512), *hash = "SHA512";
    else
        return signet_fail(call, SIGNET_UNSUPPORTED, "key.unsupported",
                           "keys of this type are not signed with here; ask an officer");
    return SIGNET_OK;
}

static int32_t sign(signet_call_t *call, EVP_PKEY *key, const char *hash, signet_bytes_t message,
                    signet_bytes_t *signature)
{
    size_t length = 0;
    uint8_t *octets = NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int right = context != NULL &&
                EVP_DigestSignInit_ex(context, NULL, hash, NULL, NULL, key, NULL) == 1 &&
                EVP_DigestSign(context, NULL, &length, message.data, message.length) == 1;
    if (right) {
        octets = signet_alloc(call, length, 1);
        right = octets != NULL &&
                EVP_DigestSign(context, octets, &length, message.data, message.length) == 1;
    }
    EVP_MD_CTX_free(context);
    *signature = (signet_bytes_t){octets, length};
    if (right)
        return SIGNET_OK;
    return octets == NULL && call->services->error(call) != NULL
               ? SIGNET_NO_MEMORY
               : signet_fail(call, SIGNET_INTERNAL, "key.not-signed",
                             "OpenSSL could not sign with the key");
}

int32_t signet_sign_with_file(signet_call_t *call, signet_text_t path, signet_bytes_t message,
                              signet_text_t *algorithm, signet_bytes_t *signature)
{
    EVP_PKEY *key = NULL;
    const char *hash = NULL;
    int32_t status = read_key(call, path, &key);
    if (status == SIGNET_OK)
        status = choose(call, key, algorithm, &hash);
    if (status == SIGNET_OK)
        status = sign(call, key, hash, message, signature);
    EVP_PKEY_free(key);
    return status;
}
