/* Rules: which claims are granted what. */
#ifndef OIDC_RULE_H
#define OIDC_RULE_H

#include "oidc.h"

/* Checks the rules of an issuer: conditions with one test each, templates. INVALID with file and
 * line. */
int32_t oidc_rules_check(signet_call_t *call, const signet_setting_t *issuer);
/* The grants of all rules whose conditions hold. UNAUTHENTICATED where there is none; a rule that
 * names a claim which is missing or not fit for a pattern grants nothing. */
int32_t oidc_rules_apply(signet_call_t *call, const signet_setting_t *issuer,
                         const signet_json_t *claims, const signet_grant_t **grants,
                         uint64_t *count);

#endif
