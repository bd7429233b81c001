/* Ranges of addresses, and which of them decides about one. Internal to the dialer. */
#ifndef SIGNET_SDK_OUTBOUND_RANGE_H
#define SIGNET_SDK_OUTBOUND_RANGE_H

#include <stdint.h>

#define SIGNET_RANGE_BUILT_IN 0
#define SIGNET_RANGE_PERMIT 1
#define SIGNET_RANGE_DENY 2

/* A range of IPv4 or IPv6 addresses. */
typedef struct signet_range {
    uint8_t octets[16];
    uint8_t bits;    /* of the prefix */
    uint8_t version; /* 4 or 6 */
    uint8_t source;  /* SIGNET_RANGE_*; a higher one wins where two are equally long */
} signet_range_t;

/* From "192.0.2.0/24", "2001:db8::/32" or an address alone. 0, or -1 where it is not one, or has
 * bits set behind its prefix. */
int signet_range_parse(const char *text, signet_range_t *range);
/* Whether the ranges, and the built-in ones, permit an address given as 4 or 16 octets. */
int signet_range_permits(const signet_range_t *ranges, uint64_t count, const uint8_t *octets,
                         int version);

#endif
