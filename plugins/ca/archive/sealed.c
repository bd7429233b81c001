#include "archive/sealed.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/error.h>

static int seal(EVP_CIPHER_CTX *context, signet_bytes_t plaintext, signet_bytes_t bound,
                const ca_sealed_t *sealed, uint8_t *output)
{
    int length = 0;
    return EVP_EncryptInit_ex2(context, EVP_aes_256_gcm(), sealed->key.data, sealed->nonce.data,
                               NULL) == 1 &&
           EVP_EncryptUpdate(context, NULL, &length, bound.data, (int)bound.length) == 1 &&
           EVP_EncryptUpdate(context, output, &length, plaintext.data, (int)plaintext.length) ==
               1 &&
           EVP_EncryptFinal_ex(context, output + length, &length) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, (int)CA_SEALED_TAG,
                               output + plaintext.length) == 1;
}

static int unseal(EVP_CIPHER_CTX *context, const ca_sealed_t *sealed, signet_bytes_t bound,
                  uint8_t *output, uint64_t size)
{
    int length = 0;
    return EVP_DecryptInit_ex2(context, EVP_aes_256_gcm(), sealed->key.data, sealed->nonce.data,
                               NULL) == 1 &&
           EVP_DecryptUpdate(context, NULL, &length, bound.data, (int)bound.length) == 1 &&
           EVP_DecryptUpdate(context, output, &length, sealed->ciphertext.data, (int)size) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, (int)CA_SEALED_TAG,
                               (void *)(uintptr_t)(sealed->ciphertext.data + size)) == 1 &&
           EVP_DecryptFinal_ex(context, output + length, &length) == 1;
}

int32_t ca_sealed_make(signet_call_t *call, signet_bytes_t plaintext, signet_bytes_t bound,
                       ca_sealed_t *sealed)
{
    uint8_t *key = signet_alloc(call, CA_SEALED_KEY, 1);
    uint8_t *nonce = signet_alloc(call, CA_SEALED_NONCE, 1);
    uint8_t *output = signet_alloc(call, plaintext.length + CA_SEALED_TAG, 1);
    if (key == NULL || nonce == NULL || output == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = signet_random(call, key, CA_SEALED_KEY);
    if (status == SIGNET_OK)
        status = signet_random(call, nonce, CA_SEALED_NONCE);
    if (status != SIGNET_OK)
        return status;
    sealed->key = (signet_bytes_t){key, CA_SEALED_KEY};
    sealed->nonce = (signet_bytes_t){nonce, CA_SEALED_NONCE};
    sealed->ciphertext = (signet_bytes_t){output, plaintext.length + CA_SEALED_TAG};
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int done = context != NULL && seal(context, plaintext, bound, sealed, output);
    EVP_CIPHER_CTX_free(context);
    if (done)
        return SIGNET_OK;
    ERR_clear_error();
    return signet_fail(call, SIGNET_INTERNAL, "archive.not-sealed",
                       "OpenSSL could not seal the key for the archive");
}

int32_t ca_sealed_open(signet_call_t *call, const ca_sealed_t *sealed, signet_bytes_t bound,
                       signet_bytes_t *plaintext)
{
    int done = 0;
    int whole = sealed->key.length == CA_SEALED_KEY && sealed->nonce.length == CA_SEALED_NONCE &&
                sealed->ciphertext.length > CA_SEALED_TAG && sealed->ciphertext.length < INT_MAX;
    uint64_t size = whole ? sealed->ciphertext.length - CA_SEALED_TAG : 0;
    uint8_t *output = signet_alloc(call, size + 1, 1);
    if (output == NULL)
        return SIGNET_NO_MEMORY;
    if (whole) {
        EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
        done = context != NULL && unseal(context, sealed, bound, output, size);
        EVP_CIPHER_CTX_free(context);
    }
    if (!done) {
        signet_wipe(output, size);
        ERR_clear_error();
        return signet_fail(call, SIGNET_CORRUPT, "archive.record",
                           "the record of the archived key is damaged; restore the store from a "
                           "backup");
    }
    *plaintext = (signet_bytes_t){output, size};
    return SIGNET_OK;
}
