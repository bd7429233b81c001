/* Every algorithm, for authorities and for subjects, with OpenSSL and GnuTLS as verifiers. */
#include "world.h"

#include <gnutls/x509.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>

#define AUTHORITY(name, type, more)                                                                \
    ", { name = \"" name "\"; kind = \"root\"; subject = \"CN=" name                               \
    ",O=Example\"; keys = \"fault\"; key_type = \"" type "\"; certificate = \"" name               \
    "-root.pem\"; " more " }, { name = \"" name "-issuing\"; parent = \"" name                     \
    "\"; subject = \"CN=" name " issuing,O=Example\"; keys = \"fault\"; key_type = \"" type        \
    "\"; certificate = \"" name "-issuing.pem\"; " more " }"

static const char more[] = /* each a root and an issuing authority below */
    AUTHORITY("p384", "EC-P384", "") AUTHORITY("p521", "EC-P521", "")
        AUTHORITY("rsa", "RSA-2048", "algorithm = \"RSA-PKCS1-SHA512\";")
            AUTHORITY("pss256", "RSA-3072", "algorithm = \"RSA-PSS-SHA256\";")
                AUTHORITY("pss512", "RSA-4096", "algorithm = \"RSA-PSS-SHA512\";")
                    AUTHORITY("ed25519", "ED25519", "") AUTHORITY("ed448", "ED448", "")
                        AUTHORITY("mldsa", "ML-DSA-65", "");

static const char *const authorities[] = {"p384",   "p521",    "rsa",  "pss256",
                                          "pss512", "ed25519", "ed448"};

static const char profiles[] =
    ", { name = \"any-key\"; authorities = [ \"p384-issuing\", \"p521-issuing\", \"rsa-issuing\", "
    "\"pss256-issuing\", \"pss512-issuing\", \"ed25519-issuing\", \"ed448-issuing\", "
    "\"mldsa-issuing\" ]; subject = [ \"CN=name\" ]; dns = [ \"*\" ]; key_types = [ \"*\" ];"
    " key_usage = [ \"digitalSignature\", \"keyEncipherment\", \"keyAgreement\" ];"
    " extended_key_usage = [ \"serverAuth\" ]; }"
    ", { name = \"cipher\"; authority = \"p384-issuing\"; subject = [ \"CN=name\" ]; dns = [ \"*\" "
    "];"
    " key_types = [ \"*\" ]; key_usage = [ \"keyEncipherment\" ];"
    " extended_key_usage = [ \"emailProtection\" ]; }";

static gnutls_x509_crt_t import(signet_bytes_t der)
{
    gnutls_x509_crt_t made;
    gnutls_datum_t datum = {(unsigned char *)(uintptr_t)der.data, (unsigned)der.length};
    ck_assert_int_eq(gnutls_x509_crt_init(&made), 0);
    ck_assert_int_eq(gnutls_x509_crt_import(made, &datum, GNUTLS_X509_FMT_DER), 0);
    return made;
}

/* Whether GnuTLS verifies a leaf below an issuing authority and its root. */
static int gnutls_verifies(signet_bytes_t der, const char *authority)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_bytes_t *chain = NULL;
    uint64_t count = 0;
    unsigned status = 0;
    gnutls_x509_trust_list_t trusted;
    expect_ok(ca->chain(instance, call, signet_text(authority), &chain, &count));
    ck_assert_uint_eq(count, 2);
    gnutls_x509_crt_t root = import(chain[1]);
    gnutls_x509_crt_t list[] = {import(der), import(chain[0])};
    ck_assert_int_eq(gnutls_x509_trust_list_init(&trusted, 0), 0);
    ck_assert_int_eq(gnutls_x509_trust_list_add_cas(trusted, &root, 1, 0), 1);
    int result = gnutls_x509_trust_list_verify_crt(trusted, list, 2, 0, &status, NULL);
    gnutls_x509_crt_deinit(list[0]);
    gnutls_x509_crt_deinit(list[1]);
    gnutls_x509_trust_list_deinit(trusted, 1);
    if (status != 0)
        fprintf(stderr, "GnuTLS: %#x\n", status);
    return result == 0 && status == 0;
}

static const signet_certificate_t *issue(const char *authority, EVP_PKEY *key)
{
    const signet_certificate_t *certificate = NULL;
    signet_issue_request_t request = {.size = sizeof request,
                                      .profile = SIGNET_TEXT("any-key"),
                                      .authority = signet_text(authority),
                                      .csr = world_csr(key, "", "DNS:a.example")};
    expect_ok(world_ask(&request, &certificate));
    return certificate;
}

