/* Keys that an operator's lists name as compromised: those of Debian's flawed generator, leaked
 * ones, others that became known. Read once and kept in memory. */
#ifndef CA_BLOCKLIST_H
#define CA_BLOCKLIST_H

#include "record/blocked_key.h"

#include <signet/sdk/x509.h>

/* The end of a SHA-1 that openssl-blacklist keeps. */
#define CA_BLOCKLIST_TAIL 10U

typedef struct ca_blocklist {
    uint8_t (*digests)[CA_KEY_DIGEST]; /* SHA-256 of SubjectPublicKeyInfo, sorted */
    uint64_t digest_count;
    uint8_t (*tails)[CA_BLOCKLIST_TAIL]; /* of SHA-1 over "Modulus=HEX\n", sorted */
    uint64_t tail_count;
} ca_blocklist_t;

/* Reads a file, or each file of a folder: a line is 64 hexadecimal digits (SHA-256 of a
 * SubjectPublicKeyInfo), or 20 as the package openssl-blacklist has them (80 bits of a SHA-1), or
 * empty, or a comment that begins with '#'. INVALID names file and line; NOT_FOUND. */
int32_t ca_blocklist_open(signet_call_t *call, signet_text_t path, ca_blocklist_t *list);
/* Whether the list names a key; `digest` is the SHA-256 of its SubjectPublicKeyInfo. */
int32_t ca_blocklist_has(signet_call_t *call, const ca_blocklist_t *list,
                         const signet_public_key_t *key, signet_bytes_t digest, int *found);
void ca_blocklist_free(ca_blocklist_t *list);

#endif
