/* What the receiver answers. */
#ifndef WEBHOOK_ANSWER_H
#define WEBHOOK_ANSWER_H

#include "webhook.h"

#define WEBHOOK_ANSWER_LIMIT 16384U /* octets */

/* Reads an answer. UNAVAILABLE ("policy.webhook.answer-invalid", the cause as its detail) where it
 * is not exactly what an answer may be: then nothing is permitted. */
int32_t webhook_answer(signet_call_t *call, const webhook_t *webhook,
                       const signet_outbound_response_t *response,
                       const signet_policy_answer_t **answer);

#endif
