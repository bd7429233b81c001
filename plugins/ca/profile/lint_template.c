#include "profile/lint_template.h"

#include "profile/extension.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <string.h>

/* What is read of a block of extensions. */
typedef struct block {
    const signet_extension_t *items;
    uint64_t count;
} block_t;

static int32_t refuse(signet_call_t *call, const ca_profile_t *profile, const char *reason)
{
    return signet_fail(call, SIGNET_INTERNAL, reason,
                       "the extensions of the profile \"%.*s\" do not come out as its settings "
                       "say; this is a defect, please report it",
                       SIGNET_FORMAT(profile->name));
}

static int read_one(signet_der_t *der, signet_extension_t *extension)
{
    signet_der_t inside;
    signet_der_item_t value;
    extension->critical = 0;
    if (signet_der_enter(der, SIGNET_DER_SEQUENCE, &inside) != 0 ||
        signet_der_oid(&inside, &extension->oid) != 0)
        return -1;
    if (signet_der_peek(&inside) == SIGNET_DER_BOOLEAN &&
        (signet_der_boolean(&inside, &extension->critical) != 0 || !extension->critical))
        return -1;
    if (signet_der_expect(&inside, SIGNET_DER_OCTET_STRING, &value) != 0 ||
        !signet_der_empty(&inside))
        return -1;
    extension->value = value.content;
    return 0;
}

static int32_t read_block(ca_pool_t *pool, signet_call_t *call, const ca_profile_t *profile,
                          const ca_template_t *template, block_t *block)
{
    signet_der_t der = signet_der(template->extensions);
    signet_extension_t *items =
        ca_pool_alloc(pool, call, template->extension_count + 1, sizeof *items);
    if (items == NULL)
        return SIGNET_NO_MEMORY;
    block->items = items;
    for (block->count = 0; !signet_der_empty(&der); block->count++) {
        if (block->count == template->extension_count ||
            read_one(&der, &items[block->count]) != 0 ||
            signet_extension_find(items, block->count, items[block->count].oid.data,
                                  items[block->count].oid.length) != NULL)
            return refuse(call, profile, "lint.extensions");
    }
    return SIGNET_OK;
}

static const signet_extension_t *find(const block_t *block, signet_bytes_t oid)
{
    return signet_extension_find(block->items, block->count, oid.data, oid.length);
}

/* Present exactly where it should be, and critical exactly where RFC 5280 wants it. */
static int stands(const block_t *block, signet_bytes_t oid, int present, int critical)
{
    const signet_extension_t *extension = find(block, oid);
    return present ? extension != NULL && extension->critical == critical : extension == NULL;
}

/* The OIDs of a SEQUENCE, or of the SEQUENCEs in it, are those of a list, in its order. */
static int lists(const signet_extension_t *extension, const signet_bytes_t *oids, uint64_t count,
                 int nested)
{
    signet_der_t der = signet_der(extension->value);
    signet_der_t inside;
    if (signet_der_enter(&der, SIGNET_DER_SEQUENCE, &inside) != 0 || !signet_der_empty(&der))
        return 0;
    for (uint64_t i = 0; i < count; i++) {
        signet_bytes_t oid;
        signet_der_t one;
        if (nested ? signet_der_enter(&inside, SIGNET_DER_SEQUENCE, &one) != 0 ||
                         signet_der_oid(&one, &oid) != 0
                   : signet_der_oid(&inside, &oid) != 0)
            return 0;
        if (!signet_bytes_equal(oid, oids[i]))
            return 0;
    }
    return signet_der_empty(&inside);
}

/* Whether a value holds each URL of a list, octet for octet. */
static int names_urls(signet_call_t *call, const block_t *block, const ca_authority_t *authority,
                      signet_bytes_t oid, const signet_setting_t *urls)
{
    const signet_extension_t *extension = find(block, oid);
    for (uint64_t i = 0; urls != NULL && i < urls->member_count; i++) {
        signet_buffer_t buffer = signet_buffer(call, 256);
        signet_text_t url = {NULL, 0};
        ca_published_add(&buffer, &authority->published, signet_setting_at(urls, i)->text);
        if (extension == NULL || signet_buffer_text(&buffer, &url) != SIGNET_OK ||
            memmem(extension->value.data, extension->value.length, url.data, url.length) == NULL)
            return 0;
    }
    return 1;
}

