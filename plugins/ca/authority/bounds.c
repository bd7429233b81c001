#include "authority/bounds.h"

#include "authority/claim.h"
#include "profile/extension.h"

#include <signet/sdk/der.h>
#include <signet/sdk/error.h>

static const uint8_t any_usage_octets[] = {0x55, 0x1d, 0x25, 0x00};
static const signet_bytes_t any_usage = {any_usage_octets, sizeof any_usage_octets};
static const uint8_t ocsp_signing_octets[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09};
static const signet_bytes_t ocsp_signing = {ocsp_signing_octets, sizeof ocsp_signing_octets};

/* A certificate whose subject is its issuer's, as made when an authority's key changes: not counted
 * and not bound by name constraints (RFC 5280, 4.2.1.9 and 4.2.1.10). */
static int is_self_issued(const signet_x509_t *x509)
{
    return x509->is_ca && signet_bytes_equal(x509->subject, x509->issuer);
}

static int contains(const signet_bytes_t *oids, uint64_t count, signet_bytes_t oid)
{
    for (uint64_t i = 0; i < count; i++) {
        if (signet_bytes_equal(oids[i], oid))
            return 1;
    }
    return 0;
}

int32_t ca_usages_read(signet_call_t *call, const signet_x509_t *x509, int *stated,
                       const signet_bytes_t **usages, uint64_t *count)
{
    const signet_extension_t *extension =
        signet_extension_find(x509->extensions, x509->extension_count,
                              ca_oid_extended_key_usage.data, ca_oid_extended_key_usage.length);
    signet_der_t value;
    signet_der_t list;
    *stated = extension != NULL;
    *usages = NULL;
    *count = 0;
    if (extension == NULL)
        return SIGNET_OK;
    value = signet_der(extension->value);
    signet_bytes_t *found = signet_alloc(call, extension->value.length / 3 + 1, sizeof *found);
    if (found == NULL)
        return SIGNET_NO_MEMORY;
    *usages = found;
    int right = signet_der_enter(&value, SIGNET_DER_SEQUENCE, &list) == 0 &&
                signet_der_empty(&value) && !signet_der_empty(&list);
    while (right && !signet_der_empty(&list)) {
        right = signet_der_oid(&list, &found[*count]) == 0;
        (*count)++;
    }
    if (right)
        return SIGNET_OK;
    return signet_fail(call, SIGNET_INVALID, "certificate.malformed",
                       "The certificate is malformed: its extKeyUsage is not as RFC 5280 has it.");
}

static int32_t check_path_length(signet_call_t *call, const ca_bounds_t *above,
                                 const signet_x509_t *x509, int own)
{
    if (!x509->is_ca || is_self_issued(x509) || above->path_limit < 0)
        return SIGNET_OK;
    if (above->path_limit == 0)
        return signet_fail_field(call, SIGNET_INVALID, "authority.path-length", "authority",
                                 "no authority may follow here: the path length of the issuer, or "
                                 "of one above it, is used up");
    if (own && (x509->path_length < 0 || x509->path_length >= above->path_limit))
        return signet_fail_field(call, SIGNET_INVALID, "authority.path-length", "authority",
                                 "the certificate would let more authorities follow than the "
                                 "issuer may; at most %lld may",
                                 (long long)above->path_limit - 1);
    return SIGNET_OK;
}

/* All names against all constraints above. */
static int32_t check_names(signet_call_t *call, const ca_bounds_t *above, const signet_x509_t *x509)
{
    const ca_claim_t *claims = NULL;
    uint64_t count = 0;
    if (is_self_issued(x509))
        return SIGNET_OK;
    int32_t status = ca_claims(call, x509, &claims, &count);
    for (; status == SIGNET_OK && above != NULL; above = above->above) {
        for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
            int permitted = 0;
            status = ca_claim_permitted(call, &above->constraint, &claims[i], &permitted);
            if (status == SIGNET_OK && !permitted)
                return signet_fail_field(call, SIGNET_INVALID, "authority.name-constraint", "names",
                                         "\"%.*s\" lies outside the name constraints of the "
                                         "authority or of one above it, or cannot be held against "
                                         "them",
                                         SIGNET_FORMAT(claims[i].text));
        }
    }
    return status;
}

