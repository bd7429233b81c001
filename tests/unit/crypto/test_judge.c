/* Keys that must not be certified. Case 66; Debian's weak keys are known by lists, see the tests of
 * the CA. */
#include "cost.h"
#include "run.h"

#include <openssl/bn.h>
#include <openssl/rsa.h>
#include <string.h>

/* An RSA key of these numbers, which are freed with the arena. */
static signet_public_key_t rsa_of(signet_call_t *call, const BIGNUM *modulus,
                                  const BIGNUM *exponent)
{
    signet_public_key_t key;
    uint8_t *octets = signet_alloc(call, 4096, 1);
    signet_buffer_t spki = signet_buffer(call, 0);
    signet_buffer_t bits = signet_buffer(call, 0);
    const uint8_t identifier[] = {0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86,
                                  0xf7, 0x0d, 1, 1, 1,    5,    0};
    uint64_t sequence = signet_der_begin(&bits, SIGNET_DER_SEQUENCE);
    signet_der_add_unsigned(&bits, (signet_bytes_t){octets, (uint64_t)BN_bn2bin(modulus, octets)});
    signet_der_add_unsigned(&bits, (signet_bytes_t){octets, (uint64_t)BN_bn2bin(exponent, octets)});
    signet_der_end(&bits, sequence);
    sequence = signet_der_begin(&spki, SIGNET_DER_SEQUENCE);
    signet_buffer_add(&spki, identifier, sizeof(identifier));
    signet_der_add_bits(&spki, (signet_bytes_t){bits.data, bits.length});
    signet_der_end(&spki, sequence);
    ck_assert_int_eq(signet_public_key_parse(call, (signet_bytes_t){spki.data, spki.length}, &key),
                     SIGNET_OK);
    return key;
}

/* Judges within 50 ms. */
static int32_t judge(signet_call_t *call, const signet_public_key_t *key)
{
    int32_t status = SIGNET_INTERNAL;
    call->services->clear(call);
    COST_AT_MOST_MS(50, status = signet_key_judge(call, key));
    return status;
}

/* Refused as weak by the rule that these words name. */
static void refuse(signet_call_t *call, const BIGNUM *modulus, const BIGNUM *exponent,
                   const char *words)
{
    signet_public_key_t key = rsa_of(call, modulus, exponent);
    ck_assert_int_eq(judge(call, &key), SIGNET_INVALID);
    ck_assert(failed_for(call, "key.weak"));
    const signet_error_t *error = call->services->error(call);
    ck_assert_msg(memmem(error->message.data, error->message.length, words, strlen(words)) != NULL,
                  "%s", error->message.data);
}

static BIGNUM *number(uint64_t value)
{
    BIGNUM *made = BN_new();
    ck_assert_ptr_nonnull(made);
    ck_assert_int_eq(BN_set_word(made, value), 1);
    return made;
}

START_TEST(sound_keys)
{
    static const char *const types[] = {SIGNET_KEY_P256,    SIGNET_KEY_P384,    SIGNET_KEY_P521,
                                        SIGNET_KEY_ED25519, SIGNET_KEY_ED448,   SIGNET_KEY_RSA2048,
                                        SIGNET_KEY_RSA3072, SIGNET_KEY_RSA4096, "RSA-2056"};
    for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        signet_call_t *call = fuzz_call();
        signet_public_key_t key;
        ck_assert_int_eq(signet_public_key_parse(call, make_spki(call, make_key(types[i])), &key),
                         SIGNET_OK);
        ck_assert_msg(judge(call, &key) == SIGNET_OK, "%s", types[i]);
    }
}
END_TEST

START_TEST(sizes)
{
    static const char *const types[] = {"RSA-1024", "RSA-2047", "RSA-2052"};
    for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        signet_call_t *call = fuzz_call();
        signet_public_key_t key;
        ck_assert_int_eq(signet_public_key_parse(call, make_spki(call, make_key(types[i])), &key),
                         SIGNET_OK);
        ck_assert_int_eq(judge(call, &key), SIGNET_INVALID);
        ck_assert(failed_for(call, "key.weak"));
    }
    /* 16384 bits are read and refused; more are not read. */
    BIGNUM *modulus = BN_new();
    BIGNUM *exponent = number(65537);
    ck_assert_int_eq(BN_set_bit(modulus, 16383), 1);
    ck_assert_int_eq(BN_add_word(modulus, 1), 1);
    refuse(fuzz_call(), modulus, exponent, "2048 to 4096 bits");
    ck_assert_int_eq(BN_set_bit(modulus, 4096), 1);
    ck_assert_int_eq(BN_mask_bits(modulus, 4097), 1);
    refuse(fuzz_call(), modulus, exponent, "2048 to 4096 bits");
    BN_free(exponent);
    BN_free(modulus);
}
END_TEST

