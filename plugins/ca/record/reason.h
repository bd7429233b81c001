/* Reasons of revocation (RFC 5280, 5.3.1). */
#ifndef CA_REASON_H
#define CA_REASON_H

#include <signet/call.h>

/* Whether a certificate may be revoked for a reason: cACompromise and aACompromise are for
 * authorities; removeFromCRL is no state, 7 is unused. INVALID ("certificate.reason"). `word` gets
 * its name. */
int32_t ca_reason_check(signet_call_t *call, int32_t reason, int is_ca, signet_text_t *word);

#endif