static int32_t refuse_usage(signet_call_t *call, signet_text_t why)
{
    return signet_fail_field(call, SIGNET_INVALID, "authority.usage", "profile",
                             "the extended key usages of the issuer, or of an authority above it, "
                             "limit what it certifies: %.*s",
                             SIGNET_FORMAT(why));
}

/* A certificate of a delegated OCSP responder speaks for the authority itself, which need not list
 * OCSPSigning among what it certifies. */
static int is_responder(const signet_x509_t *x509, const signet_bytes_t *usages, uint64_t count)
{
    return !x509->is_ca && count == 1 && signet_bytes_equal(usages[0], ocsp_signing);
}

static int32_t check_usages(signet_call_t *call, const ca_bounds_t *above,
                            const signet_x509_t *x509)
{
    const signet_bytes_t *usages = NULL;
    uint64_t count = 0;
    int stated = 0;
    if (!above->usage_limited)
        return SIGNET_OK;
    int32_t status = ca_usages_read(call, x509, &stated, &usages, &count);
    if (status != SIGNET_OK || is_responder(x509, usages, count))
        return status;
    /* An authority that states none inherits the limit; another certificate would be good for all.
     */
    if (!stated && !x509->is_ca)
        return refuse_usage(call,
                            SIGNET_TEXT("a certificate that states none would be good for all"));
    for (uint64_t i = 0; i < count; i++) {
        if (!contains(above->usages, above->usage_count, usages[i]))
            return refuse_usage(call, signet_oid_text(call, usages[i]));
    }
    return SIGNET_OK;
}

static int32_t check_policies(signet_call_t *call, const ca_bounds_t *above,
                              const signet_x509_t *x509)
{
    ca_policy_statement_t statement;
    if (!above->policies.aware)
        return SIGNET_OK;
    int32_t status = ca_policy_read(call, x509, &statement);
    return status == SIGNET_OK ? ca_policy_check(call, &above->policies, &statement, x509) : status;
}

static const signet_extension_t *find_constraints(const signet_x509_t *x509)
{
    return signet_extension_find(x509->extensions, x509->extension_count,
                                 ca_oid_name_constraints.data, ca_oid_name_constraints.length);
}

/* What an authority permits itself must be permitted above. */
static int32_t check_subtrees(signet_call_t *call, const ca_bounds_t *above,
                              const ca_constraint_t *constraint)
{
    int32_t status = SIGNET_OK;
    for (; status == SIGNET_OK && above != NULL; above = above->above) {
        for (uint64_t i = 0; status == SIGNET_OK && i < constraint->count; i++) {
            const ca_subtree_t *subtree = &constraint->subtrees[i];
            int permitted = 0;
            if (subtree->excluded)
                continue;
            status = ca_constraint_permits_subtree(call, &above->constraint, subtree, &permitted);
            if (status == SIGNET_OK && !permitted)
                return signet_fail_field(call, SIGNET_INVALID, "authority.constraint-wider",
                                         "profile",
                                         "the authority's certificate would permit names that an "
                                         "authority above it does not");
        }
    }
    return status;
}

static int32_t check_constraints(signet_call_t *call, const ca_bounds_t *above,
                                 const signet_x509_t *x509)
{
    const signet_extension_t *extension = find_constraints(x509);
    ca_pool_t pool = {NULL};
    ca_constraint_t constraint = {NULL, 0};
    if (extension == NULL || !x509->is_ca)
        return SIGNET_OK;
    int32_t status = ca_constraint_parse(&pool, call, extension->value, &constraint);
    if (status == SIGNET_OK)
        status = check_subtrees(call, above, &constraint);
    ca_pool_free(&pool);
    return status;
}

