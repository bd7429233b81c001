/* Claims of a token. */
#ifndef OIDC_CLAIM_H
#define OIDC_CLAIM_H

#include <signet/sdk/json.h>

/* A claim by its name, or by a JSON Pointer (RFC 6901) where `path` begins with '/', as in
 * "/kubernetes.io/namespace"; NULL where there is none. */
const signet_json_t *oidc_claim(const signet_json_t *claims, signet_text_t path);
/* A claim's value as text: text, an integer, true or false; 0 where it is something else. */
int oidc_claim_text(signet_call_t *call, const signet_json_t *claim, signet_text_t *text);
/* A NumericDate (RFC 7519, 2) in ms; 1 where it is missing, with `time` unchanged. 0 where it is
 * something else or outside the years 1970 to 9999. */
int oidc_claim_time(const signet_json_t *claims, const char *name, int64_t *time);
/* Whether a claim is this text, or a list that contains it. */
int oidc_claim_contains(signet_call_t *call, const signet_json_t *claim, signet_text_t text);

#endif
