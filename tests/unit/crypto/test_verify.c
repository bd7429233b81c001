/* Algorithms, verification, digests and random octets. */
#include "cost.h"
#include "run.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
    const char *algorithm;
    const char *type;
    const char *digest;
    int salt;
} kinds[] = {
    {SIGNET_SIGN_ECDSA_SHA256, SIGNET_KEY_P256, "SHA256", 0},
    {SIGNET_SIGN_ECDSA_SHA384, SIGNET_KEY_P256, "SHA384", 0},
    {SIGNET_SIGN_ECDSA_SHA384, SIGNET_KEY_P384, "SHA384", 0},
    {SIGNET_SIGN_ECDSA_SHA512, SIGNET_KEY_P521, "SHA512", 0},
    {SIGNET_SIGN_RSA_SHA256, SIGNET_KEY_RSA2048, "SHA256", 0},
    {SIGNET_SIGN_RSA_SHA384, SIGNET_KEY_RSA2048, "SHA384", 0},
    {SIGNET_SIGN_RSA_SHA512, SIGNET_KEY_RSA2048, "SHA512", 0},
    {SIGNET_SIGN_PSS_SHA256, SIGNET_KEY_RSA2048, "SHA256", 32},
    {SIGNET_SIGN_PSS_SHA384, SIGNET_KEY_RSA2048, "SHA384", 48},
    {SIGNET_SIGN_PSS_SHA512, SIGNET_KEY_RSA2048, "SHA512", 64},
    {SIGNET_SIGN_ED25519, SIGNET_KEY_ED25519, NULL, 0},
    {SIGNET_SIGN_ED448, SIGNET_KEY_ED448, NULL, 0},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const signet_bytes_t message = {(const uint8_t *)"to be signed", 12};

static signet_public_key_t key_of(signet_call_t *call, const char *type)
{
    signet_public_key_t key;
    ck_assert_int_eq(signet_public_key_parse(call, make_spki(call, make_key(type)), &key),
                     SIGNET_OK);
    return key;
}

static int32_t verify(signet_call_t *call, const signet_public_key_t *key, const char *algorithm,
                      signet_bytes_t signature)
{
    call->services->clear(call);
    return signet_verify(call, key, signet_text(algorithm), message, signature);
}

START_TEST(every_algorithm)
{
    for (unsigned i = 0; i < KINDS; i++) {
        signet_call_t *call = fuzz_call();
        signet_public_key_t key = key_of(call, kinds[i].type);
        signet_bytes_t signature =
            make_signature(call, make_key(kinds[i].type), kinds[i].digest, kinds[i].salt, message);
        ck_assert_int_eq(verify(call, &key, kinds[i].algorithm, signature), SIGNET_OK);
        uint8_t *changed = (uint8_t *)(uintptr_t)signature.data;
        changed[signature.length - 1] ^= 1;
        ck_assert_int_eq(verify(call, &key, kinds[i].algorithm, signature), SIGNET_DENIED);
        ck_assert(failed_for(call, "signature.wrong"));
        changed[signature.length - 1] ^= 1;
        const signet_bytes_t cut = {signature.data, signature.length - 1};
        ck_assert_int_eq(verify(call, &key, kinds[i].algorithm, cut), SIGNET_DENIED);
        const signet_bytes_t none = {NULL, 0};
        ck_assert_int_eq(verify(call, &key, kinds[i].algorithm, none), SIGNET_DENIED);
        /* Right again, after all that went wrong on the same contexts. */
        ck_assert_int_eq(verify(call, &key, kinds[i].algorithm, signature), SIGNET_OK);
        for (unsigned j = 0; j < KINDS; j++) {
            if (strcmp(kinds[i].algorithm, kinds[j].algorithm) != 0) {
                ck_assert_int_ne(verify(call, &key, kinds[j].algorithm, signature), SIGNET_OK);
            }
        }
        ck_assert_int_eq(verify(call, &key, "RSA-PKCS1-SHA1", signature), SIGNET_UNSUPPORTED);
        ck_assert_uint_eq(ERR_peek_error(), 0);
    }
}
END_TEST

/* A key for RSASSA-PSS alone (RFC 4055), bound to one digest or to none. */
static EVP_PKEY *make_pss_key(const EVP_MD *digest, int salt)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
    ck_assert_int_eq(EVP_PKEY_keygen_init(context), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048), 1);
    if (digest != NULL) {
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_keygen_md(context, digest), 1);
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md(context, digest), 1);
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(context, salt), 1);
    }
    ck_assert_int_eq(EVP_PKEY_generate(context, &key), 1);
    EVP_PKEY_CTX_free(context);
    return key;
}