static int32_t check_usages(signet_call_t *call, const ca_profile_t *profile,
                            const ca_template_t *template, const block_t *block)
{
    const signet_extension_t *usages = find(block, ca_oid_extended_key_usage);
    const signet_extension_t *policies = find(block, ca_oid_policies);
    int certifies = (template->key_usage & SIGNET_KEY_USAGE_KEY_CERT_SIGN) != 0;
    int subordinate = profile->kind == CA_KIND_SUBORDINATE;
    if (!stands(block, ca_oid_key_usage, template->key_usage != 0, 1) || certifies != subordinate)
        return refuse(call, profile, "lint.key-usage");
    if ((usages != NULL) != (profile->usage_count > 0) ||
        (usages != NULL && !lists(usages, profile->usages, profile->usage_count, 0)))
        return refuse(call, profile, "lint.extended-key-usage");
    if ((policies != NULL) != (profile->policy_count > 0) ||
        (policies != NULL && !lists(policies, profile->policies, profile->policy_count, 1)))
        return refuse(call, profile, "lint.policies");
    return SIGNET_OK;
}

static int32_t check_status(signet_call_t *call, const ca_profile_t *profile,
                            const ca_authority_t *authority, const block_t *block)
{
    int revocable = !profile->no_revocation;
    const signet_setting_t *crls = ca_profile_urls(profile, authority, "crl_urls");
    const signet_setting_t *deltas = ca_profile_urls(profile, authority, "freshest_crl_urls");
    int points = revocable && crls != NULL && crls->member_count > 0;
    int freshest = revocable && deltas != NULL && deltas->member_count > 0;
    if (!stands(block, ca_oid_crl_points, points, 0) ||
        !stands(block, ca_oid_freshest_crl, freshest, 0) ||
        !stands(block, ca_oid_no_revocation, !revocable, 0) ||
        (points && !names_urls(call, block, authority, ca_oid_crl_points, crls)) ||
        (freshest && !names_urls(call, block, authority, ca_oid_freshest_crl, deltas)) ||
        !names_urls(call, block, authority, ca_oid_authority_information,
                    ca_profile_urls(profile, authority, "aia_urls")) ||
        (revocable && !names_urls(call, block, authority, ca_oid_authority_information,
                                  ca_profile_urls(profile, authority, "ocsp_urls"))))
        return refuse(call, profile, "lint.status");
    return SIGNET_OK;
}

static int32_t check_identifiers(signet_call_t *call, const ca_profile_t *profile,
                                 const ca_authority_t *authority, const block_t *block)
{
    const signet_extension_t *issuer = find(block, ca_oid_authority_key_id);
    signet_der_t inside;
    signet_der_item_t id;
    if (issuer == NULL || issuer->critical)
        return refuse(call, profile, "lint.authority-key");
    signet_der_t der = signet_der(issuer->value);
    if (signet_der_enter(&der, SIGNET_DER_SEQUENCE, &inside) != 0 ||
        signet_der_expect(&inside, SIGNET_DER_CONTEXT(0), &id) != 0 ||
        !signet_bytes_equal(id.content, authority->key_id))
        return refuse(call, profile, "lint.authority-key");
    if (!stands(block, ca_oid_basic_constraints, 1, 1) ||
        !stands(block, ca_oid_ocsp_no_check, profile->kind == CA_KIND_OCSP_RESPONDER, 0) ||
        !stands(block, ca_oid_tls_feature, profile->must_staple, 0) ||
        /* These are of each certificate alone. */
        !stands(block, ca_oid_subject_key_id, 0, 0) ||
        !stands(block, ca_oid_subject_alt_name, 0, 0) || !stands(block, ca_oid_sid, 0, 0))
        return refuse(call, profile, "lint.extensions");
    return SIGNET_OK;
}

int32_t ca_lint_template(ca_pool_t *pool, signet_call_t *call, const ca_profile_t *profile,
                         const ca_authority_t *authority, ca_template_t *template)
{
    block_t block = {NULL, 0};
    int32_t status = read_block(pool, call, profile, template, &block);
    if (status == SIGNET_OK)
        status = check_identifiers(call, profile, authority, &block);
    if (status == SIGNET_OK)
        status = check_usages(call, profile, template, &block);
    if (status == SIGNET_OK)
        status = check_status(call, profile, authority, &block);
    template->linted = block.items;
    return status;
}
