/* PKCS#12: written here and read by OpenSSL, and the other way round; and what is refused. */
#include "cost.h"
#include "run.h"

#include <openssl/pkcs12.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/pkcs12.h>
#include <string.h>

#define PASSWORD "correct horse battery"
#define NOW INT64_C(1790000000000)

static EVP_PKEY *read_key(signet_bytes_t der)
{
    const uint8_t *at = der.data;
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)der.length);
    ck_assert_ptr_nonnull(info);
    EVP_PKEY *key = EVP_PKCS82PKEY(info);
    PKCS8_PRIV_KEY_INFO_free(info);
    ck_assert_ptr_nonnull(key);
    return key;
}

/* A key made by the SDK, and a certificate of it with another one above. */
static signet_key_bundle_t make_bundle(signet_call_t *call, const char *type)
{
    static signet_bytes_t chain[1];
    signet_key_bundle_t bundle = {.name = SIGNET_TEXT("A User"), .chain = chain, .chain_count = 1};
    signet_bytes_t spki;
    ck_assert_int_eq(
        signet_private_key_generate(call, signet_text(type), &bundle.private_key, &spki), 0);
    EVP_PKEY *key = read_key(bundle.private_key);
    ck_assert(signet_bytes_equal(spki, make_spki(call, key)));
    int digests = EVP_PKEY_is_a(key, "EC") || EVP_PKEY_is_a(key, "RSA");
    const make_spec_t own = {
        .key = key, .digest = digests ? "SHA256" : NULL, .subject = "CN=A User"};
    const make_spec_t above = {
        .key = make_key("EC-P256"), .digest = "SHA256", .subject = "CN=Above"};
    bundle.certificate = make_certificate(call, &own, NOW, 30);
    chain[0] = make_certificate(call, &above, NOW, 30);
    EVP_PKEY_free(key);
    return bundle;
}

START_TEST(openssl_reads_what_is_written)
{
    static const char *const types[] = {"EC-P256", "EC-P384", "RSA-2048", "ED25519", "ED448"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        signet_call_t *call = fuzz_call();
        signet_key_bundle_t bundle = make_bundle(call, types[i]);
        signet_bytes_t der;
        ck_assert_int_eq(signet_pkcs12_write(call, &bundle, SIGNET_TEXT(PASSWORD), 10000, &der), 0);
        const uint8_t *at = der.data;
        PKCS12 *file = d2i_PKCS12(NULL, &at, (long)der.length);
        ck_assert_ptr_nonnull(file);
        /* The MAC: HMAC-SHA256 with the configured count. */
        const ASN1_INTEGER *iterations = NULL;
        const X509_ALGOR *mac = NULL;
        const ASN1_OBJECT *digest = NULL;
        PKCS12_get0_mac(NULL, &mac, NULL, &iterations, file);
        X509_ALGOR_get0(&digest, NULL, NULL, mac);
        ck_assert_int_eq(OBJ_obj2nid(digest), NID_sha256);
        ck_assert_int_eq(ASN1_INTEGER_get(iterations), 10000);
        EVP_PKEY *key = NULL;
        X509 *certificate = NULL;
        STACK_OF(X509) *chain = NULL;
        ck_assert_int_eq(PKCS12_parse(file, "wrong", &key, &certificate, &chain), 0);
        ck_assert_int_eq(PKCS12_parse(file, PASSWORD, &key, &certificate, &chain), 1);
        ck_assert_int_eq(X509_check_private_key(certificate, key), 1);
        ck_assert_int_eq(sk_X509_num(chain), 1);
        EVP_PKEY_free(key);
        X509_free(certificate);
        sk_X509_pop_free(chain, X509_free);
        PKCS12_free(file);
        /* And so does the SDK. */
        const signet_key_bundle_t *read = NULL;
        ck_assert_int_eq(signet_pkcs12_read(call, der, SIGNET_TEXT(PASSWORD), &read), 0);
        ck_assert(signet_bytes_equal(read->certificate, bundle.certificate));
        ck_assert_uint_eq(read->chain_count, 1);
        ck_assert(signet_bytes_equal(read->chain[0], bundle.chain[0]));
        EVP_PKEY *again = read_key(read->private_key);
        EVP_PKEY *first = read_key(bundle.private_key);
        ck_assert_int_eq(EVP_PKEY_eq(again, first), 1);
        EVP_PKEY_free(again);
        EVP_PKEY_free(first);
    }
}
END_TEST