START_TEST(exponents)
{
    static const struct {
        uint64_t value;
        int accepted;
    } cases[] = {{1, 0},     {3, 0},     {17, 0},         {65535, 0},     {65536, 0},
                 {65537, 1}, {65539, 1}, {1ULL << 63, 0}, {UINT64_MAX, 1}};
    BIGNUM *modulus = NULL;
    ck_assert_int_eq(EVP_PKEY_get_bn_param(make_key(SIGNET_KEY_RSA2048), "n", &modulus), 1);
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        BIGNUM *exponent = number(cases[i].value);
        if (cases[i].accepted) {
            signet_call_t *call = fuzz_call();
            signet_public_key_t key = rsa_of(call, modulus, exponent);
            ck_assert_int_eq(judge(call, &key), SIGNET_OK);
        } else {
            refuse(fuzz_call(), modulus, exponent, "exponent");
        }
        BN_free(exponent);
    }
    BIGNUM *large = number(UINT64_MAX);
    ck_assert_int_eq(BN_add_word(large, 2), 1);
    refuse(fuzz_call(), modulus, large, "exponent");
    BN_free(large);
    BN_free(modulus);
}
END_TEST

/* A prime of these bits, at or above a start where one is given. */
static BIGNUM *prime(int bits, const BIGNUM *start)
{
    BIGNUM *made = BN_new();
    ck_assert_ptr_nonnull(made);
    if (start == NULL) {
        ck_assert_int_eq(BN_generate_prime_ex(made, bits, 0, NULL, NULL, NULL), 1);
        return made;
    }
    ck_assert_ptr_nonnull(BN_copy(made, start));
    ck_assert_int_eq(BN_set_bit(made, 0), 1);
    BN_CTX *context = BN_CTX_new();
    while (BN_check_prime(made, context, NULL) != 1) {
        ck_assert_int_eq(BN_add_word(made, 2), 1);
    }
    BN_CTX_free(context);
    return made;
}

static BIGNUM *product(const BIGNUM *a, const BIGNUM *b)
{
    BN_CTX *context = BN_CTX_new();
    BIGNUM *made = BN_new();
    ck_assert_int_eq(BN_mul(made, a, b, context), 1);
    BN_CTX_free(context);
    return made;
}

START_TEST(small_factors)
{
    static const uint64_t factors[] = {2, 3, 5, 7, 65521, 751};
    BIGNUM *exponent = number(65537);
    for (unsigned i = 0; i < sizeof(factors) / sizeof(factors[0]); i++) {
        BIGNUM *small = number(factors[i]);
        /* 3/4 * 2^2048 by the factor, and the next prime from there. */
        BIGNUM *start = BN_new();
        BN_CTX *context = BN_CTX_new();
        ck_assert_int_eq(BN_set_bit(start, 2047), 1);
        ck_assert_int_eq(BN_set_bit(start, 2046), 1);
        ck_assert_int_eq(BN_div(start, NULL, start, small, context), 1);
        BN_CTX_free(context);
        BIGNUM *large = prime(0, start);
        BN_free(start);
        BIGNUM *modulus = product(small, large);
        ck_assert_int_eq(BN_num_bits(modulus), 2048);
        refuse(fuzz_call(), modulus, exponent, "factor below 65536");
        BN_free(modulus);
        BN_free(large);
        BN_free(small);
    }
    BN_free(exponent);
}
END_TEST

/* Primes that lie close, found in the first round and near the hundredth. */
START_TEST(close_primes)
{
    BIGNUM *exponent = number(65537);
    BIGNUM *first = prime(1024, NULL);
    BIGNUM *next = BN_dup(first);
    ck_assert_int_eq(BN_add_word(next, 2), 1);
    BIGNUM *second = prime(0, next);
    BIGNUM *modulus = product(first, second);
    refuse(fuzz_call(), modulus, exponent, "close together");
    BN_free(modulus);
    /* The square of a prime. */
    modulus = product(first, first);
    refuse(fuzz_call(), modulus, exponent, "close together");
    BN_free(modulus);
    /* A gap of 2^516 is met after (gap / 2)^2 / (2 * root) = 2^1030 / 2^1025 = 32 rounds; one of
     * 2^520 only after 8192. */
    for (int bit = 516; bit <= 520; bit += 4) {
        BIGNUM *far = BN_dup(first);
        BIGNUM *gap = BN_new();
        ck_assert_int_eq(BN_set_bit(gap, bit), 1);
        ck_assert_int_eq(BN_add(far, far, gap), 1);
        BIGNUM *third = prime(0, far);
        modulus = product(first, third);
        if (bit == 516) {
            refuse(fuzz_call(), modulus, exponent, "close together");
        } else {
            signet_call_t *call = fuzz_call();
            signet_public_key_t key = rsa_of(call, modulus, exponent);
            ck_assert_int_eq(judge(call, &key), SIGNET_OK);
        }
        BN_free(modulus);
        BN_free(third);
        BN_free(gap);
        BN_free(far);
    }
    BN_free(second);
    BN_free(next);
    BN_free(first);
    BN_free(exponent);
}
END_TEST

