/* What a token must be before its signature is worth a look (RFC 7519, 4.1; RFC 8725). */
#ifndef OIDC_CHECK_H
#define OIDC_CHECK_H

#include "oidc.h"
#include "token.h"

/* Checks algorithm, type, times, audience and authorised party against the issuer's settings.
 * UNAUTHENTICATED says which is wrong. */
int32_t oidc_check(signet_call_t *call, const oidc_issuer_t *issuer, const oidc_token_t *token);

#endif
