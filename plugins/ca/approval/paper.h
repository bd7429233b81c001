/* What approvers of a certificate are shown, what their approval covers, and the way back from it
 * to the request. */
#ifndef CA_PAPER_H
#define CA_PAPER_H

#include "policy/stage.h"

#include <signet/ext/draft/approval.h>

/* The document: the certificate as it would be issued, the request as it came in, fields, and what
 * policies answered. */
int32_t ca_paper_write(signet_call_t *call, const ca_draft_t *draft,
                       const signet_issue_request_t *request, signet_bytes_t request_digest,
                       const ca_policy_outcome_t *policies, signet_text_t *document);
/* A digest over all that an approval covers: the request and who asks, the fields, the profile as
 * it is in effect, and the bytes to be signed but for serial number and dates. */
int32_t ca_paper_digest(signet_call_t *call, const ca_draft_t *draft, signet_bytes_t request_digest,
                        signet_bytes_t *digest);
/* The digest of the request in a document, as hexadecimal text. */
int32_t ca_paper_request_digest(signet_call_t *call, const signet_approval_t *approval,
                                signet_text_t *digest);
/* The request in a document, under the matter's key. */
int32_t ca_paper_restore(signet_call_t *call, const signet_approval_t *approval,
                         const signet_issue_request_t **request);

#endif
