/* CAA (RFC 8659, RFC 8657): who may issue for a name, as its DNS says. */
#ifndef ACME_CAA_H
#define ACME_CAA_H

#include "validate.h"

/* For all look-ups of a name. */
#define ACME_CAA_TIMEOUT_MS 10000

/* A certificate that is to be issued for a name. */
typedef struct acme_caa_question {
    const acme_directory_t *directory;
    signet_text_t account;    /* its URL */
    signet_text_t identifier; /* a name of a host, without "*." */
    signet_text_t method;     /* the challenge that the name was validated by */
    int wildcard;
    int64_t ends; /* monotonic, ms */
} acme_caa_question_t;

/* Whether a directory looks at CAA for this identifier at all. [any] */
int acme_caa_applies(const acme_directory_t *directory, signet_text_t type,
                     signet_text_t identifier);
/* Looks for the name's own records and, where it has none, for those of each name above. Without a
 * reliable answer to each look-up nothing is permitted: an outcome of the type "caa". What is
 * returned is a failure of ours. [worker] */
int32_t acme_caa_check(signet_call_t *call, const acme_t *acme, const acme_caa_question_t *question,
                       acme_outcome_t *outcome);

#endif