START_TEST(keys_for_pss_alone)
{
    static const struct {
        const char *digest;
        int salt;
        int read; /* 1: the parameters are ours */
        int accepts_384;
    } cases[] = {{NULL, 0, 1, 1}, {"SHA256", 32, 1, 0}, {"SHA384", 48, 1, 1}, {"SHA256", 20, 0, 0}};
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        signet_call_t *call = fuzz_call();
        signet_public_key_t key;
        EVP_PKEY *made = make_pss_key(
            cases[i].digest != NULL ? EVP_get_digestbyname(cases[i].digest) : NULL, cases[i].salt);
        int32_t status = signet_public_key_parse(call, make_spki(call, made), &key);
        ck_assert_int_eq(status, cases[i].read ? SIGNET_OK : SIGNET_INVALID);
        if (!cases[i].read) {
            ck_assert(failed_for(call, "key.unsupported"));
            EVP_PKEY_free(made);
            continue;
        }
        ck_assert(signet_text_is(key.type, SIGNET_KEY_RSAPSS2048));
        ck_assert_int_eq(signet_key_judge(call, &key), SIGNET_OK);
        if (cases[i].accepts_384) {
            signet_bytes_t signature = make_signature(call, made, "SHA384", 48, message);
            ck_assert_int_eq(verify(call, &key, SIGNET_SIGN_PSS_SHA384, signature), SIGNET_OK);
            signet_verifier_t *verifier = NULL;
            ck_assert_int_eq(signet_verifier_new(call, key.spki, &verifier), SIGNET_OK);
            ck_assert_int_eq(signet_verifier_verify(call, verifier,
                                                    signet_text(SIGNET_SIGN_PSS_SHA384), message,
                                                    signature),
                             SIGNET_OK);
            ck_assert_int_eq(signet_verifier_verify(call, verifier,
                                                    signet_text(SIGNET_SIGN_RSA_SHA384), message,
                                                    signature),
                             SIGNET_DENIED);
            signet_verifier_free(verifier);
        } else {
            /* The same numbers without the bond sign with another digest: refused. */
            signet_bytes_t signature = make_signature(call, made, "SHA256", 32, message);
            ck_assert_int_eq(verify(call, &key, SIGNET_SIGN_PSS_SHA256, signature), SIGNET_OK);
            ck_assert_int_eq(verify(call, &key, SIGNET_SIGN_PSS_SHA384, signature), SIGNET_DENIED);
        }
        signet_bytes_t any =
            make_signature(call, make_key(SIGNET_KEY_RSA2048), "SHA256", 0, message);
        ck_assert_int_eq(verify(call, &key, SIGNET_SIGN_RSA_SHA256, any), SIGNET_DENIED);
        ck_assert(failed_for(call, "signature.wrong"));
        EVP_PKEY_free(made);
    }
    ck_assert(signet_text_is(signet_algorithm_for(signet_text("RSA-PSS-2048")), "RSA-PSS-SHA256"));
}
END_TEST

/* A SubjectPublicKeyInfo of 2.16.840.1.101.3.4.3.ARC with so many octets. */
static signet_bytes_t named_spki(signet_call_t *call, uint8_t arc, uint64_t length)
{
    const uint8_t identifier[] = {0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48,
                                  0x01, 0x65, 0x03, 0x04, 0x03, arc};
    signet_buffer_t buffer = signet_buffer(call, length + 64);
    signet_bytes_t octets = {signet_alloc(call, length, 1), length};
    signet_bytes_t spki;
    uint64_t mark = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_buffer_add(&buffer, identifier, sizeof(identifier));
    signet_der_add_bits(&buffer, octets);
    signet_der_end(&buffer, mark);
    ck_assert_int_eq(signet_buffer_bytes(&buffer, &spki), SIGNET_OK);
    return spki;
}

