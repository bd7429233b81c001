#include "ceremony/envelope.h"

#include "ceremony/signer.h"

#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <string.h>

/* OAEP with SHA-256 for RSA, the X9.63 derivation with SHA-256 for ECDH. */
static int choose_parameters(CMS_RecipientInfo *recipient, const EVP_PKEY *key)
{
    EVP_PKEY_CTX *context = CMS_RecipientInfo_get0_pkey_ctx(recipient);
    if (context == NULL)
        return 0;
    if (EVP_PKEY_is_a(key, "RSA"))
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1 &&
               EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
    return EVP_PKEY_CTX_set_ecdh_kdf_md(context, EVP_sha256()) == 1;
}

static CMS_ContentInfo *build(const ca_participant_t *to, BIO *secret)
{
    const EVP_PKEY *key = X509_get0_pubkey(to->x509);
    CMS_ContentInfo *cms = CMS_AuthEnvelopedData_create(EVP_aes_256_gcm());
    CMS_RecipientInfo *recipient =
        cms == NULL ? NULL : CMS_add1_recipient_cert(cms, to->x509, CMS_KEY_PARAM);
    if (recipient != NULL && choose_parameters(recipient, key) && CMS_set_detached(cms, 0) == 1 &&
        CMS_final(cms, secret, NULL, CMS_BINARY) == 1)
        return cms;
    CMS_ContentInfo_free(cms);
    return NULL;
}

int32_t ca_envelope_seal(signet_call_t *call, const ca_participant_t *to, signet_bytes_t secret,
                         signet_bytes_t *envelope)
{
    const EVP_PKEY *key = X509_get0_pubkey(to->x509);
    if (key == NULL || !(EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "EC")))
        return signet_fail(call, SIGNET_UNSUPPORTED, "ceremony.participant-key-type",
                           "%.*s holds a share and so needs a certificate for an RSA or EC key; "
                           "this one can only sign",
                           SIGNET_FORMAT(to->name));
    BIO *input = BIO_new_mem_buf(secret.data, (int)secret.length);
    CMS_ContentInfo *cms = input == NULL ? NULL : build(to, input);
    uint8_t *der = NULL;
    int length = cms == NULL ? -1 : i2d_CMS_ContentInfo(cms, &der);
    CMS_ContentInfo_free(cms);
    BIO_free(input);
    if (length <= 0)
        return ca_signer_fail(call, "encrypt a share");
    *envelope = signet_bytes_copy(call, (signet_bytes_t){der, (uint64_t)length});
    OPENSSL_free(der);
    return envelope->data == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
}

int32_t ca_envelope_open(signet_call_t *call, const ca_participant_t *as, signet_bytes_t envelope,
                         uint8_t *secret, uint64_t length)
{
    BIO *input = BIO_new_mem_buf(envelope.data, (int)envelope.length);
    BIO *output = BIO_new(BIO_s_secmem());
    CMS_ContentInfo *cms = input == NULL ? NULL : d2i_CMS_bio(input, NULL);
    char *data = NULL;
    int opened = cms != NULL && output != NULL &&
                 CMS_decrypt(cms, as->key, as->x509, NULL, output, 0) == 1 &&
                 (uint64_t)BIO_get_mem_data(output, &data) == length;
    if (opened)
        memcpy(secret, data, (size_t)length);
    CMS_ContentInfo_free(cms);
    BIO_free(input);
    BIO_free(output);
    ERR_clear_error();
    return opened
               ? SIGNET_OK
               : signet_fail(call, SIGNET_DENIED, "shares.wrong",
                             "the key of %.*s does not open their share", SIGNET_FORMAT(as->name));
}
