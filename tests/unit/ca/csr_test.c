/* Hostile requests, through issue: each is refused with its cause, signs nothing and leaves
 * nothing. */
#include "world.h"

#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void refuses(const char *profile, signet_bytes_t csr, int32_t status, const char *reason)
{
    const signet_certificate_t *certificate = NULL;
    uint64_t signatures = fault.signatures;
    expect_error(world_issue(profile, csr, &certificate), status, reason);
    ck_assert_uint_eq(fault.signatures, signatures);
    ck_assert_ptr_null(certificate);
}

/* Refused for whatever reason, but as bad input. */
static void refuses_somehow(signet_bytes_t csr)
{
    const signet_certificate_t *certificate = NULL;
    int32_t status = world_issue("tls-server", csr, &certificate);
    ck_assert_msg(status == SIGNET_INVALID || status == SIGNET_TOO_LARGE, "status %d", status);
    ck_assert_ptr_null(certificate);
    call->services->clear(call);
}

static int64_t cpu_microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* A request whose subjectAltName holds one GeneralName with these octets. */
static signet_bytes_t with_name(uint8_t tag, const void *value, size_t length)
{
    uint8_t der[600];
    ck_assert_uint_le(length, 500);
    size_t head = 0;
    der[head++] = 0x30;
    if (length + 2 + (length > 127) > 127 || length > 127) {
        size_t inner = length + (length > 255 ? 4 : 3);
        der[head++] = 0x82;
        der[head++] = (uint8_t)(inner >> 8);
        der[head++] = (uint8_t)inner;
        der[head++] = tag;
        der[head++] = length > 255 ? 0x82 : 0x81;
        if (length > 255)
            der[head++] = (uint8_t)(length >> 8);
        der[head++] = (uint8_t)length;
    } else {
        der[head++] = (uint8_t)(length + 2);
        der[head++] = tag;
        der[head++] = (uint8_t)length;
    }
    memcpy(der + head, value, length);
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    sk_X509_EXTENSION_push(list, world_extension_der("2.5.29.17", 0, der, head + length));
    return world_csr_with(NULL, "", list);
}

static signet_bytes_t with_dns(const char *name)
{
    return with_name(0x82, name, strlen(name));
}

START_TEST(case_64_malformed_der)
{
    signet_bytes_t good = world_csr(NULL, "", "DNS:a.example");
    uint8_t *copy = malloc(good.length + 1);
    ck_assert_ptr_nonnull(copy);
    for (uint64_t length = 0; length < good.length; length++)
        refuses_somehow((signet_bytes_t){good.data, length});
    memcpy(copy, good.data, good.length);
    copy[good.length] = 0;
    refuses_somehow((signet_bytes_t){copy, good.length + 1});
    copy[1] = 0x80; /* indefinite */
    refuses_somehow((signet_bytes_t){copy, good.length});
    free(copy);
    static const uint8_t endless[] = {0x30, 0x88, 0xff, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0xff, 0x30};
    refuses_somehow((signet_bytes_t){endless, sizeof endless});
    static uint8_t nested[20000];
    for (size_t i = 0; i < sizeof nested; i += 2) {
        nested[i] = 0x30;
        nested[i + 1] = 0x80;
    }
    int64_t begun = cpu_microseconds();
    refuses_somehow((signet_bytes_t){nested, sizeof nested});
    ck_assert_int_lt(cpu_microseconds() - begun, 10000);
}
END_TEST