/* The encryption, by what OpenSSL says of it. */
START_TEST(encrypts_by_aes_and_pbkdf2)
{
    signet_call_t *call = fuzz_call();
    signet_key_bundle_t bundle = make_bundle(call, "EC-P256");
    signet_bytes_t der;
    ck_assert_int_eq(signet_pkcs12_write(call, &bundle, SIGNET_TEXT(PASSWORD), 600000, &der), 0);
    static const uint8_t pbkdf2[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c};
    static const uint8_t aes[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a};
    static const uint8_t sha256[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09};
    static const uint8_t count[] = {0x02, 0x03, 0x09, 0x27, 0xc0};
    ck_assert_ptr_nonnull(memmem(der.data, der.length, pbkdf2, sizeof pbkdf2));
    ck_assert_ptr_nonnull(memmem(der.data, der.length, aes, sizeof aes));
    ck_assert_ptr_nonnull(memmem(der.data, der.length, sha256, sizeof sha256));
    ck_assert_ptr_nonnull(memmem(der.data, der.length, count, sizeof count));
    ck_assert_int_eq(signet_pkcs12_write(call, &bundle, SIGNET_TEXT("short"), 1000, &der),
                     SIGNET_INVALID);
    ck_assert(failed_for(call, "password.length"));
}
END_TEST

START_TEST(private_keys_in_pem)
{
    signet_call_t *call = fuzz_call();
    signet_key_bundle_t bundle = make_bundle(call, "EC-P256");
    signet_text_t pem;
    signet_bytes_t der;
    ck_assert_int_eq(
        signet_private_key_pem(call, bundle.private_key, (signet_text_t){NULL, 0}, 1000, &pem), 0);
    ck_assert_int_eq(signet_pem_decode(call, pem, "PRIVATE KEY", &der, NULL), 0);
    ck_assert(signet_bytes_equal(der, bundle.private_key));
    ck_assert_int_eq(
        signet_private_key_pem(call, bundle.private_key, SIGNET_TEXT(PASSWORD), 10000, &pem), 0);
    ck_assert_int_eq(signet_pem_decode(call, pem, "ENCRYPTED PRIVATE KEY", &der, NULL), 0);
    const uint8_t *at = der.data;
    X509_SIG *sig = d2i_X509_SIG(NULL, &at, (long)der.length);
    ck_assert_ptr_null(PKCS8_decrypt(sig, "wrong", 5));
    PKCS8_PRIV_KEY_INFO *info = PKCS8_decrypt(sig, PASSWORD, (int)strlen(PASSWORD));
    ck_assert_ptr_nonnull(info);
    PKCS8_PRIV_KEY_INFO_free(info);
    X509_SIG_free(sig);
    ck_assert_int_eq(signet_private_key_generate(call, SIGNET_TEXT("DSA-1024"), &der, &der),
                     SIGNET_UNSUPPORTED);
}
END_TEST

static signet_bytes_t encode(signet_call_t *call, PKCS12 *file)
{
    uint8_t *octets = NULL;
    int length = i2d_PKCS12(file, &octets);
    ck_assert_int_gt(length, 0);
    signet_bytes_t der = signet_bytes_copy(call, (signet_bytes_t){octets, (uint64_t)length});
    OPENSSL_free(octets);
    return der;
}

