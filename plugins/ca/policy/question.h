/* What a policy is asked. */
#ifndef CA_POLICY_QUESTION_H
#define CA_POLICY_QUESTION_H

#include "profile/draft.h"

#include <signet/ext/draft/policy.h>

/* Describes a draft as it stands, names and content included. */
int32_t ca_policy_question(signet_call_t *call, const ca_draft_t *draft, int approved,
                           signet_policy_request_t *question);

#endif
