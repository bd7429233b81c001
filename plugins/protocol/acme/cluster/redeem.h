/* Nonces of all nodes: each is redeemed where it was made (RFC 8555, 6.5). */
#ifndef ACME_REDEEM_H
#define ACME_REDEEM_H

#include "acme.h"

/* Uses a nonce up, of this node or, by asking there, of another. INVALID ("acme.badNonce") where it
 * is of nobody, was used, or its node does not answer. [worker] */
int32_t acme_redeem(signet_call_t *call, const acme_t *acme, signet_text_t nonce);

#endif