int32_t ca_bounds_check(signet_call_t *call, const ca_bounds_t *above, const signet_x509_t *x509,
                        int own)
{
    if (above == NULL)
        return SIGNET_OK;
    int32_t status = check_path_length(call, above, x509, own);
    if (status != SIGNET_OK || !above->restricts)
        return status;
    status = check_names(call, above, x509);
    if (status == SIGNET_OK)
        status = check_usages(call, above, x509);
    if (status == SIGNET_OK)
        status = check_policies(call, above, x509);
    if (status == SIGNET_OK && own)
        status = check_constraints(call, above, x509);
    return status;
}

static void take_path_limit(const ca_bounds_t *above, const signet_x509_t *x509,
                            ca_bounds_t *bounds)
{
    bounds->path_limit = -1;
    if (above != NULL && above->path_limit >= 0)
        bounds->path_limit =
            above->path_limit - (above->path_limit > 0 && !is_self_issued(x509) ? 1 : 0);
    if (x509->path_length >= 0 &&
        (bounds->path_limit < 0 || x509->path_length < bounds->path_limit))
        bounds->path_limit = x509->path_length;
}

/* The usages that both this certificate and those above leave. */
static int32_t take_usages(ca_pool_t *pool, signet_call_t *call, const ca_bounds_t *above,
                           const signet_x509_t *x509, ca_bounds_t *bounds)
{
    const signet_bytes_t *usages = NULL;
    uint64_t count = 0;
    int stated = 0;
    int32_t status = ca_usages_read(call, x509, &stated, &usages, &count);
    if (status != SIGNET_OK)
        return status;
    int limited_above = above != NULL && above->usage_limited;
    if (!stated || contains(usages, count, any_usage)) {
        bounds->usage_limited = limited_above;
        bounds->usages = limited_above ? above->usages : NULL;
        bounds->usage_count = limited_above ? above->usage_count : 0;
        return SIGNET_OK;
    }
    signet_bytes_t *left = ca_pool_alloc(pool, call, count + 1, sizeof *left);
    if (left == NULL)
        return SIGNET_NO_MEMORY;
    bounds->usage_limited = 1;
    bounds->usages = left;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        if (limited_above && !contains(above->usages, above->usage_count, usages[i]))
            continue;
        status = ca_pool_bytes(pool, call, usages[i], &left[bounds->usage_count++]);
    }
    return status;
}

int32_t ca_bounds_take(ca_pool_t *pool, signet_call_t *call, const ca_bounds_t *above,
                       const signet_x509_t *x509, ca_bounds_t *bounds)
{
    const signet_extension_t *extension = find_constraints(x509);
    ca_policy_statement_t statement;
    *bounds = (ca_bounds_t){.above = above};
    take_path_limit(above, x509, bounds);
    int32_t status = take_usages(pool, call, above, x509, bounds);
    if (status == SIGNET_OK)
        status = ca_policy_read(call, x509, &statement);
    if (status == SIGNET_OK)
        status = ca_policy_take(pool, call, above != NULL ? &above->policies : NULL, &statement,
                                above != NULL && is_self_issued(x509), &bounds->policies);
    if (status == SIGNET_OK && extension != NULL)
        status = ca_constraint_parse(pool, call, extension->value, &bounds->constraint);
    bounds->restricts = (above != NULL && above->restricts) || bounds->usage_limited ||
                        bounds->policies.aware || bounds->constraint.count > 0;
    return status;
}

int ca_bounds_permit(const ca_bounds_t *bounds, const signet_canonical_t *name)
{
    for (; bounds != NULL; bounds = bounds->above) {
        if (!ca_constraint_permits(&bounds->constraint, name))
            return 0;
    }
    return 1;
}
