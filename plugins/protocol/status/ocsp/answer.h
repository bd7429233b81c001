/* Answers (RFC 6960, 4.2), encoded. */
#ifndef STATUS_OCSP_ANSWER_H
#define STATUS_OCSP_ANSWER_H

#include "issuer.h"
#include "ocsp/request.h"
#include "ocsp/responder.h"

/* OCSPResponseStatus. */
#define STATUS_OCSP_MALFORMED 1U
#define STATUS_OCSP_INTERNAL 2U
#define STATUS_OCSP_TRY_LATER 3U
#define STATUS_OCSP_UNAUTHORIZED 6U

/* What is said of one certificate; `state` NULL: unknown. */
typedef struct status_said {
    const status_certificate_id_t *id;
    const signet_status_t *state;
} status_said_t;

typedef struct status_answer {
    const status_said_t *said;
    uint64_t count;
    signet_bytes_t nonce; /* empty: none */
    int64_t this_update;
    int64_t next_update;
    int by_name;
} status_answer_t;

/* An answer without a signature: one of the statuses above, a constant. */
signet_bytes_t status_answer_plain(unsigned status);
/* Encodes and signs one. */
int32_t status_answer_sign(signet_call_t *call, const status_answer_t *answer,
                           status_responder_t *responder, signet_bytes_t *der);

#endif
