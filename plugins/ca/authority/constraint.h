/* Name constraints (RFC 5280, 4.2.1.10): as configuration has them and as a certificate has them.
 */
#ifndef CA_CONSTRAINT_H
#define CA_CONSTRAINT_H

#include "pool.h"

#include <signet/option.h>
#include <signet/sdk/name.h>

/* Types of GeneralName. */
#define CA_GENERAL_OTHER 0
#define CA_GENERAL_EMAIL 1
#define CA_GENERAL_DNS 2
#define CA_GENERAL_DIRECTORY 4
#define CA_GENERAL_URI 6
#define CA_GENERAL_IP 7

/* One subtree. */
typedef struct ca_subtree {
    int excluded;
    int unknown; /* of a type, or with a minimum or maximum, that nobody here can check */
    signet_general_name_t base;
} ca_subtree_t;

/* The constraints that one certificate of a chain lays on all below it. */
typedef struct ca_constraint {
    ca_subtree_t *subtrees;
    uint64_t count;
} ca_constraint_t;

/* The value of the extension from settings permitted_dns, excluded_ip, …; empty where there are
 * none. INVALID. */
int32_t ca_constraint_encode(signet_call_t *call, const signet_setting_t *setting,
                             signet_bytes_t *value);
/* The subtrees of an extension's value, copied into the pool. Those that cannot be checked are
 * kept as unknown, so that names of their type are refused. INVALID
 * ("authority.constraint-malformed"). */
int32_t ca_constraint_parse(ca_pool_t *pool, signet_call_t *call, signet_bytes_t value,
                            ca_constraint_t *constraint);
/* Whether a constraint says anything about a type of name. */
int ca_constraint_mentions(const ca_constraint_t *constraint, uint8_t type);
/* Whether a name of type dns, ip, email or uri lies in a permitted subtree of its type, where there
 * are any, and in no excluded one. */
int ca_constraint_permits(const ca_constraint_t *constraint, const signet_canonical_t *name);
/* The same for a distinguished name, DER. */
int32_t ca_constraint_permits_directory(signet_call_t *call, const ca_constraint_t *constraint,
                                        signet_bytes_t name, int *permitted);
/* Whether a subtree that a certificate below permits lies in a permitted subtree of its type, where
 * there are any, and not wholly in an excluded one. */
int32_t ca_constraint_permits_subtree(signet_call_t *call, const ca_constraint_t *constraint,
                                      const ca_subtree_t *subtree, int *permitted);
/* An address range "192.0.2.0/24" or "2001:db8::/32" as address and mask, as GeneralSubtree has
 * it. INVALID at the setting. */
int32_t ca_range_encode(signet_call_t *call, const signet_setting_t *setting,
                        signet_bytes_t *range);

#endif
