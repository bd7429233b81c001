/* The instance: authorities, profiles, and where its records go. */
#ifndef CA_CA_H
#define CA_CA_H

#include "archive/recovery_key.h"
#include "profile/profile.h"
#include "record/blocked_key.h"
#include "record/blocklist.h"
#include "tenant/tenant.h"

#include <signet/host.h>
#include <signet/inventory.h>
#include <stdatomic.h>

struct ca {
    const signet_host_t *host;
    ca_pool_t pool;
    signet_text_t store_name;
    signet_text_t journal_name;
    ca_tenant_t *tenants;
    uint64_t tenant_count;
    ca_authority_t *authorities;
    uint64_t authority_count;
    ca_profile_t *profiles;
    uint64_t profile_count;
    int keys_indexed;    /* a profile asks whether a key was certified before */
    atomic_int *counted; /* by profile, then of keys: all of before is counted */
    char *swept;         /* where the sweep of reservations goes on; NULL: at the beginning */
    ca_recovery_key_t *recovery_keys;
    uint64_t recovery_key_count;
    const signet_setting_t *policies; /* names of instances; NULL: none */
    int64_t policy_timeout_ms;
    int generations_stored;     /* 0: there is no store, in a ceremony */
    ca_blocked_keys_t *blocked; /* held */
    ca_blocklist_t blocklist;
    struct ca_transparency *transparency; /* NULL: no logs are configured */
    uint64_t denied_metric;
    uint64_t duration_metric;
};

/* The index of an authority in ca->authorities, whichever its key. */
static inline uint64_t ca_authority_index(const ca_t *ca, const ca_authority_t *authority)
{
    (void)ca;
    return authority->index;
}

/* Store and journal through the call. */
int32_t ca_store(const ca_t *ca, signet_call_t *call, signet_store_t *store);
/* A page of what all tenants have, all of whom `call` sees from here on. For jobs. */
int32_t ca_query_all_tenants(const ca_t *ca, signet_call_t *call, const signet_query_t *query,
                             const signet_page_t **page);
int32_t ca_journal(const ca_t *ca, signet_call_t *call, signet_journal_t *journal);

/* Reads an authority's certificate from its file, where there is one, and compiles the templates
 * of the profiles that may be used with it. For the start, and for local commands that made or
 * imported one. */
int32_t ca_refresh(ca_t *ca, signet_call_t *call, ca_authority_t *authority);

#endif