static int openssl_has(const char *type)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY_CTX_free(context);
    ERR_clear_error();
    return context != NULL;
}

/* ML-DSA and SLH-DSA: used where the OpenSSL at hand has them, else refused with the remedy. */
START_TEST(types_by_the_name_of_openssl)
{
    static const struct {
        const char *name;
        uint8_t arc;
        uint64_t length;
    } cases[] = {{SIGNET_KEY_MLDSA44, 17, 1312},
                 {SIGNET_KEY_MLDSA65, 18, 1952},
                 {SIGNET_KEY_MLDSA87, 19, 2592},
                 {"SLH-DSA-SHA2-128s", 20, 32},
                 {"SLH-DSA-SHAKE-256f", 31, 64}};
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        signet_call_t *call = fuzz_call();
        signet_public_key_t key;
        signet_bytes_t identifier;
        signet_text_t algorithm;
        ck_assert_int_eq(
            signet_public_key_parse(call, named_spki(call, cases[i].arc, cases[i].length), &key),
            SIGNET_OK);
        ck_assert(signet_text_is(key.type, cases[i].name));
        ck_assert(signet_text_is(signet_algorithm_for(key.type), cases[i].name));
        ck_assert_int_eq(signet_algorithm_encode(call, key.type, &identifier), SIGNET_OK);
        ck_assert_int_eq(signet_algorithm_decode(call, identifier, &algorithm), SIGNET_OK);
        ck_assert(signet_text_is(algorithm, cases[i].name));
        signet_bytes_t nothing = {(const uint8_t *)"x", 1};
        if (!openssl_has(cases[i].name)) {
            ck_assert_int_eq(signet_key_judge(call, &key), SIGNET_UNSUPPORTED);
            ck_assert(failed_for(call, "key.unsupported"));
            const signet_text_t said = call->services->error(call)->message;
            ck_assert_ptr_nonnull(memmem(said.data, said.length, "OpenSSL 3.5", 11));
            ck_assert_int_eq(verify(call, &key, cases[i].name, nothing), SIGNET_UNSUPPORTED);
        } else {
            EVP_PKEY *made = EVP_PKEY_Q_keygen(NULL, NULL, cases[i].name);
            ck_assert_int_eq(signet_public_key_parse(call, make_spki(call, made), &key), SIGNET_OK);
            ck_assert_int_eq(signet_key_judge(call, &key), SIGNET_OK);
            signet_bytes_t signature = make_signature(call, made, NULL, 0, message);
            ck_assert_int_eq(verify(call, &key, cases[i].name, signature), SIGNET_OK);
            ck_assert_int_eq(verify(call, &key, cases[i].name, nothing), SIGNET_DENIED);
            EVP_PKEY_free(made);
        }
        call->services->clear(call);
        ck_assert_int_eq(signet_public_key_parse(
                             call, named_spki(call, cases[i].arc, cases[i].length + 1), &key),
                         SIGNET_INVALID);
        ck_assert(failed_for(call, "key.malformed"));
    }
}
END_TEST

/* A context is the thread's, its point the call's: keys must not linger in it. */
START_TEST(keys_do_not_mix)
{
    EVP_PKEY *others[2] = {EVP_EC_gen("P-256"), EVP_EC_gen("P-256")};
    signet_call_t *call = fuzz_call();
    signet_public_key_t keys[2];
    signet_bytes_t signatures[2];
    for (int i = 0; i < 2; i++) {
        ck_assert_ptr_nonnull(others[i]);
        ck_assert_int_eq(signet_public_key_parse(call, make_spki(call, others[i]), &keys[i]),
                         SIGNET_OK);
        signatures[i] = make_signature(call, others[i], "SHA256", 0, message);
    }
    for (int i = 0; i < 8; i++) {
        int32_t status =
            verify(call, &keys[i & 1], SIGNET_SIGN_ECDSA_SHA256, signatures[i >> 1 & 1]);
        ck_assert_int_eq(status, (i & 1) == (i >> 1 & 1) ? SIGNET_OK : SIGNET_DENIED);
    }
    EVP_PKEY_free(others[0]);
    EVP_PKEY_free(others[1]);
}
END_TEST

