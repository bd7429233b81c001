/* Tenants: organisations that share a host and do not see each other. Each has authorities and
 * profiles of its own, and quotas; what belongs to none is the default tenant's, the provider's. */
#ifndef CA_TENANT_H
#define CA_TENANT_H

#include "pool.h"
#include "tenant/quota.h"

#include <signet/option.h>

typedef struct ca ca_t;
typedef struct ca_authority ca_authority_t;
typedef struct ca_profile ca_profile_t;

typedef struct ca_tenant {
    signet_text_t name;
    signet_text_t description;
    const signet_setting_t *keys; /* the instances of signet.key/1 that are its own; NULL: none */
    const signet_setting_t *approvers;
    uint32_t approvals; /* how many of them must agree to an access of the provider's staff */
    ca_quota_t quota;
} ca_tenant_t;

/* Fills ca->tenants from the settings. INVALID at the setting. */
int32_t ca_tenants_configure(ca_t *ca, signet_call_t *call);
void ca_tenants_free(ca_t *ca);
/* A tenant by its name; NULL: there is none, as for the default tenant's empty name. */
ca_tenant_t *ca_tenant_find(const ca_t *ca, signet_text_t name);
/* Whether the tenants of authorities exist, their parents are of the same or of the default tenant,
 * and their keys lie where this tenant's may. INVALID at the setting. */
int32_t ca_tenants_check_authorities(const ca_t *ca, signet_call_t *call);
/* Whether the tenant of what `what` and `name` say exists, and the instance of its setting `keys`
 * is one that this tenant may use: a tenant with keys of its own uses no others, and nobody else
 * uses those. INVALID at the setting. */
int32_t ca_tenant_check_keys(const ca_t *ca, signet_call_t *call, const signet_setting_t *owner,
                             const char *what, signet_text_t name, signet_text_t tenant);
/* The same for the tenant of a profile, which is looked up. INVALID at the setting. */
int32_t ca_tenant_check_profile(const ca_t *ca, signet_call_t *call, ca_profile_t *profile);
/* Its quotas; NULL for the default tenant, which has none. */
ca_quota_t *ca_tenant_quota(ca_tenant_t *tenant);
/* Whether the call's tenant is `owner`, or all. What a call does not see does not exist for it. */
int ca_tenant_sees(signet_call_t *call, signet_text_t owner);
/* The authority or profile of this name that the call sees; NULL: there is none. */
ca_authority_t *ca_tenant_authority(const ca_t *ca, signet_call_t *call, signet_text_t name);
const ca_profile_t *ca_tenant_profile(const ca_t *ca, signet_call_t *call, signet_text_t name);

#endif
