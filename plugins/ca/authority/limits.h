/* What an authority's certificate says about all that lies below it, as configuration has it: the
 * same options belong to authorities and to profiles of subordinates. */
#ifndef CA_LIMITS_H
#define CA_LIMITS_H

#include "pool.h"

#include <signet/option.h>
#include <signet/sdk/text.h>

/* Whole Extensions, encoded one after another. */
typedef struct ca_limits {
    signet_bytes_t extensions;
    uint64_t count;
} ca_limits_t;

/* nameConstraints (permitted_dns, excluded_ip, …), policyMappings (policy_mappings),
 * policyConstraints (require_explicit_policy, inhibit_policy_mapping) and inhibitAnyPolicy
 * (inhibit_any_policy); each critical (RFC 5280, 4.2.1.5, 10, 11, 14). Into the pool. INVALID at
 * the setting. */
int32_t ca_limits_configure(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *setting,
                            ca_limits_t *limits);
/* These, and what the certificate of an authority states besides: certificatePolicies (policies)
 * and extKeyUsage (extended_key_usage), which limit what is below too. */
int32_t ca_limits_configure_authority(ca_pool_t *pool, signet_call_t *call,
                                      const signet_setting_t *setting, ca_limits_t *limits);

#endif
