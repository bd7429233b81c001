/* Where an issuer's keys come from, and those that are known now.
 *
 * Keys are fetched by jobs, never by a request. A request that brings a token with a key that is
 * not known waits for one fetch, without costing a thread, at most once per `refetch`; so a key
 * that was rotated in is known at once, and nobody can have the issuer asked as often as they like.
 * While the issuer does not answer, the keys known last are used up to `maximum_age`. */
#ifndef OIDC_SOURCE_H
#define OIDC_SOURCE_H

#include <signet/host.h>

#include "keys.h"

/* Jobs that fetch; each takes the next issuer that is due, so that a slow one holds up few others.
 */
#define OIDC_FETCHERS 3U

typedef struct oidc_source oidc_source_t;

/* Makes a source from the settings of an issuer. Nothing is fetched yet. [any] */
int32_t oidc_source_new(signet_call_t *call, const signet_host_t *host,
                        const signet_setting_t *issuer, oidc_source_t **source);
/* Opens its dialer, or reads its file for the first time. [worker] */
int32_t oidc_source_start(signet_call_t *call, oidc_source_t *source);
/* Lets no request wait any longer. [any] */
void oidc_source_drain(oidc_source_t *source);
void oidc_source_free(oidc_source_t *source);
/* Verifies a token's signature. UNAUTHENTICATED; UNAVAILABLE where no keys are known. [worker] */
int32_t oidc_source_verify(signet_call_t *call, oidc_source_t *source, const oidc_token_t *token,
                           const signet_jws_algorithm_t *algorithm);
/* Fetches the keys if that is due and nobody else does. A failure is logged and remembered. The
 * error that is set afterwards belongs to the caller's job. [worker] */
int32_t oidc_source_refresh(signet_call_t *call, oidc_source_t *source);

#endif