/* A point off its curve is refused, and the key before it does not stand in for it. */
START_TEST(points_off_the_curve)
{
    static const char *const types[] = {SIGNET_KEY_P256, SIGNET_KEY_P384, SIGNET_KEY_P521};
    static const char *const digests[] = {"SHA256", "SHA384", "SHA512"};
    for (unsigned i = 0; i < 3; i++) {
        signet_call_t *call = fuzz_call();
        signet_public_key_t key = key_of(call, types[i]);
        signet_text_t algorithm = signet_algorithm_for(key.type);
        signet_bytes_t signature = make_signature(call, make_key(types[i]), digests[i], 0, message);
        ck_assert_int_eq(signet_verify(call, &key, algorithm, message, signature), SIGNET_OK);
        uint8_t *bits = (uint8_t *)(uintptr_t)key.bits.data;
        bits[key.bits.length - 1] ^= 1;
        ck_assert_int_eq(signet_verify(call, &key, algorithm, message, signature), SIGNET_INVALID);
        ck_assert(failed_for(call, "key.malformed"));
        signet_verifier_t *verifier = NULL;
        call->services->clear(call);
        ck_assert_int_eq(signet_verifier_new(call, key.spki, &verifier), SIGNET_INVALID);
        ck_assert_ptr_null(verifier);
    }
}
END_TEST

/* A number as an INTEGER; negative ones in two's complement of 33 octets. */
static void add_number(signet_buffer_t *buffer, const BIGNUM *number)
{
    uint8_t octets[33];
    BIGNUM *shifted = BN_new();
    ck_assert_ptr_nonnull(shifted);
    ck_assert_int_eq(BN_set_bit(shifted, 264), 1);
    ck_assert_int_eq(BN_add(shifted, shifted, number), 1);
    BN_mask_bits(shifted, 264);
    ck_assert_int_eq(BN_bn2binpad(shifted, octets, sizeof(octets)), sizeof(octets));
    BN_free(shifted);
    if (BN_is_negative(number)) {
        signet_der_add(buffer, SIGNET_DER_INTEGER, (signet_bytes_t){octets, sizeof(octets)});
    } else {
        signet_der_add_unsigned(buffer, (signet_bytes_t){octets, sizeof(octets)});
    }
}

/* ECDSA signatures made by hand from r and s. */
static signet_bytes_t ecdsa_of(signet_call_t *call, const BIGNUM *r, const BIGNUM *s)
{
    signet_buffer_t buffer = signet_buffer(call, 0);
    uint64_t sequence = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    add_number(&buffer, r);
    add_number(&buffer, s);
    signet_der_end(&buffer, sequence);
    return (signet_bytes_t){buffer.data, buffer.length};
}

