/* Backend keys as OpenSSL's: certificates, CMS and time-stamp-like signatures made with a backend
 * of the test's own, and verified by OpenSSL. */
#include "run.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <signet/sdk/provider.h>
#include <stdio.h>
#include <string.h>

/* A backend that signs with a key of OpenSSL's and remembers what it was asked. */
typedef struct backend {
    const char *type;
    signet_sign_request_t last;
    char algorithm[32];
    char intent[32];
    int asked;
    int broken;
} backend_t;

static int32_t find(void *instance, signet_call_t *call, signet_text_t uri,
                    const signet_key_t **key)
{
    const backend_t *backend = instance;
    if (!signet_text_is(uri, "test:key")) {
        return signet_fail(call, SIGNET_NOT_FOUND, "key.not-found", "There is no such key.");
    }
    signet_key_t *found = signet_alloc(call, 1, sizeof(*found));
    ck_assert_ptr_nonnull(found);
    found->size = sizeof(*found);
    found->public_key = make_spki(call, make_key(backend->type));
    *key = found;
    return SIGNET_OK;
}

static const struct {
    const char *algorithm;
    const char *digest;
    int salt;
} algorithms[] = {
    {SIGNET_SIGN_ECDSA_SHA256, "SHA256", 0},
    {SIGNET_SIGN_ECDSA_SHA384, "SHA384", 0},
    {SIGNET_SIGN_ECDSA_SHA512, "SHA512", 0},
    {SIGNET_SIGN_RSA_SHA256, "SHA256", 0},
    {SIGNET_SIGN_RSA_SHA384, "SHA384", 0},
    {SIGNET_SIGN_RSA_SHA512, "SHA512", 0},
    {SIGNET_SIGN_PSS_SHA256, "SHA256", 32},
    {SIGNET_SIGN_PSS_SHA384, "SHA384", 48},
    {SIGNET_SIGN_PSS_SHA512, "SHA512", 64},
    {SIGNET_SIGN_ED25519, NULL, 0},
    {SIGNET_SIGN_ED448, NULL, 0},
};

/* PKCS#1 or ECDSA over a digest that is there already. */
static signet_bytes_t sign_digest(signet_call_t *call, EVP_PKEY *key, const char *digest,
                                  signet_bytes_t value)
{
    uint8_t octets[1024];
    size_t length = sizeof(octets);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    ck_assert_int_eq(EVP_PKEY_sign_init(context), 1);
    ck_assert_int_gt(EVP_PKEY_CTX_set_signature_md(context, EVP_get_digestbyname(digest)), 0);
    ck_assert_int_eq(EVP_PKEY_sign(context, octets, &length, value.data, value.length), 1);
    EVP_PKEY_CTX_free(context);
    return signet_bytes_copy(call, (signet_bytes_t){octets, length});
}

static int32_t sign(void *instance, signet_call_t *call, const signet_sign_request_t *request,
                    signet_bytes_t *signature)
{
    backend_t *backend = instance;
    backend->asked++;
    backend->last = *request;
    snprintf(backend->algorithm, sizeof(backend->algorithm), "%.*s",
             SIGNET_FORMAT(request->algorithm));
    snprintf(backend->intent, sizeof(backend->intent), "%.*s", SIGNET_FORMAT(request->intent));
    ck_assert((request->message.length != 0) != (request->digest.length != 0));
    ck_assert(signet_text_is(request->uri, "test:key"));
    if (backend->broken) {
        return signet_fail(call, SIGNET_UNAVAILABLE, "key.gone", "The token was removed.");
    }
    for (unsigned i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
        if (!signet_text_is(request->algorithm, algorithms[i].algorithm)) {
            continue;
        }
        EVP_PKEY *key = make_key(backend->type);
        *signature = request->digest.length != 0
                         ? sign_digest(call, key, algorithms[i].digest, request->digest)
                         : make_signature(call, key, algorithms[i].digest, algorithms[i].salt,
                                          request->message);
        return SIGNET_OK;
    }
    return signet_fail(call, SIGNET_UNSUPPORTED, "key.algorithm", "No such algorithm.");
}

static const signet_key_interface_t interface = {
    .size = sizeof(interface), .find = find, .sign = sign};

typedef struct world {
    signet_call_t *call;
    OSSL_LIB_CTX *library;
    EVP_PKEY *key;
    backend_t backend;
} world_t;

static world_t begin(const char *type)
{
    world_t world = {.call = fuzz_call(), .backend = {.type = type}};
    world.library = signet_provider_library(world.call);
    ck_assert_ptr_nonnull(world.library);
    return world;
}

