#include "authority/policy.h"

#include "profile/extension.h"

#include <signet/sdk/error.h>

#define OID(name, ...)                                                                             \
    static const uint8_t name##_octets[] = {__VA_ARGS__};                                          \
    const signet_bytes_t name = {name##_octets, sizeof name##_octets}

OID(ca_any_policy, 0x55, 0x1d, 0x20, 0x00);
OID(ca_oid_policy_mappings, 0x55, 0x1d, 0x21);
OID(ca_oid_policy_constraints, 0x55, 0x1d, 0x24);
OID(ca_oid_inhibit_any_policy, 0x55, 0x1d, 0x36);

static int32_t malformed(signet_call_t *call, const char *extension)
{
    return signet_fail(call, SIGNET_INVALID, "certificate.malformed",
                       "The certificate is malformed: its %s are not as RFC 5280 has them.",
                       extension);
}

/* The value of an extension, or 0. */
static int find(const signet_x509_t *x509, signet_bytes_t oid, signet_der_t *value)
{
    const signet_extension_t *extension =
        signet_extension_find(x509->extensions, x509->extension_count, oid.data, oid.length);
    if (extension == NULL)
        return 0;
    *value = signet_der(extension->value);
    return 1;
}

static int contains(const signet_bytes_t *oids, uint64_t count, signet_bytes_t oid)
{
    for (uint64_t i = 0; i < count; i++) {
        if (signet_bytes_equal(oids[i], oid))
            return 1;
    }
    return 0;
}

static int32_t read_policies(signet_call_t *call, signet_der_t value,
                             ca_policy_statement_t *statement)
{
    signet_der_t list;
    if (signet_der_enter(&value, SIGNET_DER_SEQUENCE, &list) != 0 || !signet_der_empty(&value) ||
        signet_der_empty(&list))
        return malformed(call, "certificatePolicies");
    /* Each takes five octets or more. */
    signet_bytes_t *policies =
        signet_alloc(call, (uint64_t)(list.end - list.next) / 5 + 1, sizeof *policies);
    if (policies == NULL)
        return SIGNET_NO_MEMORY;
    statement->stated = 1;
    while (!signet_der_empty(&list)) {
        signet_der_t policy;
        signet_bytes_t oid;
        if (signet_der_enter(&list, SIGNET_DER_SEQUENCE, &policy) != 0 ||
            signet_der_oid(&policy, &oid) != 0 || contains(policies, statement->count, oid))
            return malformed(call, "certificatePolicies");
        if (signet_bytes_equal(oid, ca_any_policy))
            statement->any = 1;
        else
            policies[statement->count++] = oid;
    }
    statement->policies = policies;
    return SIGNET_OK;
}

static int32_t read_mappings(signet_call_t *call, signet_der_t value,
                             ca_policy_statement_t *statement)
{
    signet_der_t list;
    if (signet_der_enter(&value, SIGNET_DER_SEQUENCE, &list) != 0 || !signet_der_empty(&value) ||
        signet_der_empty(&list))
        return malformed(call, "policyMappings");
    /* Each takes eight octets or more, for two. */
    signet_bytes_t *pairs =
        signet_alloc(call, (uint64_t)(list.end - list.next) / 4 + 2, sizeof *pairs);
    if (pairs == NULL)
        return SIGNET_NO_MEMORY;
    while (!signet_der_empty(&list)) {
        signet_der_t pair;
        signet_bytes_t *next = &pairs[2 * statement->mapping_count];
        if (signet_der_enter(&list, SIGNET_DER_SEQUENCE, &pair) != 0 ||
            signet_der_oid(&pair, &next[0]) != 0 || signet_der_oid(&pair, &next[1]) != 0 ||
            !signet_der_empty(&pair) || signet_bytes_equal(next[0], ca_any_policy) ||
            signet_bytes_equal(next[1], ca_any_policy))
            return malformed(call, "policyMappings");
        statement->mapping_count++;
    }
    statement->mappings = pairs;
    return SIGNET_OK;
}

/* An INTEGER of one octet under an implicit tag, where it stands next; larger skips never come to
 * bear and are read as the largest. */
static int read_skip(signet_der_t *sequence, unsigned tag, int64_t *skip)
{
    signet_der_item_t item;
    if (signet_der_peek(sequence) != (int)SIGNET_DER_CONTEXT(tag))
        return 0;
    if (signet_der_next(sequence, &item) != 0 || item.content.length == 0 ||
        (item.content.data[0] & 0x80) != 0)
        return -1;
    *skip = item.content.length == 1 ? item.content.data[0] : INT8_MAX;
    return 0;
}

static int32_t read_constraints(signet_call_t *call, signet_der_t value,
                                ca_policy_statement_t *statement)
{
    signet_der_t sequence;
    if (signet_der_enter(&value, SIGNET_DER_SEQUENCE, &sequence) != 0 ||
        !signet_der_empty(&value) || signet_der_empty(&sequence) ||
        read_skip(&sequence, 0, &statement->explicit_policy) != 0 ||
        read_skip(&sequence, 1, &statement->policy_mapping) != 0 || !signet_der_empty(&sequence))
        return malformed(call, "policyConstraints");
    return SIGNET_OK;
}

int32_t ca_policy_read(signet_call_t *call, const signet_x509_t *x509,
                       ca_policy_statement_t *statement)
{
    signet_der_t value;
    int32_t status = SIGNET_OK;
    *statement =
        (ca_policy_statement_t){.explicit_policy = -1, .policy_mapping = -1, .any_policy = -1};
    if (find(x509, ca_oid_policies, &value))
        status = read_policies(call, value, statement);
    if (status == SIGNET_OK && find(x509, ca_oid_policy_mappings, &value))
        status = read_mappings(call, value, statement);
    if (status == SIGNET_OK && find(x509, ca_oid_policy_constraints, &value))
        status = read_constraints(call, value, statement);
    if (status == SIGNET_OK && find(x509, ca_oid_inhibit_any_policy, &value) &&
        (signet_der_integer(&value, &statement->any_policy) != 0 || !signet_der_empty(&value)))
        status = malformed(call, "inhibitAnyPolicy");
    return status;
}

static int32_t refuse(signet_call_t *call, signet_bytes_t oid, const char *why)
{
    signet_text_t dotted = signet_oid_text(call, oid);
    return signet_fail_field(call, SIGNET_INVALID, "authority.policy", "profile",
                             "the certificate policy %.*s %s", SIGNET_FORMAT(dotted), why);
}

int32_t ca_policy_check(signet_call_t *call, const ca_policies_t *above,
                        const ca_policy_statement_t *statement, const signet_x509_t *x509)
{
    int self_issued = x509->is_ca && signet_bytes_equal(x509->subject, x509->issuer);
    int some = 0;
    if (!above->aware)
        return SIGNET_OK;
    for (uint64_t i = 0; i < statement->count; i++) {
        if (!above->any && !contains(above->valid, above->valid_count, statement->policies[i]))
            return refuse(call, statement->policies[i],
                          "is not among those that the authorities above permit");
        some = 1;
    }
    if (statement->any && above->any_policy == 0 && !self_issued)
        return refuse(call, ca_any_policy, "(anyPolicy) is inhibited by an authority above");
    if (statement->any && !above->any && above->valid_count == 0)
        return refuse(call, ca_any_policy, "(anyPolicy) is stated where none is valid");
    some = some || statement->any;
    /* At the end of a path the counter is taken down once more (RFC 5280, 6.1.5 a). */
    int required = above->explicit_policy == 0 || (!x509->is_ca && above->explicit_policy == 1);
    if (required && !some)
        return signet_fail_field(call, SIGNET_INVALID, "authority.policy", "profile",
                                 "an authority above requires a certificate policy, and the "
                                 "certificate would state none; set \"policies\" in the profile");
    return SIGNET_OK;
}

/* The smaller of what is left and what a certificate says. */
static int64_t lower(int64_t left, int64_t stated)
{
    return stated >= 0 && (left < 0 || stated < left) ? stated : left;
}

/* Adds an OID once. */
static void add(ca_policies_t *policies, signet_bytes_t oid)
{
    if (!contains(policies->valid, policies->valid_count, oid))
        policies->valid[policies->valid_count++] = oid;
}

static int mapped(const ca_policy_statement_t *statement, signet_bytes_t oid)
{
    for (uint64_t i = 0; i < statement->mapping_count; i++) {
        if (signet_bytes_equal(statement->mappings[2 * i], oid))
            return 1;
    }
    return 0;
}

/* What is valid below, in the terms of the subject's domain (RFC 5280, 6.1.3 d and 6.1.4 b). */
static void map(const ca_policies_t *above, const ca_policy_statement_t *statement, int any,
                ca_policies_t *policies)
{
    for (uint64_t i = 0; i < statement->count; i++) {
        if (!mapped(statement, statement->policies[i]) &&
            (above == NULL || !above->aware || above->any ||
             contains(above->valid, above->valid_count, statement->policies[i])))
            add(policies, statement->policies[i]);
    }
    for (uint64_t i = 0; any && above != NULL && i < above->valid_count; i++) {
        if (!mapped(statement, above->valid[i]))
            add(policies, above->valid[i]);
    }
    int may_map = above == NULL || above->policy_mapping != 0;
    for (uint64_t i = 0; may_map && i < statement->mapping_count; i++) {
        signet_bytes_t from = statement->mappings[2 * i];
        int above_permits = above == NULL || !above->aware || above->any ||
                            contains(above->valid, above->valid_count, from);
        if (above_permits && (any || contains(statement->policies, statement->count, from)))
            add(policies, statement->mappings[2 * i + 1]);
    }
}

int32_t ca_policy_take(ca_pool_t *pool, signet_call_t *call, const ca_policies_t *above,
                       const ca_policy_statement_t *statement, int self_issued,
                       ca_policies_t *policies)
{
    uint64_t most =
        statement->count + statement->mapping_count + (above != NULL ? above->valid_count : 0);
    *policies = (ca_policies_t){.explicit_policy = above != NULL ? above->explicit_policy : -1,
                                .policy_mapping = above != NULL ? above->policy_mapping : -1,
                                .any_policy = above != NULL ? above->any_policy : -1};
    policies->valid = ca_pool_alloc(pool, call, most + 1, sizeof *policies->valid);
    if (policies->valid == NULL)
        return SIGNET_NO_MEMORY;
    int was_aware = above != NULL && above->aware;
    policies->aware = was_aware || statement->stated || statement->explicit_policy >= 0;
    int any = statement->any && (above == NULL || above->any_policy != 0 || self_issued);
    policies->any = any && (!was_aware || above->any);
    /* A path begins with every policy (RFC 5280, 6.1.2 a), and a root that says nothing leaves it
     * so. */
    if (above == NULL && !statement->stated)
        policies->any = 1;
    map(above, statement, any, policies);
    for (uint64_t i = 0; i < policies->valid_count; i++) {
        int32_t status = ca_pool_bytes(pool, call, policies->valid[i], &policies->valid[i]);
        if (status != SIGNET_OK)
            return status;
    }
    if (!self_issued && above != NULL) {
        policies->explicit_policy -= policies->explicit_policy > 0;
        policies->policy_mapping -= policies->policy_mapping > 0;
        policies->any_policy -= policies->any_policy > 0;
    }
    policies->explicit_policy = lower(policies->explicit_policy, statement->explicit_policy);
    policies->policy_mapping = lower(policies->policy_mapping, statement->policy_mapping);
    policies->any_policy = lower(policies->any_policy, statement->any_policy);
    policies->lost = above != NULL && (above->lost || !statement->stated);
    /* Without a need for policies Signet lets a path begin to speak of them anywhere. */
    if (policies->lost && policies->explicit_policy >= 0) {
        policies->any = 0;
        policies->valid_count = 0;
    }
    return SIGNET_OK;
}