/* r and s lie between 1 and the order, and stand in strict DER. */
START_TEST(ecdsa_is_strict)
{
    signet_call_t *call = fuzz_call();
    signet_public_key_t key = key_of(call, SIGNET_KEY_P256);
    signet_bytes_t good = make_signature(call, make_key(SIGNET_KEY_P256), "SHA256", 0, message);
    const uint8_t *next = good.data;
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &next, (long)good.length);
    ck_assert_ptr_nonnull(signature);
    BIGNUM *order = NULL;
    ck_assert_int_gt(
        BN_hex2bn(&order, "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"), 0);
    const BIGNUM *r = ECDSA_SIG_get0_r(signature);
    const BIGNUM *s = ECDSA_SIG_get0_s(signature);
    BIGNUM *zero = BN_new();
    BIGNUM *r_more = BN_new();
    BIGNUM *s_more = BN_new();
    BIGNUM *s_negative = BN_dup(s);
    BN_zero(zero);
    BN_set_negative(s_negative, 1);
    ck_assert(BN_add(r_more, r, order) == 1 && BN_add(s_more, s, order) == 1);
    const BIGNUM *const wrong[][2] = {{zero, zero}, {zero, s},       {r, zero},   {order, s},
                                      {r, order},   {r, s_negative}, {r_more, s}, {r, s_more}};
    ck_assert_int_eq(verify(call, &key, SIGNET_SIGN_ECDSA_SHA256, ecdsa_of(call, r, s)), SIGNET_OK);
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        signet_bytes_t made = ecdsa_of(call, wrong[i][0], wrong[i][1]);
        ck_assert_int_eq(verify(call, &key, SIGNET_SIGN_ECDSA_SHA256, made), SIGNET_DENIED);
    }
    uint8_t changed[128];
    /* An octet behind it. */
    memcpy(changed, good.data, good.length);
    changed[good.length] = 0;
    signet_bytes_t bytes = {changed, good.length + 1};
    ck_assert_int_eq(verify(call, &key, SIGNET_SIGN_ECDSA_SHA256, bytes), SIGNET_DENIED);
    /* r with one more zero before it. */
    memcpy(changed, good.data, 4);
    changed[1]++;
    changed[3]++;
    changed[4] = 0;
    memcpy(changed + 5, good.data + 4, good.length - 4);
    ck_assert_int_eq(verify(call, &key, SIGNET_SIGN_ECDSA_SHA256, bytes), SIGNET_DENIED);
    /* A length in long form. */
    changed[0] = good.data[0];
    changed[1] = 0x81;
    memcpy(changed + 2, good.data + 1, good.length - 1);
    ck_assert_int_eq(verify(call, &key, SIGNET_SIGN_ECDSA_SHA256, bytes), SIGNET_DENIED);
    BN_free(s_negative);
    BN_free(s_more);
    BN_free(r_more);
    BN_free(zero);
    BN_free(order);
    ECDSA_SIG_free(signature);
}
END_TEST

/* Case 68: a request whose signature is wrong, or is PSS with a salt of another length. */
START_TEST(proof_of_possession)
{
    for (unsigned i = 0; i < KINDS; i++) {
        signet_call_t *call = fuzz_call();
        const make_spec_t spec = {
            .key = make_key(kinds[i].type),
            .digest = kinds[i].digest,
            .pss_salt = kinds[i].salt,
            .subject = "CN=a.example",
        };
        const signet_csr_t *csr = NULL;
        ck_assert_int_eq(signet_csr_parse(call, make_csr(call, &spec), &csr), SIGNET_OK);
        ck_assert(signet_text_is(csr->algorithm, kinds[i].algorithm));
        ck_assert_int_eq(signet_verify(call, &csr->key, csr->algorithm, csr->info, csr->signature),
                         SIGNET_OK);
        uint8_t *subject = (uint8_t *)(uintptr_t)csr->subject.data;
        subject[csr->subject.length - 1] ^= 1;
        int32_t status = SIGNET_OK;
        COST_AT_MOST_MS(
            10, status = signet_verify(call, &csr->key, csr->algorithm, csr->info, csr->signature));
        ck_assert_int_eq(status, SIGNET_DENIED);
        ck_assert(failed_for(call, "signature.wrong"));
    }
    static const int salts[] = {1, 20, 31, 33, 200, 222};
    for (unsigned i = 0; i < sizeof(salts) / sizeof(salts[0]); i++) {
        signet_call_t *call = fuzz_call();
        const make_spec_t spec = {
            .key = make_key(SIGNET_KEY_RSA2048), .digest = "SHA256", .pss_salt = salts[i]};
        const signet_csr_t *csr = NULL;
        ck_assert_int_eq(signet_csr_parse(call, make_csr(call, &spec), &csr), SIGNET_INVALID);
        ck_assert(failed_for(call, "csr.unsupported-algorithm"));
    }
}
END_TEST

