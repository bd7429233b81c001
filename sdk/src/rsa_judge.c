#include "rsa_judge.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <pthread.h>
#include <signet/sdk/error.h>

#define BITS_MIN 2048
#define BITS_MAX 4096
#define FACTOR_LIMIT 65536U
#define FERMAT_ROUNDS 100
/* The first and last of the primes in ROCA's fingerprint. */
#define ROCA_PRIME_MIN 3U
#define ROCA_PRIME_MAX 167U
#define ROCA_GENERATOR 65537U

static pthread_once_t once = PTHREAD_ONCE_INIT;
/* Odd primes below FACTOR_LIMIT: there are 6541. */
static uint16_t primes[6600];
static unsigned prime_count;

static void find_primes(void)
{
    static uint8_t composite[FACTOR_LIMIT];
    for (uint32_t n = 3; n < FACTOR_LIMIT; n += 2) {
        if (composite[n]) {
            continue;
        }
        primes[prime_count++] = (uint16_t)n;
        for (uint64_t multiple = (uint64_t)n * n; multiple < FACTOR_LIMIT;
             multiple += 2 * (uint64_t)n) {
            composite[multiple] = 1;
        }
    }
}

/* Whether `residue` is a power of the generator modulo a prime. */
static int is_power(uint32_t residue, uint32_t prime)
{
    uint32_t power = 1;
    do {
        if (power == residue) {
            return 1;
        }
        power = power * (ROCA_GENERATOR % prime) % prime;
    } while (power != 1);
    return 0;
}

/* The modulus by a divisor below 2^32. */
static uint32_t remainder_of(signet_bytes_t modulus, uint32_t divisor)
{
    uint64_t rest = 0;
    uint64_t i = 0;
    for (; i < modulus.length % 4; i++) {
        rest = rest << 8 | modulus.data[i];
    }
    rest %= divisor;
    for (; i < modulus.length; i += 4) {
        uint32_t word = (uint32_t)modulus.data[i] << 24 | (uint32_t)modulus.data[i + 1] << 16 |
                        (uint32_t)modulus.data[i + 2] << 8 | modulus.data[i + 3];
        rest = (rest << 32 | word) % divisor;
    }
    return (uint32_t)rest;
}

/* Divides by two primes at once, which halves the work. `roca` stays 1 where the modulus is a power
 * of 65537 modulo every prime of the fingerprint, as all from the flawed library of CVE-2017-15361
 * are (Nemec et al., The Return of Coppersmith's Attack, 2017). */
static int has_small_factor(signet_bytes_t modulus, int *roca)
{
    *roca = 1;
    for (unsigned i = 0; i < prime_count; i += 2) {
        uint32_t first = primes[i];
        uint32_t second = i + 1 < prime_count ? primes[i + 1] : 1;
        uint32_t rest = remainder_of(modulus, first * second);
        if (rest % first == 0 || (second != 1 && rest % second == 0)) {
            return 1;
        }
        if (first >= ROCA_PRIME_MIN && first <= ROCA_PRIME_MAX && !is_power(rest % first, first)) {
            *roca = 0;
        }
        if (second >= ROCA_PRIME_MIN && second <= ROCA_PRIME_MAX &&
            !is_power(rest % second, second)) {
            *roca = 0;
        }
    }
    return 0;
}

/* Whether a number can be a square, by what squares leave modulo 64 and some primes. */
static int may_be_square(const BIGNUM *number)
{
    static const uint16_t moduli[] = {64, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31};
    for (unsigned i = 0; i < sizeof(moduli) / sizeof(moduli[0]); i++) {
        unsigned rest = (unsigned)BN_mod_word(number, moduli[i]);
        unsigned root = 0;
        while (root < moduli[i] && root * root % moduli[i] != rest) {
            root++;
        }
        if (root == moduli[i]) {
            return 0;
        }
    }
    return 1;
}

/* The integer square root by Newton's method, from above. 0 or -1. */
static int square_root(const BIGNUM *number, BIGNUM *root, BN_CTX *context)
{
    BN_CTX_start(context);
    BIGNUM *next = BN_CTX_get(context);
    int result = -1;
    BN_zero(root);
    if (next == NULL || BN_set_bit(root, (BN_num_bits(number) + 1) / 2) != 1) {
        goto end;
    }
    for (;;) {
        if (BN_div(next, NULL, number, root, context) != 1 || BN_add(next, next, root) != 1 ||
            BN_rshift1(next, next) != 1) {
            goto end;
        }
        if (BN_cmp(next, root) >= 0) {
            break;
        }
        BN_swap(next, root);
    }
    result = 0;
end:
    BN_CTX_end(context);
    return result;
}

