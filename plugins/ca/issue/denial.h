/* Refusals in the journal. */
#ifndef CA_DENIAL_H
#define CA_DENIAL_H

#include "ca.h"

#include <signet/ca.h>

/* Records that a request was refused, with the error's reason; `policy` names the one that refused
 * or failed, or is empty. The error stays as it is. */
void ca_denial_issue(ca_t *ca, signet_call_t *call, const signet_issue_request_t *request,
                     signet_text_t policy);
/* Records that a change to a certificate was refused. */
void ca_denial_change(ca_t *ca, signet_call_t *call, signet_text_t authority,
                      signet_bytes_t serial);

#endif
