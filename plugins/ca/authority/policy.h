/* Certificate policies along a path (RFC 5280, 6.1), reduced to what one who signs needs: which
 * policies a certificate from here on may state. */
#ifndef CA_POLICY_H
#define CA_POLICY_H

#include "pool.h"

#include <signet/sdk/x509.h>

extern const signet_bytes_t ca_any_policy; /* the OID anyPolicy */
extern const signet_bytes_t ca_oid_policy_mappings;
extern const signet_bytes_t ca_oid_policy_constraints;
extern const signet_bytes_t ca_oid_inhibit_any_policy;

/* The state behind an authority's certificate. Counters say how many certificates may still pass
 * before their rule holds; -1: it never does. */
typedef struct ca_policies {
    int aware; /* a certificate of the path speaks of policies; before, nothing is judged */
    int lost;  /* an authority below the root states no policy, so that for a verifier that needs
                * one none is valid any more */
    int any;   /* every policy is valid */
    signet_bytes_t *valid;
    uint64_t valid_count;
    int64_t explicit_policy;
    int64_t policy_mapping;
    int64_t any_policy;
} ca_policies_t;

/* What a certificate says of policies. In the call's arena. */
typedef struct ca_policy_statement {
    int stated; /* it has certificatePolicies */
    int any;
    const signet_bytes_t *policies; /* anyPolicy left out */
    uint64_t count;
    const signet_bytes_t *mappings; /* pairs: the issuer's, the subject's */
    uint64_t mapping_count;
    int64_t explicit_policy; /* of policyConstraints; -1: none */
    int64_t policy_mapping;
    int64_t any_policy; /* of inhibitAnyPolicy; -1: none */
} ca_policy_statement_t;

/* Reads the four extensions. INVALID ("certificate.malformed"). */
int32_t ca_policy_read(signet_call_t *call, const signet_x509_t *x509,
                       ca_policy_statement_t *statement);
/* Whether a certificate below `above` may say so. INVALID ("authority.policy"). */
int32_t ca_policy_check(signet_call_t *call, const ca_policies_t *above,
                        const ca_policy_statement_t *statement, const signet_x509_t *x509);
/* The state behind an authority; `above` is NULL for a root. Into the pool. */
int32_t ca_policy_take(ca_pool_t *pool, signet_call_t *call, const ca_policies_t *above,
                       const ca_policy_statement_t *statement, int self_issued,
                       ca_policies_t *policies);

#endif