START_TEST(case_65_giant_object_identifiers)
{
    static uint8_t oid[300];
    uint8_t name[sizeof oid + 16];
    memset(oid, 0xff, sizeof oid);
    oid[0] = 0x2a;
    oid[sizeof oid - 1] = 0x7f;
    /* registeredID with an arc of thousands of bits. */
    memcpy(name, oid, sizeof oid);
    refuses_somehow(with_name(0x88, name, sizeof oid));
    /* The OID of an extension, in a request that is rightly signed. */
    uint8_t der[sizeof oid + 4] = {0x06, 0x82, sizeof oid >> 8, sizeof oid & 0xff};
    memcpy(der + 4, oid, sizeof oid);
    const unsigned char *next = der;
    ASN1_OBJECT *object = d2i_ASN1_OBJECT(NULL, &next, sizeof der);
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    ck_assert(object != NULL && value != NULL);
    ck_assert_int_eq(ASN1_OCTET_STRING_set(value, (const uint8_t *)"\x05\x00", 2), 1);
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    sk_X509_EXTENSION_push(list, X509_EXTENSION_create_by_OBJ(NULL, object, 0, value));
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(object);
    refuses("tls-server", world_csr_with(NULL, "", list), SIGNET_INVALID, "csr.malformed");
}
END_TEST

/* The key is named before the proof of possession is looked at: nobody else can give that one. */
START_TEST(case_67_the_key_of_an_authority)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_bytes_t *chain = NULL;
    uint64_t count = 0;
    expect_ok(ca->chain(instance, call, SIGNET_TEXT("tls"), &chain, &count));
    for (uint64_t i = 0; i < count; i++) {
        const unsigned char *next = chain[i].data;
        X509 *x509 = d2i_X509(NULL, &next, (long)chain[i].length);
        X509_REQ *request = X509_REQ_new();
        EVP_PKEY *other = world_key();
        ck_assert(x509 != NULL && request != NULL);
        ck_assert_int_eq(X509_REQ_set_pubkey(request, X509_get0_pubkey(x509)), 1);
        ck_assert_int_gt(X509_REQ_sign(request, other, EVP_sha256()), 0);
        unsigned char *der = NULL;
        int length = i2d_X509_REQ(request, &der);
        ck_assert_int_gt(length, 0);
        refuses("tls-server", (signet_bytes_t){der, (uint64_t)length}, SIGNET_INVALID,
                "key.of-authority");
        OPENSSL_free(der);
        EVP_PKEY_free(other);
        X509_REQ_free(request);
        X509_free(x509);
    }
    ck_assert_uint_eq(count, 3);
}
END_TEST

START_TEST(case_68_no_proof_of_possession)
{
    signet_bytes_t csr = world_csr(NULL, "", "DNS:a.example");
    uint8_t *octets = (uint8_t *)(uintptr_t)csr.data;
    octets[csr.length - 1] ^= 1;
    refuses("tls-server", csr, SIGNET_INVALID, "csr.proof-of-possession");
    octets[csr.length - 1] ^= 1;
    /* A changed name: the signature covers it. */
    uint8_t *name = memmem(octets, csr.length, "a.example", 9);
    ck_assert_ptr_nonnull(name);
    name[0] = 'b';
    refuses("tls-server", csr, SIGNET_INVALID, "csr.proof-of-possession");
}
END_TEST

START_TEST(case_68_huge_salt)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    X509_REQ *request = X509_REQ_new();
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *parameters = NULL;
    ck_assert_int_eq(X509_REQ_set_pubkey(request, key), 1);
    ck_assert_int_eq(EVP_DigestSignInit(context, &parameters, EVP_sha256(), NULL, key), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, 200), 1);
    ck_assert_int_gt(X509_REQ_sign_ctx(request, context), 0);
    unsigned char *der = NULL;
    int length = i2d_X509_REQ(request, &der);
    ck_assert_int_gt(length, 0);
    const signet_certificate_t *certificate = NULL;
    int32_t status =
        world_issue("tls-server", (signet_bytes_t){der, (uint64_t)length}, &certificate);
    ck_assert_msg(status == SIGNET_INVALID || status == SIGNET_UNSUPPORTED, "status %d", status);
    ck_assert_uint_eq(fault.signatures, 0);
    OPENSSL_free(der);
    EVP_MD_CTX_free(context);
    X509_REQ_free(request);
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(case_69_bad_characters_and_punycode)
{
    refuses_somehow(with_name(0x82, "a\0b.example", 11));
    refuses_somehow(with_dns("a\r\n.example"));
    refuses_somehow(with_dns("xn--\x80.example"));
    refuses_somehow(with_dns("xn--a.example"));
    char large[400];
    memset(large, 'a', sizeof large);
    memcpy(large, "xn--", 4);
    large[sizeof large - 1] = '\0';
    refuses_somehow(with_dns(large));
    refuses_somehow(world_csr(NULL, "/CN=a\nb", "DNS:a.example"));
    refuses_somehow(world_csr(NULL, "/CN=a\x7f", "DNS:a.example"));
}
END_TEST

