/* policy-webhook: asks a service of the operator's own about each request. */
#ifndef WEBHOOK_H
#define WEBHOOK_H

#include <signet/ext/draft/policy.h>
#include <signet/sdk/outbound.h>
#include <signet/signet.h>

/* One instance: one webhook. */
typedef struct webhook {
    const signet_host_t *host;
    signet_outbound_t *outbound;
    signet_text_t url;
    signet_text_t id;     /* the webhook's, as its receiver knows it */
    signet_text_t secret; /* reference */
    signet_text_t token;  /* reference, or empty */
    int may_fill;         /* its answers may fill fields */
    uint64_t requests;    /* metrics */
    uint64_t failures;
    uint64_t duration;
} webhook_t;

/* signet.policy/1. [worker] */
int32_t webhook_decide(void *instance, signet_call_t *call, const signet_policy_request_t *request,
                       const signet_policy_answer_t **answer);
/* Reads the secret: the octets behind its Base64. INVALID ("webhook.secret"). [worker] */
int32_t webhook_secret(signet_call_t *call, const webhook_t *webhook, signet_bytes_t *secret);

#endif
