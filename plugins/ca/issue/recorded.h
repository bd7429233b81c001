/* The record that a draft becomes. */
#ifndef CA_RECORDED_H
#define CA_RECORDED_H

#include "policy/stage.h"
#include "profile/draft.h"
#include "record/record.h"

#include <signet/ext/draft/approval.h>

/* Fills the record with all that is known before it is signed; `approval` may be NULL. */
int32_t ca_recorded_fill(const ca_t *ca, signet_call_t *call, const ca_draft_t *draft,
                         const ca_policy_outcome_t *policies, const signet_approval_t *approval,
                         ca_record_t *record);

#endif
