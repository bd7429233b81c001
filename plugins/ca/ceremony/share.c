#include "ceremony/share.h"

/* The product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1, in constant time. */
static uint8_t multiply(uint8_t a, uint8_t b)
{
    unsigned product = 0;
    unsigned shifted = a;
    for (unsigned bit = 0; bit < 8; bit++) {
        product ^= shifted & (0U - ((unsigned)b >> bit & 1U));
        shifted = (shifted << 1) ^ (0x11bU & (0U - (shifted >> 7)));
    }
    return (uint8_t)product;
}

/* a^254, the inverse of a. */
static uint8_t inverse(uint8_t a)
{
    uint8_t result = 1;
    uint8_t power = a;
    for (unsigned bit = 1; bit < 8; bit++) {
        power = multiply(power, power);
        result = multiply(result, power);
    }
    return result;
}

void ca_share_split(const uint8_t *secret, uint64_t length, const uint8_t *coefficients,
                    unsigned quorum, unsigned count, uint8_t *shares)
{
    for (unsigned share = 0; share < count; share++) {
        uint8_t point = (uint8_t)(share + 1);
        for (uint64_t at = 0; at < length; at++) {
            uint8_t value = 0;
            /* Horner's rule, from the highest coefficient down to the secret. */
            for (unsigned degree = quorum - 1; degree > 0; degree--)
                value =
                    (uint8_t)(multiply(value, point) ^ coefficients[(degree - 1) * length + at]);
            shares[share * length + at] = (uint8_t)(multiply(value, point) ^ secret[at]);
        }
    }
}

/* The Lagrange coefficient at 0 of one point. Points are not secret. */
static uint8_t weight(const uint8_t *points, unsigned quorum, unsigned index)
{
    uint8_t result = 1;
    for (unsigned other = 0; other < quorum; other++) {
        if (other != index)
            result =
                multiply(result, multiply(points[other], inverse(points[other] ^ points[index])));
    }
    return result;
}

void ca_share_join(const uint8_t *const *shares, const uint8_t *points, unsigned quorum,
                   uint64_t length, uint8_t *secret)
{
    for (uint64_t at = 0; at < length; at++)
        secret[at] = 0;
    for (unsigned index = 0; index < quorum; index++) {
        uint8_t factor = weight(points, quorum, index);
        for (uint64_t at = 0; at < length; at++)
            secret[at] ^= multiply(factor, shares[index][at]);
    }
}
