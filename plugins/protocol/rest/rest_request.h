/* Requests that wait for approval, in JSON. */
#ifndef REST_REQUEST_H
#define REST_REQUEST_H

#include <signet/ext/draft/approval.h>

#include "rest.h"

/* The approvals of this call. */
typedef struct rest_approvals {
    const signet_approval_interface_t *interface;
    void *instance;
} rest_approvals_t;

int32_t rest_find_approvals(const rest_t *rest, signet_call_t *call, rest_approvals_t *approvals);
/* Turns a wait into an answer: where `status` is PENDING and the call's error names the request, it
 * answers 202 with the request and its Location; any other status is returned as it is. [worker] */
int32_t rest_request_pending(const rest_t *rest, signet_call_t *call, signet_exchange_t *exchange,
                             int32_t status);

#endif