/* Case 68: salts that no parameters should name, and other variations of RSASSA-PSS-params. */
START_TEST(pss_parameters)
{
    signet_call_t *call = fuzz_call();
    signet_bytes_t identifier;
    signet_text_t algorithm;
    ck_assert_int_eq(
        signet_algorithm_encode(call, signet_text(SIGNET_SIGN_PSS_SHA256), &identifier), SIGNET_OK);
    uint8_t copy[80];
    memcpy(copy, identifier.data, identifier.length);
    copy[identifier.length - 1] = 31;
    ck_assert_int_eq(
        signet_algorithm_decode(call, (signet_bytes_t){copy, identifier.length}, &algorithm),
        SIGNET_UNSUPPORTED);
    copy[identifier.length - 1] = 32;
    /* The hash of MGF1: SHA-384 beside SHA-256. */
    copy[identifier.length - 8] = 2;
    ck_assert_int_eq(
        signet_algorithm_decode(call, (signet_bytes_t){copy, identifier.length}, &algorithm),
        SIGNET_UNSUPPORTED);
    /* A salt of 2^31. */
    memcpy(copy, identifier.data, identifier.length);
    copy[1] += 3;
    copy[14] += 3;
    const uint8_t huge[] = {0xa2, 0x06, 0x02, 0x04, 0x7f, 0xff, 0xff, 0xff};
    memcpy(copy + identifier.length - 5, huge, sizeof(huge));
    ck_assert_int_eq(
        signet_algorithm_decode(call, (signet_bytes_t){copy, identifier.length + 3}, &algorithm),
        SIGNET_UNSUPPORTED);
    /* No parameters at all mean SHA-1. */
    const signet_bytes_t bare =
        BYTES(0x30, 0x0b, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0a);
    ck_assert_int_eq(signet_algorithm_decode(call, bare, &algorithm), SIGNET_UNSUPPORTED);
}
END_TEST

START_TEST(algorithm_identifiers)
{
    for (unsigned i = 0; i < KINDS; i++) {
        signet_call_t *call = fuzz_call();
        signet_bytes_t identifier;
        signet_text_t algorithm;
        ck_assert_int_eq(
            signet_algorithm_encode(call, signet_text(kinds[i].algorithm), &identifier), SIGNET_OK);
        ck_assert_int_eq(signet_algorithm_decode(call, identifier, &algorithm), SIGNET_OK);
        ck_assert(signet_text_is(algorithm, kinds[i].algorithm));
    }
    signet_call_t *call = fuzz_call();
    signet_text_t algorithm;
    signet_bytes_t identifier;
    /* RSA without parameters (RFC 4055, 5), and what is not supported. */
    ck_assert_int_eq(signet_algorithm_decode(
                         call,
                         BYTES(0x30, 0x0b, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0b),
                         &algorithm),
                     SIGNET_OK);
    ck_assert(signet_text_is(algorithm, SIGNET_SIGN_RSA_SHA256));
    ck_assert_int_eq(signet_algorithm_decode(
                         call,
                         BYTES(0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5, 5, 0),
                         &algorithm),
                     SIGNET_UNSUPPORTED);
    ck_assert_int_eq(signet_algorithm_encode(call, signet_text("MD5"), &identifier),
                     SIGNET_UNSUPPORTED);
    ck_assert(signet_text_is(signet_algorithm_for(signet_text("EC-P256")), "ECDSA-SHA256"));
    ck_assert(signet_text_is(signet_algorithm_for(signet_text("EC-P384")), "ECDSA-SHA384"));
    ck_assert(signet_text_is(signet_algorithm_for(signet_text("EC-P521")), "ECDSA-SHA512"));
    ck_assert(signet_text_is(signet_algorithm_for(signet_text("RSA-3072")), "RSA-PKCS1-SHA256"));
    ck_assert(signet_text_is(signet_algorithm_for(signet_text("ED448")), "ED448"));
    ck_assert_uint_eq(signet_algorithm_for(signet_text("DSA")).length, 0);
}
END_TEST

typedef struct shared {
    signet_verifier_t *verifiers[KINDS];
    signet_bytes_t signatures[KINDS];
    int wrong;
} shared_t;

static void *verify_often(void *argument)
{
    shared_t *shared = argument;
    signet_call_t *call = fuzz_call();
    for (unsigned i = 0; i < KINDS * 5; i++) {
        unsigned kind = i % KINDS;
        call->services->clear(call);
        int32_t right = signet_verifier_verify(call, shared->verifiers[kind],
                                               signet_text(kinds[kind].algorithm), message,
                                               shared->signatures[kind]);
        int32_t other = signet_verifier_verify(call, shared->verifiers[kind],
                                               signet_text(kinds[kind].algorithm), message,
                                               (signet_bytes_t){message.data, 8});
        if (right != SIGNET_OK || other != SIGNET_DENIED) {
            __atomic_store_n(&shared->wrong, 1, __ATOMIC_RELAXED);
        }
    }
    fuzz_call_end();
    return NULL;
}

