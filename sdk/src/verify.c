#include "verify.h"

#include "digest.h"
#include "key_load.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <signet/sdk/error.h>

const signet_algorithm_t *signet_algorithm_suited(signet_call_t *call, signet_text_t name,
                                                  int family)
{
    const signet_algorithm_t *algorithm = signet_algorithm_named(name);
    if (algorithm != NULL && algorithm->family == family) {
        return algorithm;
    }
    signet_fail(call, SIGNET_UNSUPPORTED, "algorithm.unsupported",
                "The signature algorithm \"%.*s\" is not supported for this type of key.",
                SIGNET_FORMAT(name));
    return NULL;
}

/* An RSA context is bound to padding and hash; it stays so until another algorithm comes. */
static int set_up_rsa(signet_ready_key_t *ready, const signet_algorithm_t *algorithm)
{
    if (ready->algorithm == algorithm) {
        return 0;
    }
    ready->algorithm = NULL;
    const EVP_MD *method = signet_hash_method(algorithm->hash);
    int padding = algorithm->pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
    if (EVP_PKEY_verify_init(ready->context) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(ready->context, padding) != 1 ||
        EVP_PKEY_CTX_set_signature_md(ready->context, method) != 1) {
        return -1;
    }
    if (algorithm->pss &&
        (EVP_PKEY_CTX_set_rsa_pss_saltlen(ready->context, RSA_PSS_SALTLEN_DIGEST) != 1 ||
         EVP_PKEY_CTX_set_rsa_mgf1_md(ready->context, method) != 1)) {
        return -1;
    }
    ready->algorithm = algorithm;
    return 0;
}

int32_t signet_algorithm_bound(signet_call_t *call, int pss, signet_text_t only,
                               const signet_algorithm_t *algorithm)
{
    if (!pss ||
        (algorithm->pss && (only.length == 0 || signet_text_equal(only, algorithm->name)))) {
        return SIGNET_OK;
    }
    return signet_fail(call, SIGNET_DENIED, "signature.wrong",
                       "The key is for RSASSA-PSS alone, and not with the algorithm %.*s.",
                       SIGNET_FORMAT(algorithm->name));
}

/* Some have no digest to hand over: OpenSSL takes the message. */
static int verify_message(EVP_PKEY *key, signet_bytes_t message, signet_bytes_t signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int right = context != NULL &&
                EVP_DigestVerifyInit_ex(context, NULL, NULL, NULL, NULL, key, NULL) == 1 &&
                EVP_DigestVerify(context, signature.data, signature.length, message.data,
                                 message.length) == 1;
    EVP_MD_CTX_free(context);
    return right;
}

static int verify_digest(signet_ready_key_t *ready, const signet_algorithm_t *algorithm,
                         signet_bytes_t message, signet_bytes_t signature)
{
    uint8_t digest[SIGNET_HASH_MAX];
    unsigned length = 0;
    if (algorithm->family == SIGNET_FAMILY_RSA && set_up_rsa(ready, algorithm) != 0) {
        return 0;
    }
    return signet_hash(algorithm->hash, message, digest, &length) == 0 &&
           EVP_PKEY_verify(ready->context, signature.data, signature.length, digest, length) == 1;
}

int32_t signet_verify_ready(signet_call_t *call, signet_ready_key_t *ready,
                            const signet_algorithm_t *algorithm, signet_bytes_t message,
                            signet_bytes_t signature)
{
    errno = 0;
    int right = ready->context == NULL ? verify_message(ready->key, message, signature)
                                       : verify_digest(ready, algorithm, message, signature);
    if (right) {
        return SIGNET_OK;
    }
    ERR_clear_error();
    /* A signature that could not be looked at is not wrong: an authority would be suspended for it.
     */
    if (errno == ENOMEM) {
        return signet_fail_memory(call);
    }
    return signet_fail(call, SIGNET_DENIED, "signature.wrong",
                       "The signature is not one of this key over these octets.");
}

int32_t signet_verify(signet_call_t *call, const signet_public_key_t *key, signet_text_t algorithm,
                      signet_bytes_t message, signet_bytes_t signature)
{
    int family = signet_family_of(key->type);
    const signet_algorithm_t *suited = signet_algorithm_suited(call, algorithm, family);
    if (suited == NULL) {
        return SIGNET_UNSUPPORTED;
    }
    if (family == SIGNET_FAMILY_EC) {
        signet_ready_key_t *kept;
        int32_t status = signet_key_point(call, key, &kept);
        return status == SIGNET_OK ? signet_verify_ready(call, kept, suited, message, signature)
                                   : status;
    }
    signet_ready_key_t ready = {0};
    int32_t status = signet_algorithm_bound(call, signet_text_starts(key->type, "RSA-PSS-"),
                                            key->algorithm, suited);
    if (status == SIGNET_OK) {
        status = signet_key_load(call, key, &ready);
    }
    if (status == SIGNET_OK) {
        status = signet_verify_ready(call, &ready, suited, message, signature);
    }
    signet_ready_key_clear(&ready);
    return status;
}
