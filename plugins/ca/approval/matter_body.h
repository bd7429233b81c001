/* The body of a matter's record: its document, the roles of approvers, decisions and comments. */
#ifndef CA_MATTER_BODY_H
#define CA_MATTER_BODY_H

#include <signet/ext/draft/approval.h>

int32_t ca_matter_body_write(signet_call_t *call, const signet_approval_t *approval,
                             signet_bytes_t *body);
/* Fills document, roles and decisions. CORRUPT. */
int32_t ca_matter_body_read(signet_call_t *call, signet_bytes_t body, signet_approval_t *approval);

#endif
