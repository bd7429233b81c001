/* What the challenges in the DNS have in common. */
#ifndef ACME_DNS_CHALLENGE_H
#define ACME_DNS_CHALLENGE_H

#include "validate.h"

/* Asks for TXT records; where there is no answer the outcome says so. [worker] */
int32_t acme_dns_texts(signet_call_t *call, const acme_proof_t *proof, signet_text_t name,
                       acme_dns_answer_t *answer, acme_outcome_t *outcome);

#endif
