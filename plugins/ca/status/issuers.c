#include "authority/catalog.h"
#include "authority/lineage.h"
#include "status/status.h"

#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>

static int32_t describe_chain(const ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                              signet_status_issuer_t *issuer)
{
    signet_bytes_t *chain = signet_alloc(call, ca->authority_count + 1, sizeof *chain);
    if (chain == NULL)
        return SIGNET_NO_MEMORY;
    for (const ca_authority_t *at = authority; at != NULL; at = at->parent)
        chain[issuer->chain_count++] = at->certificate;
    issuer->chain = chain;
    return SIGNET_OK;
}

static int32_t describe(const ca_t *ca, signet_call_t *call, const ca_lineage_t *lineage,
                        const ca_generation_t *item, signet_status_issuer_t *issuer)
{
    ca_authority_t *authority = item->authority;
    int destroyed = atomic_load(&authority->key_destroyed) != 0;
    int compromised = item->compromised != 0;
    int here = authority->keys.length > 0 && authority->key_uri.length > 0;
    *issuer = (signet_status_issuer_t){
        .size = sizeof *issuer,
        .signs = here && !destroyed && !compromised && !atomic_load(&authority->suspended),
        .authority = authority->name,
        .tenant = authority->tenant,
        .generation = authority->generation,
        .certificate = authority->certificate,
        .subject = authority->subject,
        .public_key = authority->spki,
        .key_id = authority->key_id,
        .key_type = authority->key_type,
        .algorithm = authority->algorithm,
        .keys = authority->keys,
        .key_uri = destroyed ? (signet_text_t){NULL, 0} : authority->key_uri,
        .compromised = (uint32_t)compromised,
        .destroyed = (uint32_t)destroyed,
        .issues = lineage->issuing == authority,
        .not_after = authority->not_after};
    int32_t status = describe_chain(ca, call, authority, issuer);
    if (status == SIGNET_OK)
        status = ca_lineage_file(call, authority, "crl", &issuer->list);
    if (status == SIGNET_OK)
        status = ca_lineage_file(call, authority, "responder", &issuer->responder);
    return status;
}

int32_t ca_status_issuers(void *instance, signet_call_t *call,
                          const signet_status_issuer_t *const **issuers, uint64_t *count)
{
    const ca_t *ca = instance;
    uint64_t most = 0;
    for (uint64_t i = 0; i < ca->authority_count; i++) {
        const ca_lineage_t *lineage = ca_lineage(&ca->authorities[i]);
        most += lineage != NULL ? lineage->count : 0;
    }
    /* A key more may have come since: those that are counted are described. */
    signet_status_issuer_t *all = signet_alloc(call, most + 1, sizeof *all);
    const signet_status_issuer_t **list = signet_alloc(call, most + 1, sizeof *list);
    if (all == NULL || list == NULL)
        return SIGNET_NO_MEMORY;
    *count = 0;
    for (uint64_t i = 0; i < ca->authority_count; i++) {
        const ca_lineage_t *lineage = ca_lineage(&ca->authorities[i]);
        for (uint64_t j = 0; lineage != NULL && j < lineage->count && *count < most; j++) {
            const ca_generation_t *item = &lineage->items[j];
            if (item->authority == NULL || item->authority->certificate.length == 0)
                continue;
            int32_t status = describe(ca, call, lineage, item, &all[*count]);
            if (status != SIGNET_OK)
                return status;
            list[*count] = &all[*count];
            *count += 1;
        }
    }
    *issuers = list;
    return SIGNET_OK;
}
