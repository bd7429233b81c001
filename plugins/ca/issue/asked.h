/* What was asked for, kept beside what is issued. */
#ifndef CA_ASKED_H
#define CA_ASKED_H

#include "policy/stage.h"

#include <signet/ext/draft/approval.h>

/* A JSON object: the request's subject and names, extensions that were left out, times and fields,
 * what policies answered, and who approved; `approval` may be NULL. */
int32_t ca_asked_describe(signet_call_t *call, const ca_draft_t *draft,
                          const ca_policy_outcome_t *policies, const signet_approval_t *approval,
                          signet_text_t *json);

#endif
