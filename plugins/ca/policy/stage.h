/* The policy stage, calling side: each policy that the deployment configures has a say in what is
 * issued. */
#ifndef CA_POLICY_STAGE_H
#define CA_POLICY_STAGE_H

#include "profile/draft.h"

/* What became of it. */
typedef struct ca_policy_outcome {
    int hold;               /* one of them wants approval */
    int failed;             /* one of them gave no valid answer in time */
    signet_text_t name;     /* of the one that refused, failed or held; empty: none */
    signet_text_t document; /* what they answered, a JSON array; empty: nobody was asked */
} ca_policy_outcome_t;

/* Whether every policy named is there. INVALID at the setting. */
int32_t ca_policies_find(const ca_t *ca, signet_call_t *call);
/* Asks them in order, each with its own deadline. What they fill goes into the draft, whose names
 * and content are made anew where it concerns the subject. DENIED where one refuses, or fills what
 * is not open; any failure refuses as well, with its own error. */
int32_t ca_policies_ask(const ca_t *ca, signet_call_t *call, ca_draft_t *draft, int approved,
                        ca_policy_outcome_t *outcome);

#endif
