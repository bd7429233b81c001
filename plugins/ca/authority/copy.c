#include "authority/copy.h"

#include "authority/lineage.h"

#include <signet/sdk/setting.h>

int32_t ca_authorities_copy(const ca_t *ca, signet_call_t *call, ca_t *copy)
{
    const signet_setting_t *list = signet_setting(ca->host->settings, "authorities");
    copy->host = ca->host;
    copy->store_name = ca->store_name;
    copy->journal_name = ca->journal_name;
    copy->generations_stored = ca->generations_stored;
    copy->authorities =
        ca_pool_alloc(&copy->pool, call, ca->authority_count + 1, sizeof *copy->authorities);
    if (copy->authorities == NULL)
        return SIGNET_NO_MEMORY;
    copy->authority_count = ca->authority_count;
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < copy->authority_count; i++) {
        status = ca_authority_configure(&copy->pool, call, signet_setting_at(list, i),
                                        &copy->authorities[i]);
        copy->authorities[i].index = i;
    }
    if (status == SIGNET_OK)
        status = ca_authorities_link(call, copy->authorities, copy->authority_count);
    for (uint64_t i = 0; status == SIGNET_OK && i < copy->authority_count; i++)
        status = ca_refresh(copy, call, &copy->authorities[i]);
    return status;
}

void ca_authorities_free(ca_t *copy)
{
    for (uint64_t i = 0; copy->authorities != NULL && i < copy->authority_count; i++)
        ca_lineage_free(&copy->authorities[i]);
    ca_pool_free(&copy->pool);
}
