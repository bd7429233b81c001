/* Verifying a transcript, long after the ceremony and without anything but the transcript. */
#ifndef CA_CHECK_H
#define CA_CHECK_H

#include "ceremony/reading.h"

/* What a good transcript says. */
typedef struct ca_verdict {
    signet_text_t title;
    signet_text_t outcome; /* "complete", "failed" */
    int rehearsal;
    uint64_t steps; /* that were done */
    uint64_t signed_count;
    signet_text_t began;
    signet_text_t script_sha256; /* of the main file */
} ca_verdict_t;

/* Verifies a transcript: its chain and signatures (ca_reading_open); that every step is one of the
 * plan, in order, and was confirmed by the administrator and the witnesses before it was done; that
 * a quorum gave its shares before anything was signed; that what was signed is what was announced
 * and confirmed, by the key of the issuer that the plan names, with the subject that the script
 * gives; that no serial number came twice and no CRL number went back. INVALID names the line. */
int32_t ca_check(signet_call_t *call, signet_bytes_t file, ca_verdict_t *verdict);

#endif