/* A prime as Infineon's library made it: k * M + (65537^a mod M), M the product of the first 126
 * primes for keys of 2048 bits. */
static BIGNUM *roca_prime(BN_CTX *context)
{
    BIGNUM *m = number(1);
    unsigned count = 0;
    for (uint64_t n = 2; count < 126; n++) {
        int is_prime = 1;
        for (uint64_t d = 2; d * d <= n; d++) {
            is_prime = is_prime && n % d != 0;
        }
        if (is_prime) {
            ck_assert_int_eq(BN_mul_word(m, n), 1);
            count++;
        }
    }
    BIGNUM *generator = number(65537);
    BIGNUM *made = BN_new();
    BIGNUM *k = BN_new();
    BIGNUM *a = BN_new();
    do {
        ck_assert_int_eq(BN_rand(k, 1025 - BN_num_bits(m), BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY), 1);
        ck_assert_int_eq(BN_rand(a, 200, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY), 1);
        ck_assert_int_eq(BN_mod_exp(made, generator, a, m, context), 1);
        ck_assert_int_eq(BN_mul(k, k, m, context), 1);
        ck_assert_int_eq(BN_add(made, made, k), 1);
        /* Both top bits, so that two of them make a modulus of 2048 bits. */
    } while (BN_num_bits(made) != 1024 || !BN_is_bit_set(made, 1022) ||
             BN_check_prime(made, context, NULL) != 1);
    BN_free(a);
    BN_free(k);
    BN_free(generator);
    BN_free(m);
    return made;
}

START_TEST(roca)
{
    BN_CTX *context = BN_CTX_new();
    BIGNUM *exponent = number(65537);
    BIGNUM *p = roca_prime(context);
    BIGNUM *q = roca_prime(context);
    BIGNUM *modulus = product(p, q);
    refuse(fuzz_call(), modulus, exponent, "ROCA");
    BN_free(modulus);
    BN_free(q);
    BN_free(p);
    BN_free(exponent);
    BN_CTX_free(context);
}
END_TEST

START_TEST(points)
{
    static const char *const types[] = {SIGNET_KEY_P256, SIGNET_KEY_P384, SIGNET_KEY_P521};
    for (unsigned i = 0; i < 3; i++) {
        signet_call_t *call = fuzz_call();
        signet_public_key_t key;
        signet_bytes_t spki = make_spki(call, make_key(types[i]));
        ck_assert_int_eq(signet_public_key_parse(call, spki, &key), SIGNET_OK);
        ((uint8_t *)(uintptr_t)key.bits.data)[key.bits.length - 1] ^= 1;
        ck_assert_int_eq(judge(call, &key), SIGNET_INVALID);
        ck_assert(failed_for(call, "key.malformed"));
    }
    /* Explicit parameters, and a compressed point: refused as the key is read (case 67). */
    signet_call_t *call = fuzz_call();
    signet_public_key_t key;
    EVP_PKEY *explicit_key = EVP_PKEY_dup(make_key(SIGNET_KEY_P256));
    ck_assert_int_eq(EVP_PKEY_set_utf8_string_param(explicit_key, "encoding", "explicit"), 1);
    ck_assert_int_eq(signet_public_key_parse(call, make_spki(call, explicit_key), &key),
                     SIGNET_INVALID);
    ck_assert(failed_for(call, "key.unsupported"));
    EVP_PKEY_free(explicit_key);
    call->services->clear(call);
    EVP_PKEY *compressed = EVP_PKEY_dup(make_key(SIGNET_KEY_P256));
    ck_assert_int_eq(EVP_PKEY_set_utf8_string_param(compressed, "point-format", "compressed"), 1);
    ck_assert_int_eq(signet_public_key_parse(call, make_spki(call, compressed), &key),
                     SIGNET_INVALID);
    ck_assert(failed_for(call, "key.malformed"));
    EVP_PKEY_free(compressed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("judge");
    TCase *test = tcase_create("judge");
    tcase_set_timeout(test, 100);
    tcase_add_test(test, sound_keys);
    tcase_add_test(test, sizes);
    tcase_add_test(test, exponents);
    tcase_add_test(test, small_factors);
    tcase_add_test(test, close_primes);
    tcase_add_test(test, roca);
    tcase_add_test(test, points);
    suite_add_tcase(suite, test);
    return run_suite(suite);
}
