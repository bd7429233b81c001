/* What all certificates from a root down to an authority leave open for those below it. */
#ifndef CA_BOUNDS_H
#define CA_BOUNDS_H

#include "authority/constraint.h"
#include "authority/policy.h"

typedef struct ca_bounds {
    const struct ca_bounds *above; /* NULL: a root's */
    int64_t path_limit;            /* how many authorities may follow; -1: no limit */
    int usage_limited;
    const signet_bytes_t *usages; /* extended key usages that may be stated, where limited */
    uint64_t usage_count;
    ca_policies_t policies;
    ca_constraint_t constraint; /* of this one certificate */
    int restricts;              /* names, usages or policies are limited here or above */
} ca_bounds_t;

/* Whether a certificate below may be as it is: path length, names, extended key usages, policies.
 * `own`: it is to be signed here, so that the limits it states itself must lie within those above
 * too, which a verifier would only intersect. `above` NULL: it is a root. INVALID
 * ("authority.path-length", "authority.name-constraint", "authority.usage", "authority.policy",
 * "authority.constraint-wider", "authority.critical-extension"). */
int32_t ca_bounds_check(signet_call_t *call, const ca_bounds_t *above, const signet_x509_t *x509,
                        int own);
/* The bounds behind an authority's certificate. Into the pool; `above` must outlive it. */
int32_t ca_bounds_take(ca_pool_t *pool, signet_call_t *call, const ca_bounds_t *above,
                       const signet_x509_t *x509, ca_bounds_t *bounds);
/* Whether every constraint from here to the root permits a name of type dns, ip, email or uri. */
int ca_bounds_permit(const ca_bounds_t *bounds, const signet_canonical_t *name);
/* Extended key usages of a certificate, in the arena; none where it has no such extension. INVALID.
 */
int32_t ca_usages_read(signet_call_t *call, const signet_x509_t *x509, int *stated,
                       const signet_bytes_t **usages, uint64_t *count);

#endif