START_TEST(verifiers_on_many_threads)
{
    signet_call_t *call = fuzz_call();
    shared_t shared = {.wrong = 0};
    pthread_t threads[4];
    for (unsigned i = 0; i < KINDS; i++) {
        ck_assert_int_eq(signet_verifier_new(call, make_spki(call, make_key(kinds[i].type)),
                                             &shared.verifiers[i]),
                         SIGNET_OK);
        shared.signatures[i] =
            make_signature(call, make_key(kinds[i].type), kinds[i].digest, kinds[i].salt, message);
    }
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, verify_often, &shared), 0);
    }
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    ck_assert_int_eq(shared.wrong, 0);
    for (unsigned i = 0; i < KINDS; i++) {
        signet_verifier_free(shared.verifiers[i]);
    }
    signet_verifier_free(NULL);
}
END_TEST

/* More verifiers than a thread keeps, and one RSA key under changing algorithms. */
START_TEST(verifiers_come_and_go)
{
    signet_call_t *call = fuzz_call();
    signet_bytes_t spki = make_spki(call, make_key(SIGNET_KEY_P256));
    signet_bytes_t signature =
        make_signature(call, make_key(SIGNET_KEY_P256), "SHA256", 0, message);
    for (int i = 0; i < 200; i++) {
        signet_verifier_t *verifier = NULL;
        ck_assert_int_eq(signet_verifier_new(call, spki, &verifier), SIGNET_OK);
        ck_assert_int_eq(signet_verifier_verify(call, verifier,
                                                signet_text(SIGNET_SIGN_ECDSA_SHA256), message,
                                                signature),
                         SIGNET_OK);
        signet_verifier_free(verifier);
    }
    signet_verifier_t *verifier = NULL;
    ck_assert_int_eq(
        signet_verifier_new(call, make_spki(call, make_key(SIGNET_KEY_RSA2048)), &verifier),
        SIGNET_OK);
    for (unsigned i = 0; i < KINDS * 2; i++) {
        unsigned kind = i % KINDS;
        if (strcmp(kinds[kind].type, SIGNET_KEY_RSA2048) != 0) {
            continue;
        }
        signature = make_signature(call, make_key(SIGNET_KEY_RSA2048), kinds[kind].digest,
                                   kinds[kind].salt, message);
        ck_assert_int_eq(signet_verifier_verify(call, verifier, signet_text(kinds[kind].algorithm),
                                                message, signature),
                         SIGNET_OK);
    }
    ck_assert_int_eq(signet_verifier_verify(call, verifier, signet_text(SIGNET_SIGN_ED25519),
                                            message, signature),
                     SIGNET_UNSUPPORTED);
    signet_verifier_free(verifier);
}
END_TEST

START_TEST(digests)
{
    signet_call_t *call = fuzz_call();
    signet_bytes_t digest;
    ck_assert_int_eq(signet_sha256(call, (signet_bytes_t){(const uint8_t *)"abc", 3}, &digest),
                     SIGNET_OK);
    ck_assert(signet_bytes_equal(digest, BYTES(0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41,
                                               0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03,
                                               0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff,
                                               0x61, 0xf2, 0x00, 0x15, 0xad)));
    ck_assert_int_eq(signet_sha1(call, (signet_bytes_t){NULL, 0}, &digest), SIGNET_OK);
    ck_assert(signet_bytes_equal(digest, BYTES(0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32,
                                               0x55, 0xbf, 0xef, 0x95, 0x60, 0x18, 0x90, 0xaf, 0xd8,
                                               0x07, 0x09)));
}
END_TEST

static int differ(const uint8_t *a, const uint8_t *b, uint64_t length)
{
    return memcmp(a, b, length) != 0;
}

