/* What the keys of isolated instances signed, by the logs of their processes, held against what the
 * journal says was signed: whoever could have a key sign past the journal has to show here. */
#ifndef JOURNAL_SIGNED_H
#define JOURNAL_SIGNED_H

#include "journal.h"

/* What was compared. */
typedef struct journal_signed {
    uint64_t logs;         /* instances with a log */
    uint64_t certificates; /* that are in both */
    uint64_t others;       /* signatures of other purposes, which have no entry each */
} journal_signed_t;

/* Reads each FOLDER/NAME.signed with the files it was rotated to, and compares what it says of
 * certificates with the entries of this node. CORRUPT names the first line or entry that is wrong.
 * [worker] */
int32_t journal_signed_verify(const journal_t *journal, signet_call_t *call,
                              journal_signed_t *result);

#endif