START_TEST(authorities_of_every_type)
{
    for (size_t i = 0; i < sizeof authorities / sizeof authorities[0]; i++) {
        char issuing[64];
        snprintf(issuing, sizeof issuing, "%s-issuing", authorities[i]);
        world_create(authorities[i]);
        world_create(issuing);
        const signet_certificate_t *certificate = issue(issuing, NULL);
        ck_assert_msg(world_verifies(certificate->der, issuing), "OpenSSL, %s", issuing);
        ck_assert_msg(gnutls_verifies(certificate->der, issuing), "GnuTLS, %s", issuing);
    }
}
END_TEST

static uint32_t usage_of(const signet_certificate_t *certificate)
{
    const unsigned char *next = certificate->der.data;
    X509 *x509 = d2i_X509(NULL, &next, (long)certificate->der.length);
    ck_assert_ptr_nonnull(x509);
    uint32_t usage = X509_get_key_usage(x509);
    X509_free(x509);
    return usage;
}

static EVP_PKEY *pss_key(void)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
    ck_assert_int_eq(EVP_PKEY_keygen_init(context), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_keygen_md(context, EVP_sha256()), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md(context, EVP_sha256()), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(context, 32), 1);
    ck_assert_int_eq(EVP_PKEY_generate(context, &key), 1);
    EVP_PKEY_CTX_free(context);
    return key;
}

/* Each gets the key usages that its key can serve, and no others. */
START_TEST(subjects_of_every_type)
{
    const uint32_t sign = KU_DIGITAL_SIGNATURE;
    struct {
        EVP_PKEY *key;
        uint32_t usage;
    } cases[] = {
        {EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), sign | KU_KEY_AGREEMENT},
        {EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384"), sign | KU_KEY_AGREEMENT},
        {EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-521"), sign | KU_KEY_AGREEMENT},
        {EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), sign | KU_KEY_ENCIPHERMENT},
        {EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)3072), sign | KU_KEY_ENCIPHERMENT},
        {pss_key(), sign},
        {EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), sign},
        {EVP_PKEY_Q_keygen(NULL, NULL, "ED448"), sign},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_ptr_nonnull(cases[i].key);
        const signet_certificate_t *certificate = issue("pss256-issuing", cases[i].key);
        ck_assert_msg(world_verifies(certificate->der, "pss256-issuing"), "%zu", i);
        ck_assert_msg(gnutls_verifies(certificate->der, "pss256-issuing"), "%zu", i);
        ck_assert_uint_eq(usage_of(certificate), cases[i].usage);
        EVP_PKEY_free(cases[i].key);
    }
}
END_TEST

START_TEST(a_key_that_serves_no_usage_is_refused)
{
    const signet_certificate_t *certificate = NULL;
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    expect_error(world_issue("cipher", world_csr(key, "", "DNS:a.example"), &certificate),
                 SIGNET_INVALID, "profile.key-type");
    EVP_PKEY_free(key);
}
END_TEST

/* ML-DSA where the OpenSSL at hand has it, else the sentence that names the remedy. */
START_TEST(ml_dsa_works_or_says_what_is_missing)
{
    const char *name = "mldsa";
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "ML-DSA-65", NULL);
    ERR_clear_error();
    if (context == NULL) {
        expect_error(world_command("authority create", &name, 1), SIGNET_UNSUPPORTED,
                     "key.unsupported");
        return;
    }
    EVP_PKEY_CTX_free(context);
    world_create("mldsa");
    world_create("mldsa-issuing");
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ML-DSA-44");
    ck_assert_ptr_nonnull(key);
    const signet_certificate_t *certificate = issue("mldsa-issuing", key);
    ck_assert(world_verifies(certificate->der, "mldsa-issuing"));
    ck_assert_uint_eq(usage_of(certificate), KU_DIGITAL_SIGNATURE);
    EVP_PKEY_free(key);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        authorities_of_every_type,
        subjects_of_every_type,
        a_key_that_serves_no_usage_is_refused,
        ml_dsa_works_or_says_what_is_missing,
    };
    world_authorities = more;
    return world_run("ca-algorithm", profiles, tests, sizeof tests / sizeof tests[0]);
}
