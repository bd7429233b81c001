#include "authority/foresee.h"

#include "authority/authority_load.h"

/* The generation that it will be: the one that waits for its certificate, or a new one. */
static void number_of(const ca_authority_t *home, const ca_lineage_t *lineage,
                      const signet_x509_t *x509, ca_generation_t *item)
{
    const ca_generation_t *open =
        home->keys.length > 0 ? ca_lineage_in(lineage, CA_KEY_REQUESTED) : NULL;
    *item = (ca_generation_t){.number = 1, .key_type = x509->key.type};
    for (uint64_t i = 0; i < lineage->count; i++) {
        if (lineage->items[i].number >= item->number)
            item->number = lineage->items[i].number + 1;
    }
    if (open != NULL)
        *item = *open;
}

/* The authority with that key. */
static int32_t load(ca_t *copy, signet_call_t *call, ca_authority_t *home,
                    const signet_x509_t *x509, ca_generation_t *item)
{
    ca_authority_t *authority = ca_pool_alloc(&copy->pool, call, 1, sizeof *authority);
    if (authority == NULL)
        return SIGNET_NO_MEMORY;
    ca_lineage_copy(home, item->number, item->key_uri, authority);
    int32_t status = ca_lineage_retype(&copy->pool, call, item->key_type, authority);
    if (status == SIGNET_OK)
        status = ca_authority_check(call, authority, x509);
    if (status == SIGNET_OK)
        status = ca_authority_activate(&copy->pool, call, authority, x509);
    item->authority = authority;
    if (status != SIGNET_OK)
        ca_authority_free(authority);
    return status;
}

int32_t ca_lineage_foresee(ca_t *copy, signet_call_t *call, ca_authority_t *home,
                           const signet_x509_t *x509)
{
    const ca_lineage_t *lineage = ca_lineage(home);
    ca_generation_t next;
    number_of(home, lineage, x509, &next);
    ca_lineage_t *longer = ca_pool_alloc(&copy->pool, call, 1, sizeof *longer);
    ca_generation_t *items = ca_pool_alloc(&copy->pool, call, lineage->count + 1, sizeof *items);
    if (longer == NULL || items == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = load(copy, call, home, x509, &next);
    if (status != SIGNET_OK)
        return status;
    next.state = SIGNET_TEXT(CA_KEY_PREPUBLISHED);
    *longer = *lineage;
    longer->items = items;
    longer->count = 0;
    for (uint64_t i = 0; i < lineage->count; i++) {
        if (lineage->items[i].number != next.number)
            items[longer->count++] = lineage->items[i];
    }
    items[longer->count++] = next;
    atomic_store(&home->lineage, longer);
    return SIGNET_OK;
}
