/* Validation from several places: what this node found must be found from others as well. */
#ifndef ACME_PERSPECTIVE_H
#define ACME_PERSPECTIVE_H

#include "validate/validate.h"

/* Asks the nodes that are perspectives to validate the same challenge, and to look at CAA, or to do
 * the latter alone (`proof->caa_only`); the outcome of this node becomes a failure where too few
 * agree. `proof->perspectives` gets who said
 * what, for the journal. A directory without perspectives is left alone. [worker] */
int32_t acme_perspectives_confirm(signet_call_t *call, acme_proof_t *proof, signet_text_t challenge,
                                  acme_outcome_t *outcome);
/* INVALID with file and line where a directory wants more perspectives than there are. [any] */
int32_t acme_perspectives_check(signet_call_t *call, const acme_t *acme);

/* Routes for the other nodes. */
int32_t acme_peer_nonce(void *instance, signet_call_t *call, const signet_request_t *http,
                        signet_exchange_t *exchange);
int32_t acme_peer_validate(void *instance, signet_call_t *call, const signet_request_t *http,
                           signet_exchange_t *exchange);

#endif
