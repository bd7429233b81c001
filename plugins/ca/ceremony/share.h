/* Sharing a secret among N so that any M of them can rebuild it and fewer learn nothing (Shamir,
 * over GF(2^8) with the polynomial of AES). Without tables, so that no memory access depends on a
 * secret. */
#ifndef CA_SHARE_H
#define CA_SHARE_H

#include <stdint.h>

/* Splits `length` octets. `coefficients` are (quorum - 1) * length random octets; share i, from 0
 * on, belongs to the point i + 1 and is written to shares + i * length. */
void ca_share_split(const uint8_t *secret, uint64_t length, const uint8_t *coefficients,
                    unsigned quorum, unsigned count, uint8_t *shares);
/* Rebuilds the secret from `quorum` shares of the given points, which are distinct and not 0. */
void ca_share_join(const uint8_t *const *shares, const uint8_t *points, unsigned quorum,
                   uint64_t length, uint8_t *secret);

#endif
