/* The set of shares of one token's secret: made once, each share under its holder's own key, and
 * rebuilt from a quorum of them.
 *
 * The secret is 32 random octets. Both PINs of the token are derived from it, so that nobody ever
 * knows one. The set is a JSON file that may be public: it holds for each holder an envelope (CMS
 * AuthEnvelopedData, RFC 5083, to the holder's certificate), the commitment to its content, and a
 * seal over the whole that only the rebuilt secret can make. */
#ifndef CA_CUSTODY_H
#define CA_CUSTODY_H

#include "ceremony/participant.h"

#define CA_CUSTODY_SECRET 32U
#define CA_CUSTODY_PIN 24U

/* What is locked with one secret; in locked memory. */
typedef struct ca_pins {
    uint8_t officer[CA_CUSTODY_PIN]; /* characters, without a NUL */
    uint8_t user[CA_CUSTODY_PIN];
} ca_pins_t;

/* Makes a secret, the PINs from it and the set of its shares for all holders among the
 * participants. `subject` says what it opens. `set` is the file's content. */
int32_t ca_custody_make(signet_call_t *call, const ca_participant_t *participants, uint64_t count,
                        unsigned quorum, signet_text_t subject, ca_pins_t *pins,
                        signet_text_t *set);

/* Shares that holders gave, on the way to a quorum. */
typedef struct ca_custody ca_custody_t;
/* Reads a set. INVALID ("shares.malformed"). */
int32_t ca_custody_open(signet_call_t *call, signet_bytes_t file, ca_custody_t **custody);
/* What the set says of itself. */
signet_text_t ca_custody_subject(const ca_custody_t *custody);
unsigned ca_custody_quorum(const ca_custody_t *custody);
/* Opens one holder's share with their key. INVALID ("shares.foreign", "shares.duplicate",
 * "shares.wrong"), NOT_FOUND where the set has none for them. */
int32_t ca_custody_give(signet_call_t *call, ca_custody_t *custody, const ca_participant_t *holder);
/* Rebuilds the secret from the shares given and derives the PINs. DENIED ("shares.quorum") where
 * they are too few; INVALID ("shares.wrong") where they do not fit together or the set was
 * changed. */
int32_t ca_custody_rebuild(signet_call_t *call, ca_custody_t *custody, ca_pins_t *pins);
/* Wipes what was given. */
void ca_custody_close(ca_custody_t *custody);

#endif
