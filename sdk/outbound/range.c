/* Ranges of addresses: the longest one that holds an address decides. */
#include "range.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* What nobody means to call by accident, or is led to by an attacker's DNS or redirect. */
static const signet_range_t built_in[] = {
    {{0}, 8, 4, SIGNET_RANGE_BUILT_IN},                   /* this network (RFC 1122) */
    {{127}, 8, 4, SIGNET_RANGE_BUILT_IN},                 /* loopback */
    {{169, 254}, 16, 4, SIGNET_RANGE_BUILT_IN},           /* link-local (RFC 3927) */
    {{169, 254, 169, 254}, 32, 4, SIGNET_RANGE_BUILT_IN}, /* metadata: AWS, Azure, Google, … */
    {{169, 254, 170, 2}, 32, 4, SIGNET_RANGE_BUILT_IN},   /* credentials of AWS containers */
    {{100, 100, 100, 200}, 32, 4, SIGNET_RANGE_BUILT_IN}, /* metadata: Alibaba */
    {{168, 63, 129, 16}, 32, 4, SIGNET_RANGE_BUILT_IN},   /* platform of Azure */
    {{192, 0, 0}, 24, 4, SIGNET_RANGE_BUILT_IN},          /* protocol assignments (RFC 6890) */
    {{192, 0, 0, 192}, 32, 4, SIGNET_RANGE_BUILT_IN},     /* metadata: Oracle */
    {{224}, 4, 4, SIGNET_RANGE_BUILT_IN},                 /* multicast */
    {{240}, 4, 4, SIGNET_RANGE_BUILT_IN},                 /* reserved, and broadcast */
    {{0}, 96, 6, SIGNET_RANGE_BUILT_IN},                  /* unspecified, loopback, compatible */
    {{[10] = 0xff, [11] = 0xff}, 96, 6, SIGNET_RANGE_BUILT_IN}, /* mapped (RFC 4291, 2.5.5.2) */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, 6, SIGNET_RANGE_BUILT_IN}, /* RFC 8215 */
    {{0x01}, 64, 6, SIGNET_RANGE_BUILT_IN},                               /* discard (RFC 6666) */
    {{0x20, 0x01}, 32, 6, SIGNET_RANGE_BUILT_IN},                         /* Teredo (RFC 4380) */
    {{0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54}, 128, 6, SIGNET_RANGE_BUILT_IN}, /* AWS */
    {{0xfe, 0x80}, 10, 6, SIGNET_RANGE_BUILT_IN}, /* link-local */
    {{0xfe, 0xc0}, 10, 6, SIGNET_RANGE_BUILT_IN}, /* site-local (RFC 3879) */
    {{0xff}, 8, 6, SIGNET_RANGE_BUILT_IN},        /* multicast */
};

#define BUILT_IN_COUNT (sizeof built_in / sizeof built_in[0])

/* Whether the first `bits` of two addresses are the same. */
static int same_prefix(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
    unsigned int whole = bits / 8;
    unsigned int rest = bits % 8;
    if (memcmp(a, b, whole) != 0) {
        return 0;
    }
    return rest == 0 || (a[whole] >> (8 - rest)) == (b[whole] >> (8 - rest));
}

/* Whether no bit behind the prefix is set: a slip of the pen would permit more than was meant. */
static int is_network(const signet_range_t *range)
{
    unsigned int length = range->version == 4 ? 32 : 128;
    for (unsigned int bit = range->bits; bit < length; bit++) {
        if (range->octets[bit / 8] & (0x80U >> (bit % 8))) {
            return 0;
        }
    }
    return 1;
}

int signet_range_parse(const char *text, signet_range_t *range)
{
    char address[INET6_ADDRSTRLEN];
    const char *slash = strchr(text, '/');
    size_t length = slash ? (size_t)(slash - text) : strlen(text);
    if (length >= sizeof address) {
        return -1;
    }
    memcpy(address, text, length);
    address[length] = 0;
    memset(range, 0, sizeof *range);
    if (inet_pton(AF_INET, address, range->octets) == 1) {
        range->version = 4;
    } else if (inet_pton(AF_INET6, address, range->octets) == 1) {
        range->version = 6;
    } else {
        return -1;
    }
    unsigned long longest = range->version == 4 ? 32 : 128;
    unsigned long bits = longest;
    if (slash) {
        char *end = NULL;
        bits = strtoul(slash + 1, &end, 10);
        if (slash[1] < '0' || slash[1] > '9' || *end || bits > longest) {
            return -1;
        }
    }
    range->bits = (uint8_t)bits;
    return is_network(range) ? 0 : -1;
}

/* Of two ranges that hold an address, the one that decides. */
static const signet_range_t *stronger(const signet_range_t *a, const signet_range_t *b)
{
    if (a == NULL || b->bits > a->bits || (b->bits == a->bits && b->source > a->source)) {
        return b;
    }
    return a;
}

static const signet_range_t *strongest(const signet_range_t *ranges, uint64_t count,
                                       const uint8_t *octets, int version,
                                       const signet_range_t *best)
{
    for (uint64_t i = 0; i < count; i++) {
        if (ranges[i].version == version && same_prefix(ranges[i].octets, octets, ranges[i].bits)) {
            best = stronger(best, &ranges[i]);
        }
    }
    return best;
}

static int permits(const signet_range_t *ranges, uint64_t count, const uint8_t *octets, int version)
{
    const signet_range_t *best = strongest(built_in, BUILT_IN_COUNT, octets, version, NULL);
    best = strongest(ranges, count, octets, version, best);
    return best == NULL || best->source == SIGNET_RANGE_PERMIT;
}

/* The IPv4 address that an IPv6 address stands for or leads to, or NULL. */
static const uint8_t *embedded(const uint8_t *octets)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b}; /* RFC 6052 */
    static const uint8_t six_to_four[2] = {0x20, 0x02};        /* RFC 3056 */
    if (memcmp(octets, mapped, sizeof mapped) == 0 || memcmp(octets, nat64, sizeof nat64) == 0) {
        return octets + 12;
    }
    return memcmp(octets, six_to_four, sizeof six_to_four) == 0 ? octets + 2 : NULL;
}

int signet_range_permits(const signet_range_t *ranges, uint64_t count, const uint8_t *octets,
                         int version)
{
    if (!permits(ranges, count, octets, version)) {
        return 0;
    }
    const uint8_t *inner = version == 6 ? embedded(octets) : NULL;
    return inner == NULL || permits(ranges, count, inner, 4);
}