/* A file by OpenSSL, with counts of iterations that are written over without being done. */
static signet_bytes_t bomb(signet_call_t *call, int64_t key, int64_t mac)
{
    EVP_PKEY *pkey = make_key("EC-P256");
    const make_spec_t spec = {.key = pkey, .digest = "SHA256", .subject = "CN=x"};
    signet_bytes_t cert = make_certificate(call, &spec, NOW, 30);
    const uint8_t *at = cert.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)cert.length);
    PKCS12 *file = PKCS12_create(PASSWORD, "x", pkey, certificate, NULL, NID_aes_256_cbc,
                                 NID_aes_256_cbc, 2048, 2049, 0);
    ck_assert_ptr_nonnull(file);
    signet_bytes_t der = encode(call, file);
    X509_free(certificate);
    PKCS12_free(file);
    static const uint8_t old_key[] = {0x02, 0x02, 0x08, 0x00};
    static const uint8_t old_mac[] = {0x02, 0x02, 0x08, 0x01};
    uint8_t *octets = (uint8_t *)(uintptr_t)der.data;
    if (mac != 0) {
        uint8_t *found = memmem(octets, der.length, old_mac, sizeof old_mac);
        ck_assert_ptr_nonnull(found);
        found[2] = (uint8_t)(mac >> 8);
        found[3] = (uint8_t)mac;
    }
    if (key != 0) {
        uint8_t *found = memmem(octets, der.length, old_key, sizeof old_key);
        ck_assert_ptr_nonnull(found);
        found[2] = (uint8_t)(key >> 8);
        found[3] = (uint8_t)key;
    }
    return der;
}

static int32_t read_file(signet_call_t *call, signet_bytes_t der)
{
    const signet_key_bundle_t *bundle = NULL;
    return signet_pkcs12_read(call, der, SIGNET_TEXT(PASSWORD), &bundle);
}

/* 2^31 iterations, in the MAC of a file whose length is as it should be. */
START_TEST(bombs_are_refused_before_they_cost)
{
    signet_call_t *call = fuzz_call();
    signet_bytes_t der = bomb(call, 0, 0);
    ck_assert_int_eq(read_file(call, der), SIGNET_OK);
    PKCS12 *file = NULL;
    const uint8_t *at = der.data;
    file = d2i_PKCS12(NULL, &at, (long)der.length);
    const ASN1_INTEGER *count = NULL;
    PKCS12_get0_mac(NULL, NULL, NULL, &count, file);
    ck_assert_int_eq(ASN1_INTEGER_set_int64((ASN1_INTEGER *)(uintptr_t)count, INT64_C(1) << 31), 1);
    der = encode(call, file);
    COST_AT_MOST_MS(100, ck_assert_int_eq(read_file(call, der), SIGNET_TOO_LARGE));
    ck_assert(failed_for(call, "pkcs12.iterations"));
    call = fuzz_call();
    ck_assert_int_eq(ASN1_INTEGER_set_int64((ASN1_INTEGER *)(uintptr_t)count, 0), 1);
    COST_AT_MOST_MS(100, ck_assert_int_eq(read_file(call, encode(call, file)), SIGNET_INVALID));
    call = fuzz_call();
    ck_assert_int_eq(ASN1_INTEGER_set_int64((ASN1_INTEGER *)(uintptr_t)count, -5), 1);
    COST_AT_MOST_MS(100, ck_assert_int_eq(read_file(call, encode(call, file)), SIGNET_INVALID));
    PKCS12_free(file);
}
END_TEST

/* A file with one octet changed is refused, or the octet was not covered by the MAC and changes
 * nothing: the parameters of the MAC's own algorithm. Cut short it is always refused. */
