/* A seal: what it says, how it is signed and how it is stored.
 *
 * The signature is over the seal's message: lines of text, each ended by a newline:
 *
 *     signet-journal-seal/1
 *     NODE INDEX EPOCH FIRST LAST COUNT TIME     (numbers in decimal, time in ms since 1970)
 *     KEY ALGORITHM                              (the key's fingerprint)
 *     PREVIOUS                                   (SHA-256 of the last seal's body; 64 zeros)
 *     ROOT
 *     FIRST-LAST …                               (gaps, one space between them; may be empty)
 *     FOLLOWS                                    (only where numbers were left out)
 *
 * The stored body is JSON with the same members, the leaves of all entries and the signature. */
#ifndef JOURNAL_SEAL_H
#define JOURNAL_SEAL_H

#include "digest.h"
#include "range.h"

typedef struct journal_seal {
    signet_text_t node;
    uint64_t index;   /* from 1, over all epochs of the node */
    uint64_t follows; /* the index of the one before: the next lower number, but for seals that were
                       * lost with what an older store was put in place of */
    int64_t time;
    journal_range_t range;
    uint8_t previous[JOURNAL_DIGEST];
    uint8_t root[JOURNAL_DIGEST];
    signet_text_t key; /* fingerprint */
    signet_text_t uri;
    signet_text_t algorithm;
    signet_bytes_t signature;
} journal_seal_t;

/* The octets that are signed. [any] */
int32_t journal_seal_message(signet_call_t *call, const journal_seal_t *seal,
                             signet_bytes_t *message);
/* The body as it is stored. [any] */
int32_t journal_seal_write(signet_call_t *call, const journal_seal_t *seal, signet_bytes_t *body);
/* A stored body. INVALID where it is none. [any] */
int32_t journal_seal_read(signet_call_t *call, signet_bytes_t body, journal_seal_t *seal);

#endif
