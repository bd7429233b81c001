#include "ceremony/signer.h"

#include <openssl/err.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <string.h>

/* So that a signature over a transcript can never be taken for one over something else. */
static const char context[] = "Signet ceremony transcript, version 1\n";

int32_t ca_signer_fail(signet_call_t *call, const char *what)
{
    char detail[256];
    ERR_error_string_n(ERR_peek_last_error(), detail, sizeof detail);
    ERR_clear_error();
    return signet_fail_detail(call, SIGNET_INTERNAL, "ceremony.openssl-failed", detail,
                              "OpenSSL could not %s (%s)", what, detail);
}

X509 *ca_signer_certificate(signet_call_t *call, signet_bytes_t der)
{
    const uint8_t *next = der.data;
    X509 *certificate = d2i_X509(NULL, &next, (long)der.length);
    if (certificate == NULL) {
        ERR_clear_error();
        signet_fail(call, SIGNET_INVALID, "ceremony.participant-certificate",
                    "the certificate of a participant is none");
    }
    return certificate;
}

/* EdDSA has a digest of its own. */
static const EVP_MD *digest_of(const EVP_PKEY *key)
{
    return EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448") ? NULL : EVP_sha256();
}

static signet_bytes_t with_context(signet_call_t *call, signet_bytes_t octets)
{
    uint8_t *whole = signet_alloc(call, sizeof context - 1 + octets.length, 1);
    if (whole == NULL)
        return (signet_bytes_t){NULL, 0};
    memcpy(whole, context, sizeof context - 1);
    memcpy(whole + sizeof context - 1, octets.data, (size_t)octets.length);
    return (signet_bytes_t){whole, sizeof context - 1 + octets.length};
}

int32_t ca_signer_sign(signet_call_t *call, EVP_PKEY *key, signet_bytes_t octets,
                       signet_bytes_t *signature)
{
    signet_bytes_t whole = with_context(call, octets);
    size_t length = (size_t)EVP_PKEY_get_size(key);
    uint8_t *made = whole.data == NULL ? NULL : signet_alloc(call, length + 1, 1);
    if (made == NULL)
        return SIGNET_NO_MEMORY;
    EVP_MD_CTX *context_of = EVP_MD_CTX_new();
    int done = context_of != NULL &&
               EVP_DigestSignInit(context_of, NULL, digest_of(key), NULL, key) == 1 &&
               EVP_DigestSign(context_of, made, &length, whole.data, (size_t)whole.length) == 1;
    EVP_MD_CTX_free(context_of);
    *signature = (signet_bytes_t){made, length};
    return done ? SIGNET_OK : ca_signer_fail(call, "sign with a participant's key");
}

int32_t ca_signer_verify(signet_call_t *call, signet_bytes_t certificate, signet_bytes_t octets,
                         signet_bytes_t signature)
{
    signet_bytes_t whole = with_context(call, octets);
    X509 *x509 = whole.data == NULL ? NULL : ca_signer_certificate(call, certificate);
    if (x509 == NULL)
        return signet_status(call);
    EVP_PKEY *key = X509_get0_pubkey(x509);
    EVP_MD_CTX *context_of = EVP_MD_CTX_new();
    int right = key != NULL && context_of != NULL &&
                EVP_DigestVerifyInit(context_of, NULL, digest_of(key), NULL, key) == 1 &&
                EVP_DigestVerify(context_of, signature.data, (size_t)signature.length, whole.data,
                                 (size_t)whole.length) == 1;
    EVP_MD_CTX_free(context_of);
    X509_free(x509);
    ERR_clear_error();
    return right ? SIGNET_OK
                 : signet_fail(call, SIGNET_DENIED, "signature.wrong", "the signature is wrong");
}
