/* Validation of challenges (RFC 8555, 8). */
#ifndef ACME_VALIDATE_H
#define ACME_VALIDATE_H

#include "acme.h"
#include "order/record.h"

/* What a validation found. */
typedef struct acme_outcome {
    int valid;
    signet_text_t error_type; /* "connection", "dns", "incorrectResponse", … */
    signet_text_t error_detail;
    int64_t good_until; /* ms since 1970 UTC; 0: as long as the directory says */
} acme_outcome_t;

/* What is to be proved. */
typedef struct acme_proof {
    const acme_t *acme;
    const acme_directory_t *directory;
    signet_text_t identifier_type;
    signet_text_t identifier;
    signet_text_t token;
    int wildcard;                    /* for the names below the identifier */
    signet_text_t base;              /* the directory's URL, as the client reached it */
    signet_text_t account_url;       /* of the account, below it */
    signet_text_t thumbprint;        /* of the account's key, in base64url */
    signet_text_t key_authorization; /* token, '.', thumbprint (RFC 8555, 8.1) */
    int caa_only;                    /* of perspectives: the challenge was validated before */
    signet_text_t perspectives;      /* who else was asked, and said what; empty: nobody */
} acme_proof_t;

/* Validates the challenge of an authorization that was responded to, and stores what came of it. An
 * authorization that waits for nothing any more is left alone. [worker] */
int32_t acme_validate(acme_t *acme, signet_call_t *call, signet_text_t directory, signet_text_t id);
/* Validates one challenge as this node sees it, and nothing else. [worker] */
int32_t acme_validate_challenge(signet_call_t *call, const acme_proof_t *proof,
                                signet_text_t challenge, acme_outcome_t *outcome);
/* Puts what waits in the store into the queue. What is in it already is validated once: the second
 * finds that it waits for nothing any more. [worker] */
int32_t acme_validate_sweep(acme_t *acme, signet_call_t *call);

/* Stores an outcome, with an entry in the journal where it is valid. CONFLICT where the
 * authorization was changed meanwhile. [worker] */
int32_t acme_validate_store(signet_call_t *call, const acme_proof_t *proof,
                            acme_authorization_t *authorization, acme_challenge_t *challenge,
                            const acme_outcome_t *outcome);

/* The outcome of a failure, from printf. [any] */
__attribute__((format(printf, 4, 5))) void acme_outcome_fail(signet_call_t *call,
                                                             acme_outcome_t *outcome,
                                                             const char *type, const char *format,
                                                             ...);
/* The addresses that an identifier stands for, at most ACME_ADDRESSES_MAX. */
#define ACME_ADDRESSES_MAX 8U
typedef struct acme_addresses {
    signet_text_t texts[ACME_ADDRESSES_MAX];
    uint64_t count;
} acme_addresses_t;
/* Where there are none the outcome is set. `host` is what a redirect leads to, or the identifier.
 * [worker] */
int32_t acme_validate_addresses_of(signet_call_t *call, const acme_proof_t *proof,
                                   signet_text_t host, int64_t ends, acme_addresses_t *addresses,
                                   acme_outcome_t *outcome);
int32_t acme_validate_addresses(signet_call_t *call, const acme_proof_t *proof, int64_t ends,
                                acme_addresses_t *addresses, acme_outcome_t *outcome);

/* Each challenge. A failure of the peer is an outcome; what is returned is a failure of ours.
 * [worker] */
int32_t acme_validate_http(signet_call_t *call, const acme_proof_t *proof, acme_outcome_t *outcome);
int32_t acme_validate_dns(signet_call_t *call, const acme_proof_t *proof, acme_outcome_t *outcome);
int32_t acme_validate_dns_account(signet_call_t *call, const acme_proof_t *proof,
                                  acme_outcome_t *outcome);
int32_t acme_validate_persist(signet_call_t *call, const acme_proof_t *proof,
                              acme_outcome_t *outcome);
int32_t acme_validate_tls(signet_call_t *call, const acme_proof_t *proof, acme_outcome_t *outcome);

#endif
