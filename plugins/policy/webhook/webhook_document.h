/* What the receiver is told. */
#ifndef WEBHOOK_DOCUMENT_H
#define WEBHOOK_DOCUMENT_H

#include <signet/ext/draft/policy.h>

/* The request as a JSON object; docs/policy-webhook.md lists its members. */
int32_t webhook_document(signet_call_t *call, const signet_policy_request_t *request,
                         signet_text_t *json);

#endif