static void load(world_t *world, uint32_t purpose)
{
    world->key = signet_provider_key(world->call, world->library, &interface, &world->backend,
                                     SIGNET_TEXT("test:key"), purpose, SIGNET_TEXT("intent-1"));
    const signet_error_t *error = world->call->services->error(world->call);
    ck_assert_msg(world->key != NULL, "%s", error != NULL ? error->message.data : "");
}

static void end(world_t *world)
{
    EVP_PKEY_free(world->key);
    signet_provider_library_free(world->library);
    ERR_clear_error();
}

static const struct {
    const char *type;
    const char *digest;
    int pss;
    const char *algorithm;
} kinds[] = {
    {SIGNET_KEY_P256, "SHA256", 0, SIGNET_SIGN_ECDSA_SHA256},
    {SIGNET_KEY_P384, "SHA384", 0, SIGNET_SIGN_ECDSA_SHA384},
    {SIGNET_KEY_P521, "SHA512", 0, SIGNET_SIGN_ECDSA_SHA512},
    {SIGNET_KEY_RSA2048, "SHA256", 0, SIGNET_SIGN_RSA_SHA256},
    {SIGNET_KEY_RSA2048, "SHA512", 0, SIGNET_SIGN_RSA_SHA512},
    {SIGNET_KEY_RSA2048, "SHA256", 1, SIGNET_SIGN_PSS_SHA256},
    {SIGNET_KEY_RSA2048, "SHA384", 1, SIGNET_SIGN_PSS_SHA384},
    {SIGNET_KEY_ED25519, NULL, 0, SIGNET_SIGN_ED25519},
    {SIGNET_KEY_ED448, NULL, 0, SIGNET_SIGN_ED448},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static EVP_MD_CTX *signing_context(const world_t *world, unsigned kind)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *inner = NULL;
    ck_assert_int_eq(EVP_DigestSignInit_ex(context, &inner, kinds[kind].digest, world->library,
                                           NULL, world->key, NULL),
                     1);
    if (kinds[kind].pss) {
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PSS_PADDING), 1);
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_saltlen(inner, RSA_PSS_SALTLEN_DIGEST), 1);
    }
    return context;
}

/* A certificate for the key, signed by itself through the provider. */
static X509 *self_signed(const world_t *world, unsigned kind)
{
    X509 *certificate = X509_new_ex(world->library, NULL);
    X509_NAME *name = X509_get_subject_name(certificate);
    ck_assert_int_eq(X509_set_version(certificate, X509_VERSION_3), 1);
    ck_assert_int_eq(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7), 1);
    ck_assert_int_eq(
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)"x", -1, -1, 0), 1);
    ck_assert_int_eq(X509_set_issuer_name(certificate, name), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    ck_assert_int_eq(X509_set_pubkey(certificate, world->key), 1);
    X509_EXTENSION *usage =
        X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage, "critical,digitalSignature");
    ck_assert_int_eq(X509_add_ext(certificate, usage, -1), 1);
    X509_EXTENSION_free(usage);
    EVP_MD_CTX *context = signing_context(world, kind);
    ck_assert_int_gt(X509_sign_ctx(certificate, context), 0);
    EVP_MD_CTX_free(context);
    return certificate;
}

/* The same certificate without a trace of the provider. */
static X509 *plain_copy(X509 *certificate)
{
    uint8_t *der = NULL;
    int length = i2d_X509(certificate, &der);
    const uint8_t *next = der;
    X509 *copy = d2i_X509(NULL, &next, length);
    ck_assert_ptr_nonnull(copy);
    OPENSSL_free(der);
    return copy;
}

START_TEST(certificates)
{
    for (unsigned i = 0; i < KINDS; i++) {
        world_t world = begin(kinds[i].type);
        load(&world, SIGNET_PURPOSE_CERTIFICATE);
        X509 *certificate = self_signed(&world, i);
        X509 *copy = plain_copy(certificate);
        ck_assert_int_eq(X509_verify(copy, make_key(kinds[i].type)), 1);
        ck_assert_int_eq(X509_verify(copy, X509_get0_pubkey(copy)), 1);
        ck_assert_int_eq(X509_check_private_key(certificate, world.key), 1);
        ck_assert_str_eq(world.backend.algorithm, kinds[i].algorithm);
        ck_assert_str_eq(world.backend.intent, "intent-1");
        ck_assert_uint_eq(world.backend.last.purpose, SIGNET_PURPOSE_CERTIFICATE);
        ck_assert_uint_eq(world.backend.last.digest.length, 0);
        ck_assert_int_eq(world.backend.asked, 1);
        /* The SDK's own reader agrees about the algorithm. */
        uint8_t *der = NULL;
        int length = i2d_X509(copy, &der);
        const signet_x509_t *ours = NULL;
        ck_assert_int_eq(
            signet_x509_parse(world.call, (signet_bytes_t){der, (uint64_t)length}, &ours),
            SIGNET_OK);
        ck_assert(signet_text_is(ours->algorithm, kinds[i].algorithm));
        OPENSSL_free(der);
        X509_free(copy);
        X509_free(certificate);
        end(&world);
    }
}
END_TEST

