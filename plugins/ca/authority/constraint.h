/* Name constraints (RFC 5280, 4.2.1.10): of an authority's own certificate, and of its chain. */
#ifndef CA_CONSTRAINT_H
#define CA_CONSTRAINT_H

#include "pool.h"

#include <signet/option.h>
#include <signet/sdk/name.h>

/* One subtree. */
typedef struct ca_subtree {
    int excluded;
    signet_general_name_t base;
} ca_subtree_t;

/* The constraints that one certificate of a chain lays on all below it. */
typedef struct ca_constraint {
    ca_subtree_t *subtrees;
    uint64_t count;
} ca_constraint_t;

/* The value of the extension from an authority's settings permitted_dns, excluded_ip, …; empty
 * where there are none. INVALID. */
int32_t ca_constraint_encode(signet_call_t *call, const signet_setting_t *authority,
                             signet_bytes_t *value);
/* The subtrees of an extension's value, copied into the pool. UNSUPPORTED for a type of name that
 * could not be checked, and for a minimum or maximum. */
int32_t ca_constraint_parse(ca_pool_t *pool, signet_call_t *call, signet_bytes_t value,
                            ca_constraint_t *constraint);
/* Whether a name lies in a permitted subtree of its type, where there are any, and in no excluded
 * one. */
int ca_constraint_permits(const ca_constraint_t *constraint, const signet_canonical_t *name);
/* An address range "192.0.2.0/24" or "2001:db8::/32" as address and mask, as GeneralSubtree has
 * it. INVALID at the setting. */
int32_t ca_range_encode(signet_call_t *call, const signet_setting_t *setting,
                        signet_bytes_t *range);

#endif
