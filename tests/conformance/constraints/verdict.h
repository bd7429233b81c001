/* What each verifier says of a chain: NULL where it accepts it, else why not. */
#ifndef VERDICT_H
#define VERDICT_H

#include "chain.h"

#include <signet/call.h>

const char *verdict_openssl(const chain_t *chain, int policies);
const char *verdict_gnutls(const chain_t *chain);
/* What Signet would answer before it signs each of the certificates. `own` as in ca_bounds_check.
 * In the call's arena. */
const char *verdict_signet(signet_call_t *call, const chain_t *chain, int own);

#endif
