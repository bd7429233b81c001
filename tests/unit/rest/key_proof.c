#include "key_proof.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/revocation.h>
#include <string.h>

#include "world.h"

static EVP_PKEY *key;
static char pem[4096];
static signet_bytes_t serial;
static signet_bytes_t fingerprint;
static uint8_t octets[2][64];

void key_proof_begin(void)
{
    world_begin();
    key = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();
    ck_assert_int_eq(X509_set_version(x509, X509_VERSION_3), 1);
    ck_assert_int_eq(ASN1_INTEGER_set(X509_get_serialNumber(x509), 0x010203), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, key);
    ck_assert_int_gt(X509_sign(x509, key, EVP_sha256()), 0);
    BIO *bio = BIO_new(BIO_s_mem());
    ck_assert_int_eq(PEM_write_bio_X509(bio, x509), 1);
    int length = BIO_read(bio, pem, sizeof pem - 1);
    pem[length] = '\0';
    BIO_free(bio);
    unsigned size = sizeof octets[1];
    ck_assert_int_eq(X509_digest(x509, EVP_sha256(), octets[1], &size), 1);
    memcpy(octets[0], "\x01\x02\x03", 3);
    serial = (signet_bytes_t){octets[0], 3};
    fingerprint = (signet_bytes_t){octets[1], size};
    X509_free(x509);
}

void key_proof_end(void)
{
    EVP_PKEY_free(key);
    world_end();
}

void key_proof_nonce(char nonce[64])
{
    ck_assert_uint_eq(world_ask("", "", "GET", "/v1/revocations/nonce", NULL, NULL), 200);
    assert_text(world_header("cache-control"), "no-store");
    signet_text_t text = world_text("nonce");
    ck_assert_uint_eq(text.length, 43);
    (void)snprintf(nonce, 64, "%.*s", SIGNET_FORMAT(text));
}

const char *key_proof_body(EVP_PKEY *signer, const char *nonce, const char *signed_reason,
                           const char *asked_reason)
{
    static char text[8192];
    uint8_t signature[128];
    size_t length = sizeof signature;
    signet_bytes_t statement;
    ck_assert_int_eq(signet_revocation_statement(world_call, serial, fingerprint,
                                                 signet_text(signed_reason), signet_text(nonce),
                                                 &statement),
                     SIGNET_OK);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ck_assert_int_eq(
        EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, signer != NULL ? signer : key), 1);
    ck_assert_int_eq(EVP_DigestSign(context, signature, &length, statement.data, statement.length),
                     1);
    EVP_MD_CTX_free(context);
    signet_json_writer_t writer = signet_json_writer(world_call, 4096);
    signet_text_t json;
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "certificate", signet_text(pem));
    signet_json_text(&writer, "reason", signet_text(asked_reason));
    signet_json_text(&writer, "nonce", signet_text(nonce));
    signet_json_text(&writer, "signature",
                     signet_base64(world_call, (signet_bytes_t){signature, length}));
    signet_json_end_object(&writer);
    ck_assert_int_eq(signet_json_finish(&writer, &json), SIGNET_OK);
    (void)snprintf(text, sizeof text, "%.*s", SIGNET_FORMAT(json));
    return text;
}
