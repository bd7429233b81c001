/* Digests of the journal: leaves, the Merkle tree and the chain. */
#ifndef JOURNAL_DIGEST_H
#define JOURNAL_DIGEST_H

#include <signet/call.h>

#define JOURNAL_DIGEST 32U /* octets of SHA-256 */

/* The leaf of an entry (RFC 9162, 2.1.1): SHA-256 of 0x00, the length of its key in two octets
 * (big-endian), its key and its body exactly as they are stored. [any] */
int32_t journal_leaf(signet_call_t *call, signet_text_t key, signet_bytes_t body,
                     uint8_t leaf[JOURNAL_DIGEST]);
/* The root over `count` leaves (RFC 9162, 2.1.1), which it overwrites. [any] */
int32_t journal_root(signet_call_t *call, uint8_t *leaves, uint64_t count,
                     uint8_t root[JOURNAL_DIGEST]);
/* Plain SHA-256. [any] */
int32_t journal_digest(signet_call_t *call, signet_bytes_t input, uint8_t digest[JOURNAL_DIGEST]);

#endif
