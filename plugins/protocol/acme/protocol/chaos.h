/* Chaos, for those who test clients: refused nonces, delays and errors, drawn from a seed, so that
 * the same requests meet the same trouble. Never where SIGNET_CHAOS is not set for the daemon. */
#ifndef ACME_CHAOS_H
#define ACME_CHAOS_H

#include <signet/host.h>
#include <signet/sdk/text.h>

typedef struct acme_chaos acme_chaos_t;

extern const signet_option_t acme_chaos_options[];
#define ACME_CHAOS_OPTION_COUNT 6

/* From the option group `chaos`; NULL where there is none. INVALID ("acme.chaos") in a
 * configuration that is not for tests. [any] */
int32_t acme_chaos_new(signet_call_t *call, const signet_host_t *host, acme_chaos_t **chaos);
void acme_chaos_free(acme_chaos_t *chaos);
/* What may happen to a request before its nonce is looked at: LIMITED, UNAVAILABLE, INVALID
 * ("acme.badNonce"). With NULL nothing does. [any] */
int32_t acme_chaos_request(signet_call_t *call, acme_chaos_t *chaos);
/* Delays a validation. [worker] */
void acme_chaos_validation(acme_chaos_t *chaos);
/* Whether a list is to be answered in another order. [any] */
int acme_chaos_reorders(acme_chaos_t *chaos);

#endif
