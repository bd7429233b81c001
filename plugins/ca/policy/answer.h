/* What a policy answered, held against what it may. */
#ifndef CA_POLICY_ANSWER_H
#define CA_POLICY_ANSWER_H

#include "policy/stage.h"

#include <signet/ext/draft/policy.h>
#include <signet/sdk/json.h>

/* Takes an answer: sets what was filled in the draft, with `*subject` where that concerns the
 * subject, notes a hold, and writes the answer down. The answer lives in another arena. DENIED
 * where it refuses ("policy.…") or fills what is not open; INTERNAL ("policy.answer-invalid") where
 * it is none. */
int32_t ca_policy_answer(signet_call_t *call, signet_text_t policy,
                         const signet_policy_answer_t *answer, ca_draft_t *draft, int *subject,
                         ca_policy_outcome_t *outcome, signet_json_writer_t *writer);

#endif