START_TEST(random_octets)
{
    signet_call_t *call = fuzz_call();
    static uint8_t drawn[600][20];
    uint8_t large[10000] = {0};
    unsigned ones = 0;
    for (int i = 0; i < 600; i++) {
        ck_assert_int_eq(signet_random(call, drawn[i], sizeof(drawn[i])), SIGNET_OK);
        for (int j = 0; j < i; j++) {
            ck_assert(differ(drawn[i], drawn[j], sizeof(drawn[i])));
        }
        for (unsigned j = 0; j < sizeof(drawn[i]); j++) {
            ones += (unsigned)__builtin_popcount(drawn[i][j]);
        }
    }
    /* 96,000 fair bits: ten standard deviations each way. */
    ck_assert_uint_gt(ones, 48000 - 1550);
    ck_assert_uint_lt(ones, 48000 + 1550);
    ck_assert_int_eq(signet_random(call, large, sizeof(large)), SIGNET_OK);
    ck_assert(differ(large, large + 5000, 5000));
    ck_assert_int_eq(signet_random(call, large, 0), SIGNET_OK);
}
END_TEST

/* What a parent has drawn ahead, its children must not use up too. */
START_TEST(random_after_fork)
{
    signet_call_t *call = fuzz_call();
    uint8_t octets[3][32];
    int ends[2];
    ck_assert_int_eq(signet_random(call, octets[0], 32), SIGNET_OK);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(pipe(ends), 0);
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            int right = signet_random(call, octets[i], 32) == SIGNET_OK &&
                        write(ends[1], octets[i], 32) == 32;
            _exit(right ? 0 : 1);
        }
        int status = 1;
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert_int_eq(status, 0);
        ck_assert_int_eq(read(ends[0], octets[i], 32), 32);
        close(ends[0]);
        close(ends[1]);
    }
    ck_assert_int_eq(signet_random(call, octets[2], 32), SIGNET_OK);
    ck_assert(differ(octets[0], octets[1], 32));
    ck_assert(differ(octets[0], octets[2], 32));
    ck_assert(differ(octets[1], octets[2], 32));
}
END_TEST

/* RFC 4231, 4.2, 4.3 and 4.7. */
START_TEST(message_codes)
{
    static const struct {
        char key;
        uint64_t key_length;
        const char *message;
        const char *code;
    } vectors[] = {
        {0x0b, 20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {(char)0xaa, 131, "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    signet_call_t *call = fuzz_call();
    signet_bytes_t code;
    uint8_t key[131];
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        memset(key, vectors[i].key, sizeof(key));
        const signet_bytes_t secret = {key, vectors[i].key_length};
        ck_assert_int_eq(signet_hmac_sha256(call, secret,
                                            signet_text_bytes(signet_text(vectors[i].message)),
                                            &code),
                         SIGNET_OK);
        ck_assert(signet_text_is(signet_hex(call, code), vectors[i].code));
    }
    ck_assert_int_eq(
        signet_hmac_sha256(call, signet_text_bytes(SIGNET_TEXT("Jefe")),
                           signet_text_bytes(SIGNET_TEXT("what do ya want for nothing?")), &code),
        SIGNET_OK);
    ck_assert(signet_text_is(signet_hex(call, code),
                             "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    ck_assert_int_eq(
        signet_hmac_sha256(call, (signet_bytes_t){NULL, 0}, (signet_bytes_t){NULL, 0}, &code),
        SIGNET_OK);
    ck_assert(signet_text_is(signet_hex(call, code),
                             "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("verify");
    TCase *test = tcase_create("verify");
    tcase_set_timeout(test, 100);
    tcase_add_test(test, every_algorithm);
    tcase_add_test(test, keys_for_pss_alone);
    tcase_add_test(test, types_by_the_name_of_openssl);
    tcase_add_test(test, keys_do_not_mix);
    tcase_add_test(test, points_off_the_curve);
    tcase_add_test(test, ecdsa_is_strict);
    tcase_add_test(test, proof_of_possession);
    tcase_add_test(test, pss_parameters);
    tcase_add_test(test, algorithm_identifiers);
    tcase_add_test(test, verifiers_on_many_threads);
    tcase_add_test(test, verifiers_come_and_go);
    tcase_add_test(test, digests);
    tcase_add_test(test, message_codes);
    tcase_add_test(test, random_octets);
    tcase_add_test(test, random_after_fork);
    suite_add_tcase(suite, test);
    return run_suite(suite);
}
