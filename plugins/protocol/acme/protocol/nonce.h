/* Nonces (RFC 8555, 6.5). A nonce is a number under a MAC and the name of the node that made it,
 * where one process redeems it. */
#ifndef ACME_NONCE_H
#define ACME_NONCE_H

#include <signet/sdk/text.h>

typedef struct acme_nonces acme_nonces_t;

/* Of this node, whose name must live as long; with a new key. NULL without memory or random octets.
 * [any] */
acme_nonces_t *acme_nonces_new(signet_call_t *call, signet_text_t node);
void acme_nonces_free(acme_nonces_t *nonces);
/* A new nonce in the call's arena. [any] */
int32_t acme_nonce_make(signet_call_t *call, acme_nonces_t *nonces, signet_text_t *nonce);
/* Uses a nonce up. INVALID ("acme.badNonce") where it is none of ours, was used, or is so old that
 * a million others were made since. [any] */
int32_t acme_nonce_redeem_own(signet_call_t *call, acme_nonces_t *nonces, signet_text_t nonce);
/* The node that a nonce names, which may be made up; the empty text where it names none. [any] */
signet_text_t acme_nonce_node(signet_call_t *call, signet_text_t nonce);

#endif