/* Whether OpenSSL's CMS can sign with keys of this kind at all: 3.0 cannot with EdDSA, be the key
 * in its own provider or in this one. */
static int openssl_can(unsigned kind)
{
    return kinds[kind].digest != NULL;
}

START_TEST(cms)
{
    for (unsigned i = 0; i < KINDS; i++) {
        if (!openssl_can(i)) {
            continue;
        }
        world_t world = begin(kinds[i].type);
        load(&world, SIGNET_PURPOSE_CMS);
        X509 *certificate = self_signed(&world, i);
        X509 *signer = plain_copy(certificate);
        BIO *content = BIO_new_mem_buf("content", 7);
        CMS_ContentInfo *made =
            CMS_sign_ex(NULL, NULL, NULL, content, CMS_PARTIAL | CMS_BINARY, world.library, NULL);
        ck_assert_ptr_nonnull(made);
        const EVP_MD *digest = EVP_get_digestbyname(kinds[i].digest);
        unsigned flags = CMS_BINARY | (kinds[i].pss ? CMS_KEY_PARAM : 0);
        CMS_SignerInfo *info = CMS_add1_signer(made, signer, world.key, digest, flags);
        ck_assert_msg(info != NULL, "%s", kinds[i].algorithm);
        if (kinds[i].pss) {
            EVP_PKEY_CTX *inner = CMS_SignerInfo_get0_pkey_ctx(info);
            ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PSS_PADDING), 1);
            ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_saltlen(inner, RSA_PSS_SALTLEN_DIGEST), 1);
        }
        ck_assert_msg(CMS_final(made, content, NULL, CMS_BINARY) == 1, "%s", kinds[i].algorithm);
        ck_assert_uint_eq(world.backend.last.purpose, SIGNET_PURPOSE_CMS);
        uint8_t *der = NULL;
        int length = i2d_CMS_ContentInfo(made, &der);
        const uint8_t *next = der;
        CMS_ContentInfo *read = d2i_CMS_ContentInfo(NULL, &next, length);
        ck_assert_msg(read != NULL, "%s: %d octets", kinds[i].algorithm, length);
        BIO *output = BIO_new(BIO_s_mem());
        ck_assert_msg(
            CMS_verify(read, NULL, NULL, NULL, output, CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1,
            "%s", kinds[i].algorithm);
        BIO_free(output);
        CMS_ContentInfo_free(read);
        OPENSSL_free(der);
        CMS_ContentInfo_free(made);
        BIO_free(content);
        X509_free(signer);
        X509_free(certificate);
        end(&world);
    }
}
END_TEST

/* Signing in parts, as responses are: asked for the length first, then made once. */
START_TEST(streams)
{
    static const uint8_t message[] = "a message in parts";
    for (unsigned i = 0; i < KINDS; i++) {
        if (kinds[i].digest == NULL) {
            continue;
        }
        world_t world = begin(kinds[i].type);
        load(&world, SIGNET_PURPOSE_OCSP);
        EVP_MD_CTX *context = signing_context(&world, i);
        uint8_t signature[1024];
        size_t length = 0;
        for (unsigned j = 0; j < sizeof(message); j++) {
            ck_assert_int_eq(EVP_DigestSignUpdate(context, message + j, 1), 1);
        }
        ck_assert_int_eq(EVP_DigestSignFinal(context, NULL, &length), 1);
        ck_assert_uint_le(length, sizeof(signature));
        ck_assert_int_eq(world.backend.asked, 0);
        ck_assert_int_eq(EVP_DigestSignFinal(context, signature, &length), 1);
        ck_assert_int_eq(world.backend.asked, 1);
        EVP_MD_CTX_free(context);
        signet_public_key_t key;
        ck_assert_int_eq(signet_public_key_parse(
                             world.call, make_spki(world.call, make_key(kinds[i].type)), &key),
                         SIGNET_OK);
        ck_assert_int_eq(signet_verify(world.call, &key, signet_text(kinds[i].algorithm),
                                       (signet_bytes_t){message, sizeof(message)},
                                       (signet_bytes_t){signature, length}),
                         SIGNET_OK);
        end(&world);
    }
}
END_TEST