START_TEST(damaged_files_are_refused)
{
    signet_call_t *call = fuzz_call();
    signet_bytes_t der = bomb(call, 0, 0);
    static uint8_t copy[8192];
    static uint8_t key[1024];
    const signet_key_bundle_t *bundle = NULL;
    ck_assert_uint_lt(der.length, sizeof copy);
    uint64_t length = der.length;
    memcpy(copy, der.data, length);
    ck_assert_int_eq(signet_pkcs12_read(call, der, SIGNET_TEXT(PASSWORD), &bundle), SIGNET_OK);
    const signet_bytes_t first = {key, bundle->private_key.length};
    ck_assert_uint_lt(first.length, sizeof key);
    memcpy(key, bundle->private_key.data, first.length);
    uint64_t accepted = 0;
    for (uint64_t i = 0; i < length; i++) {
        int32_t status = SIGNET_OK;
        call = fuzz_call();
        copy[i] ^= 0xff;
        COST_AT_MOST_MS(1500, status = signet_pkcs12_read(call, (signet_bytes_t){copy, length},
                                                          SIGNET_TEXT(PASSWORD), &bundle));
        copy[i] ^= 0xff;
        if (status != SIGNET_OK)
            continue;
        ck_assert(signet_bytes_equal(bundle->private_key, first));
        accepted++;
    }
    ck_assert_uint_le(accepted, 4);
    for (uint64_t i = 0; i < length; i += 5) {
        call = fuzz_call();
        ck_assert_int_eq(read_file(call, (signet_bytes_t){copy, i}), SIGNET_INVALID);
    }
    ck_assert_int_eq(read_file(fuzz_call(), (signet_bytes_t){copy, SIGNET_PKCS12_MAX + 1}),
                     SIGNET_TOO_LARGE);
}
END_TEST

START_TEST(what_lacks_a_part_is_refused)
{
    signet_call_t *call = fuzz_call();
    EVP_PKEY *key = make_key("EC-P256");
    const make_spec_t spec = {.key = key, .digest = "SHA256", .subject = "CN=x"};
    const make_spec_t foreign = {.key = make_key("EC-P384"), .digest = "SHA384", .subject = "CN=y"};
    signet_bytes_t own = make_certificate(call, &spec, NOW, 30);
    signet_bytes_t other = make_certificate(call, &foreign, NOW, 30);
    const uint8_t *at = own.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)own.length);
    at = other.data;
    X509 *stranger = d2i_X509(NULL, &at, (long)other.length);
    const struct {
        EVP_PKEY *key;
        X509 *certificate;
        int encryption;
        int mac;
    } lacking[] = {
        {NULL, certificate, NID_aes_256_cbc, 2048}, /* no key */
        {key, NULL, NID_aes_256_cbc, 2048},         /* no certificate */
        {key, certificate, NID_aes_256_cbc, -1},    /* no MAC */
    };
    for (size_t i = 0; i < sizeof lacking / sizeof lacking[0]; i++) {
        PKCS12 *file =
            PKCS12_create(PASSWORD, "x", lacking[i].key, lacking[i].certificate, NULL,
                          lacking[i].encryption, lacking[i].encryption, 2048, lacking[i].mac, 0);
        ck_assert_ptr_nonnull(file);
        call = fuzz_call();
        ck_assert_int_eq(read_file(call, encode(call, file)), SIGNET_INVALID);
        ck_assert(failed_for(call, "pkcs12.malformed"));
        PKCS12_free(file);
    }
    /* A certificate of another key is no certificate of this one. */
    STACK_OF(X509) *chain = sk_X509_new_null();
    ck_assert_int_gt(sk_X509_push(chain, stranger), 0);
    PKCS12 *file = PKCS12_create(PASSWORD, "x", key, NULL, chain, NID_aes_256_cbc, NID_aes_256_cbc,
                                 2048, 2048, 0);
    call = fuzz_call();
    ck_assert_int_eq(read_file(call, encode(call, file)), SIGNET_INVALID);
    PKCS12_free(file);
    /* A wrong password says so. */
    call = fuzz_call();
    const signet_key_bundle_t *bundle = NULL;
    ck_assert_int_eq(
        signet_pkcs12_read(call, bomb(call, 0, 0), SIGNET_TEXT("something else"), &bundle),
        SIGNET_DENIED);
    ck_assert(failed_for(call, "pkcs12.password"));
    sk_X509_free(chain);
    X509_free(stranger);
    X509_free(certificate);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pkcs12");
    TCase *cases = tcase_create("pkcs12");
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, openssl_reads_what_is_written);
    tcase_add_test(cases, encrypts_by_aes_and_pbkdf2);
    tcase_add_test(cases, private_keys_in_pem);
    tcase_add_test(cases, bombs_are_refused_before_they_cost);
    tcase_add_test(cases, damaged_files_are_refused);
    tcase_add_test(cases, what_lacks_a_part_is_refused);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
