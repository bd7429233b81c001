/* Nonces that say when they were made: they need no memory, and nothing but time uses them up. */
#ifndef REST_NONCE_H
#define REST_NONCE_H

#include "rest.h"

/* A new nonce, 43 characters of base64url. [any] */
int32_t rest_nonce_new(const rest_t *rest, signet_call_t *call, signet_text_t *nonce);
/* Whether this process made the nonce within the last five minutes. INVALID ("request.nonce").
 * [any] */
int32_t rest_nonce_check(const rest_t *rest, signet_call_t *call, signet_text_t nonce);

#endif