START_TEST(case_70_addresses)
{
    refuses_somehow(with_name(0x87, "\x0a\x00\x00\x01\x02", 5));
    refuses_somehow(with_name(0x87, "", 0));
    refuses("inside", world_csr(NULL, "", "IP:192.0.2.1"), SIGNET_INVALID,
            "profile.name-not-permitted");
    refuses("inside", world_csr(NULL, "", "IP:2001:db8::1"), SIGNET_INVALID,
            "profile.name-not-permitted");
    refuses("tls-server", with_dns("192.0.2.1"), SIGNET_INVALID, "name.invalid");
    world_issued("inside", world_csr(NULL, "", "IP:10.1.2.3"));
}
END_TEST

START_TEST(case_71_and_72_names)
{
    refuses("all", with_name(0x81, "a@", 2), SIGNET_INVALID, "name.invalid");
    refuses("all", with_name(0x81, "@b.example", 10), SIGNET_INVALID, "name.invalid");
    refuses("all", with_name(0x82, "", 0), SIGNET_INVALID, "name.invalid");
    refuses("all", with_name(0x86, "https:///x", 10), SIGNET_INVALID, "name.invalid");
    static const char *const names[] = {
        "example.com.", ".example.com", "a..example", "*.*.example.com", "f*.example.com", "*",
        "*.com"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        refuses("all", with_dns(names[i]), SIGNET_INVALID, "name.invalid");
    char label[80];
    memset(label, 'a', 64);
    strcpy(label + 64, ".example");
    refuses("all", with_dns(label), SIGNET_INVALID, "name.invalid");
    refuses("tls-server", with_dns("*.example.com"), SIGNET_INVALID,
            "profile.wildcard-not-permitted");
    world_issued("all", with_dns("*.example.com"));
}
END_TEST

static const X509_EXTENSION *extension_at(X509 *x509, const char *oid)
{
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    int index = X509_get_ext_by_OBJ(x509, object, -1);
    ASN1_OBJECT_free(object);
    return index < 0 ? NULL : X509_get_ext(x509, index);
}

START_TEST(case_73_nothing_dangerous_is_copied)
{
    static const uint8_t sid[] = {0x30, 0x02, 0x05, 0x00};
    static const uint8_t empty[] = {0x30, 0x00};
    for (int round = 0; round < 2; round++) {
        STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
        sk_X509_EXTENSION_push(list, world_extension(NID_basic_constraints, "critical,CA:TRUE"));
        sk_X509_EXTENSION_push(list, world_extension(NID_key_usage, "keyCertSign,cRLSign"));
        sk_X509_EXTENSION_push(
            list, round == 0 ? world_extension(NID_ext_key_usage, "anyExtendedKeyUsage,OCSPSigning")
                             : world_extension_der("2.5.29.37", 0, empty, sizeof empty));
        sk_X509_EXTENSION_push(list,
                               world_extension_der("1.3.6.1.4.1.311.25.2", 0, sid, sizeof sid));
        sk_X509_EXTENSION_push(list, world_extension_der("1.2.3.4", 1, sid, sizeof sid));
        sk_X509_EXTENSION_push(list, world_extension(NID_subject_alt_name, "DNS:a.example"));
        const signet_certificate_t *certificate =
            world_issued("tls-server", world_csr_with(NULL, "/CN=a.example/OU=Admin", list));
        const unsigned char *next = certificate->der.data;
        X509 *x509 = d2i_X509(NULL, &next, (long)certificate->der.length);
        ck_assert_ptr_nonnull(x509);
        ck_assert_uint_eq(X509_get_extension_flags(x509) & EXFLAG_CA, 0);
        ck_assert_uint_eq(X509_get_key_usage(x509), X509v3_KU_DIGITAL_SIGNATURE);
        ck_assert_uint_eq(X509_get_extended_key_usage(x509), XKU_SSL_SERVER);
        ck_assert_ptr_null(extension_at(x509, "1.3.6.1.4.1.311.25.2"));
        ck_assert_ptr_null(extension_at(x509, "1.2.3.4"));
        X509_free(x509);
        ck_assert(signet_text_is(certificate->subject, "CN=a.example"));
        /* What was left out is on record. */
        ck_assert_ptr_nonnull(
            memmem(certificate->asked.data, certificate->asked.length, "1.3.6.1.4.1.311.25.2", 20));
    }
    /* A name of a type that is not issued is refused, not dropped. */
    refuses("tls-server", with_name(0xa0, "\x06\x03\x2a\x03\x04\xa0\x02\x05\x00", 9),
            SIGNET_INVALID, "profile.name-type");
}
END_TEST

START_TEST(case_75_duplicates)
{
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    sk_X509_EXTENSION_push(list, world_extension(NID_subject_alt_name, "DNS:a.example"));
    sk_X509_EXTENSION_push(list, world_extension(NID_subject_alt_name, "DNS:b.example"));
    refuses("tls-server", world_csr_with(NULL, "", list), SIGNET_INVALID,
            "csr.duplicate-extension");
}
END_TEST

START_TEST(case_77_too_many_names_and_octets)
{
    static char san[10000 * 16];
    size_t length = 0;
    for (int i = 0; i < 10000; i++)
        length += (size_t)snprintf(san + length, sizeof san - length, "%sDNS:h%d.ex",
                                   i > 0 ? "," : "", i);
    signet_bytes_t csr = world_csr(NULL, "", san);
    int64_t begun = cpu_microseconds();
    refuses("tls-server", csr, SIGNET_TOO_LARGE, "csr.too-large");
    ck_assert_int_lt(cpu_microseconds() - begun, 10000);
    length = 0;
    for (int i = 0; i < 101; i++)
        length += (size_t)snprintf(san + length, sizeof san - length, "%sDNS:h%d.ex",
                                   i > 0 ? "," : "", i);
    refuses("tls-server", world_csr(NULL, "", san), SIGNET_TOO_LARGE, "profile.too-many-names");
    static uint8_t large[1 << 20];
    refuses("tls-server", (signet_bytes_t){large, sizeof large}, SIGNET_TOO_LARGE, "csr.too-large");
}
END_TEST

START_TEST(weak_keys)
{
    EVP_PKEY *small = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
    refuses("tls-server", world_csr(small, "", "DNS:a.example"), SIGNET_INVALID, "key.weak");
    EVP_PKEY_free(small);
}
END_TEST

/* Profiles beside the shipped ones. */
static const char profiles[] =
    ", { name = \"inside\"; authority = \"tls\"; ip = [ \"10.0.0.0/8\" ];"
    " key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" ]; }"
    ", { name = \"all\"; requesters = [ \"officer\" ]; authority = \"tls\"; dns = [ \"*\" ]; email "
    "= [ \"*\" ];"
    " uri = [ \"*\" ]; key_usage = [ \"digitalSignature\" ]; wildcards = true;"
    " extended_key_usage = [ \"clientAuth\" ]; }";

int main(void)
{
    const TTest *const tests[] = {
        case_64_malformed_der,
        case_65_giant_object_identifiers,
        case_67_the_key_of_an_authority,
        case_68_no_proof_of_possession,
        case_68_huge_salt,
        case_69_bad_characters_and_punycode,
        case_70_addresses,
        case_71_and_72_names,
        case_73_nothing_dangerous_is_copied,
        case_75_duplicates,
        case_77_too_many_names_and_octets,
        weak_keys,
    };
    return world_run("ca-csr", profiles, tests, sizeof tests / sizeof tests[0]);
}
