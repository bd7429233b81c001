#include "authority/catalog.h"

#include "authority/lineage.h"
#include "permission.h"

#include <signet/sdk/error.h>

int32_t ca_catalog_authorities(void *instance, signet_call_t *call,
                               const signet_authority_t *const **authorities, uint64_t *count)
{
    const ca_t *ca = instance;
    signet_authority_t *all = signet_alloc(call, ca->authority_count + 1, sizeof *all);
    const signet_authority_t **list = signet_alloc(call, ca->authority_count + 1, sizeof *list);
    if (all == NULL || list == NULL)
        return SIGNET_NO_MEMORY;
    *count = 0;
    for (uint64_t i = 0; i < ca->authority_count; i++) {
        const ca_authority_t *authority = ca_authority_now(&ca->authorities[i]);
        if (!ca_tenant_sees(call, authority->tenant))
            continue;
        all[i] = (signet_authority_t){.size = sizeof all[i],
                                      .name = authority->name,
                                      .kind = authority->kind,
                                      .state = ca_authority_state(authority),
                                      .parent = authority->parent != NULL ? authority->parent->name
                                                                          : (signet_text_t){0},
                                      .certificate = authority->certificate,
                                      .subject = authority->subject_text,
                                      .key_type = authority->key_type,
                                      .not_after = authority->not_after};
        list[(*count)++] = &all[i];
    }
    *authorities = list;
    return SIGNET_OK;
}

static int32_t describe_chain(const ca_t *ca, signet_call_t *call, const ca_authority_t *first,
                              const signet_bytes_t **certificates, uint64_t *count)
{
    signet_bytes_t *chain = signet_alloc(call, ca->authority_count + 1, sizeof *chain);
    if (chain == NULL)
        return SIGNET_NO_MEMORY;
    *count = 0;
    for (const ca_authority_t *authority = first; authority != NULL; authority = authority->parent)
        chain[(*count)++] = authority->certificate;
    *certificates = chain;
    return SIGNET_OK;
}

static int32_t not_found(signet_call_t *call, signet_text_t name)
{
    return signet_fail_field(call, SIGNET_NOT_FOUND, "authority.not-found", "authority",
                             "there is no authority \"%.*s\" with a certificate",
                             SIGNET_FORMAT(name));
}

int32_t ca_catalog_chain(void *instance, signet_call_t *call, signet_text_t name,
                         const signet_bytes_t **certificates, uint64_t *count)
{
    const ca_t *ca = instance;
    ca_authority_t *home = ca_tenant_authority(ca, call, name);
    if (home == NULL || home->certificate.length == 0)
        return not_found(call, name);
    return describe_chain(ca, call, ca_authority_now(home), certificates, count);
}

int32_t ca_catalog_chain_of(void *instance, signet_call_t *call, signet_text_t name,
                            uint64_t generation, const signet_bytes_t **certificates,
                            uint64_t *count)
{
    ca_t *ca = instance;
    ca_authority_t *authority = NULL;
    if (ca_tenant_authority(ca, call, name) == NULL)
        return not_found(call, name);
    int32_t status = ca_lineage_authority(ca, call, name, generation, &authority);
    if (status != SIGNET_OK)
        return status;
    return describe_chain(instance, call, authority, certificates, count);
}

/* Whether no key of the chain is known as compromised. */
static int is_relied(const ca_authority_t *authority)
{
    for (const ca_authority_t *at = authority; at != NULL; at = at->parent) {
        const ca_lineage_t *lineage = ca_lineage(at);
        const ca_generation_t *item =
            lineage != NULL ? ca_lineage_find(lineage, at->generation) : NULL;
        if (item == NULL || item->compromised != 0)
            return 0;
    }
    return 1;
}

static int32_t add_relied(const ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                          const signet_chain_t **list, uint64_t *count)
{
    signet_chain_t *chain = signet_alloc(call, 1, sizeof *chain);
    if (chain == NULL)
        return SIGNET_NO_MEMORY;
    const ca_authority_t *root = authority;
    while (root->parent != NULL)
        root = root->parent;
    chain->size = sizeof *chain;
    chain->root = root->subject_text;
    list[(*count)++] = chain;
    return describe_chain(ca, call, authority, &chain->certificates, &chain->certificate_count);
}

int32_t ca_catalog_relied_chains(void *instance, signet_call_t *call, signet_text_t name,
                                 const signet_chain_t *const **chains, uint64_t *count)
{
    ca_t *ca = instance;
    ca_authority_t *first = NULL;
    int32_t status = ca_lineage_authority(ca, call, name, 1, &first);
    const ca_lineage_t *lineage = status == SIGNET_OK ? ca_lineage(first) : NULL;
    const signet_chain_t **list =
        lineage != NULL ? signet_alloc(call, lineage->count + 1, sizeof *list) : NULL;
    if (lineage == NULL || list == NULL)
        return status == SIGNET_OK ? SIGNET_NO_MEMORY : status;
    *count = 0;
    if (is_relied(lineage->issuing))
        status = add_relied(ca, call, lineage->issuing, list, count);
    for (uint64_t i = 0; status == SIGNET_OK && i < lineage->count; i++) {
        const ca_authority_t *at = lineage->items[i].authority;
        if (at != NULL && at != lineage->issuing && is_relied(at))
            status = add_relied(ca, call, at, list, count);
    }
    *chains = list;
    return status;
}

int32_t ca_catalog_profiles(void *instance, signet_call_t *call,
                            const signet_profile_t *const **profiles, uint64_t *count)
{
    const ca_t *ca = instance;
    signet_profile_t *all = signet_alloc(call, ca->profile_count + 1, sizeof *all);
    const signet_profile_t **list = signet_alloc(call, ca->profile_count + 1, sizeof *list);
    if (all == NULL || list == NULL)
        return SIGNET_NO_MEMORY;
    *count = 0;
    for (uint64_t i = 0; i < ca->profile_count; i++) {
        const ca_profile_t *profile = &ca->profiles[i];
        if (!ca_tenant_sees(call, profile->tenant) || !ca_permission_profile(call, profile))
            continue;
        all[i] = (signet_profile_t){
            .size = sizeof all[i],
            .name = profile->name,
            .description = profile->description,
            .authority = profile->authority != NULL ? profile->authority->name : (signet_text_t){0},
            .version = profile->version,
            .validity_ms = profile->validity_ms,
            .document = profile->document,
            .origins = ca_permission_reads_others(call) ? profile->origins_document
                                                        : (signet_text_t){NULL, 0}};
        list[(*count)++] = &all[i];
    }
    *profiles = list;
    return SIGNET_OK;
}
