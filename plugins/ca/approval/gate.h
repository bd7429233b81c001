/* Approval of certificates: whether a draft waits for others, and what they are shown. */
#ifndef CA_GATE_H
#define CA_GATE_H

#include "approval/approval.h"
#include "policy/stage.h"

#define CA_GATE_KIND "certificate.issue"

/* One issuance that may wait. */
typedef struct ca_gate {
    signet_issue_request_t request; /* under a request id, which is made where there was none */
    signet_bytes_t request_digest;
    const signet_approval_t *approval; /* it was approved: to be finished; NULL: it takes none */
} ca_gate_t;

/* Whether requests of a profile can wait at all. */
int ca_gate_possible(const ca_t *ca, const ca_profile_t *profile);
/* The request that was put down under an id, for who asks by the id alone. NOT_FOUND. */
int32_t ca_gate_restore(ca_t *ca, signet_call_t *call, signet_text_t request_id,
                        const signet_issue_request_t **request);
/* How the request of the gate stands, before anything is looked at again: OK with `approval` where
 * it was approved, OK without where it was never put down, else as ca_approval_standing. CONFLICT
 * where another request was put down under the id. */
int32_t ca_gate_look(ca_t *ca, signet_call_t *call, ca_gate_t *gate);
/* Puts the draft down where it takes approval and has none. OK: go on, with `approval` to finish or
 * without; PENDING. */
int32_t ca_gate_pass(ca_t *ca, signet_call_t *call, ca_gate_t *gate, const ca_draft_t *draft,
                     const ca_policy_outcome_t *policies);

#endif