/* Fermat's method: primes that lie close are found as a² - b² within a few rounds (CVE-2022-26320).
 * 1 where it finds them, 0 where not, -1 where OpenSSL fails. */
static int fermat_round(BIGNUM *a, BIGNUM *b_square, BIGNUM *root, BN_CTX *context)
{
    for (int i = 0; i < FERMAT_ROUNDS; i++) {
        if (may_be_square(b_square)) {
            if (square_root(b_square, root, context) != 0 || BN_sqr(root, root, context) != 1) {
                return -1;
            }
            if (BN_cmp(root, b_square) == 0) {
                return 1;
            }
        }
        /* (a + 1)² - n = a² - n + 2a + 1 */
        if (BN_add(b_square, b_square, a) != 1 || BN_add_word(a, 1) != 1 ||
            BN_add(b_square, b_square, a) != 1) {
            return -1;
        }
    }
    return 0;
}

static int has_close_primes(signet_bytes_t modulus)
{
    int result = -1;
    BN_CTX *context = BN_CTX_new();
    BIGNUM *n = BN_bin2bn(modulus.data, (int)modulus.length, NULL);
    BIGNUM *a = BN_new();
    BIGNUM *b_square = BN_new();
    BIGNUM *root = BN_new();
    if (context != NULL && n != NULL && a != NULL && b_square != NULL && root != NULL &&
        square_root(n, a, context) == 0 && BN_sqr(b_square, a, context) == 1) {
        /* The first a is the root rounded up: it is the root itself for the square of a prime. */
        if (BN_cmp(b_square, n) == 0) {
            result = 1;
        } else if (BN_add_word(a, 1) == 1 && BN_sqr(b_square, a, context) == 1 &&
                   BN_sub(b_square, b_square, n) == 1) {
            result = fermat_round(a, b_square, root, context);
        }
    }
    BN_free(root);
    BN_free(b_square);
    BN_free(a);
    BN_free(n);
    BN_CTX_free(context);
    return result;
}

static int32_t weak(signet_call_t *call, const char *rule)
{
    return signet_fail(call, SIGNET_INVALID, "key.weak", "The RSA key is weak: %s. Make a new key.",
                       rule);
}

static uint64_t bit_length(signet_bytes_t magnitude)
{
    uint64_t bits = magnitude.length * 8;
    for (uint8_t top = magnitude.data[0]; (top & 0x80) == 0; top = (uint8_t)(top << 1)) {
        bits--;
    }
    return bits;
}

/* Odd, from 65537 up to 2^64. */
static int exponent_is_fit(signet_bytes_t exponent)
{
    uint64_t value = 0;
    if (exponent.length > sizeof(value)) {
        return 0;
    }
    for (uint64_t i = 0; i < exponent.length; i++) {
        value = value << 8 | exponent.data[i];
    }
    return value >= 65537 && (value & 1) == 1;
}

int32_t signet_rsa_judge(signet_call_t *call, signet_bytes_t modulus, signet_bytes_t exponent)
{
    if (modulus.length == 0 || modulus.data[0] == 0) {
        return weak(call, "it has no modulus");
    }
    uint64_t bits = bit_length(modulus);
    if (bits < BITS_MIN || bits > BITS_MAX || bits % 8 != 0) {
        return weak(call, "its modulus does not have 2048 to 4096 bits, divisible by 8");
    }
    if (!exponent_is_fit(exponent)) {
        return weak(call, "its exponent is not odd and between 65537 and 2^64");
    }
    if (pthread_once(&once, find_primes) != 0) {
        return signet_fail_memory(call);
    }
    int roca = 0;
    if ((modulus.data[modulus.length - 1] & 1) == 0 || has_small_factor(modulus, &roca)) {
        return weak(call, "its modulus has a factor below 65536");
    }
    if (roca) {
        return weak(call, "it bears the fingerprint of ROCA (CVE-2017-15361)");
    }
    int close = has_close_primes(modulus);
    if (close < 0) {
        ERR_clear_error();
        return signet_fail_memory(call);
    }
    return close ? weak(call, "its primes lie close together") : SIGNET_OK;
}
