/* Issuance on request. */
#ifndef CA_ISSUE_H
#define CA_ISSUE_H

#include "ca.h"

#include <signet/ca.h>

/* signet.ca/1 issue. */
int32_t ca_issue(void *instance, signet_call_t *call, const signet_issue_request_t *request,
                 const signet_certificate_t **certificate);

#endif