/* A digest alone is signed for CRLs, and for nothing else. */
START_TEST(digests)
{
    static const uint32_t purposes[] = {SIGNET_PURPOSE_CRL, SIGNET_PURPOSE_CERTIFICATE,
                                        SIGNET_PURPOSE_CMS};
    for (unsigned i = 0; i < 3; i++) {
        world_t world = begin(SIGNET_KEY_P256);
        load(&world, purposes[i]);
        uint8_t signature[256];
        size_t length = sizeof(signature);
        const uint8_t digest[32] = {1, 2, 3};
        EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(world.library, world.key, NULL);
        ck_assert_int_eq(EVP_PKEY_sign_init(context), 1);
        ck_assert_int_gt(EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()), 0);
        int result = EVP_PKEY_sign(context, signature, &length, digest, sizeof(digest));
        if (purposes[i] == SIGNET_PURPOSE_CRL) {
            ck_assert_int_eq(result, 1);
            EVP_PKEY_CTX *check = EVP_PKEY_CTX_new_from_pkey(NULL, make_key(SIGNET_KEY_P256), NULL);
            ck_assert_int_eq(EVP_PKEY_verify_init(check), 1);
            ck_assert_int_eq(EVP_PKEY_verify(check, signature, length, digest, sizeof(digest)), 1);
            EVP_PKEY_CTX_free(check);
        } else {
            ck_assert_int_le(result, 0);
            ck_assert(failed_for(world.call, "key.digest-not-allowed"));
            ck_assert_int_eq(world.backend.asked, 0);
        }
        EVP_PKEY_CTX_free(context);
        end(&world);
    }
}
END_TEST

/* What fails in the backend fails here, and its error is the call's. */
START_TEST(failures)
{
    world_t world = begin(SIGNET_KEY_P256);
    ck_assert_ptr_null(signet_provider_key(world.call, world.library, &interface, &world.backend,
                                           SIGNET_TEXT("test:other"), SIGNET_PURPOSE_CMS,
                                           SIGNET_TEXT("")));
    ck_assert(failed_for(world.call, "key.not-found"));
    world.call->services->clear(world.call);
    load(&world, SIGNET_PURPOSE_OCSP);
    world.backend.broken = 1;
    uint8_t signature[256];
    size_t length = sizeof(signature);
    EVP_MD_CTX *context = signing_context(&world, 0);
    ck_assert_int_le(EVP_DigestSign(context, signature, &length, (const uint8_t *)"x", 1), 0);
    ck_assert(failed_for(world.call, "key.gone"));
    EVP_MD_CTX_free(context);
    /* A digest that no algorithm has, and a salt that no backend makes. */
    context = EVP_MD_CTX_new();
    ck_assert_int_le(
        EVP_DigestSignInit_ex(context, NULL, "MD5", world.library, NULL, world.key, NULL), 0);
    EVP_MD_CTX_free(context);
    end(&world);
    world = begin(SIGNET_KEY_RSA2048);
    load(&world, SIGNET_PURPOSE_OCSP);
    EVP_PKEY_CTX *inner = NULL;
    context = EVP_MD_CTX_new();
    ck_assert_int_eq(
        EVP_DigestSignInit_ex(context, &inner, "SHA256", world.library, NULL, world.key, NULL), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PSS_PADDING), 1);
    ck_assert_int_le(EVP_PKEY_CTX_set_rsa_pss_saltlen(inner, 20), 0);
    EVP_MD_CTX_free(context);
    /* The private part stays where it is. */
    OSSL_PARAM *parameters = NULL;
    ck_assert_int_le(EVP_PKEY_todata(world.key, EVP_PKEY_KEYPAIR, &parameters), 0);
    end(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("provider");
    TCase *test = tcase_create("provider");
    tcase_set_timeout(test, 100);
    tcase_add_test(test, certificates);
    tcase_add_test(test, cms);
    tcase_add_test(test, streams);
    tcase_add_test(test, digests);
    tcase_add_test(test, failures);
    suite_add_tcase(suite, test);
    return run_suite(suite);
}
