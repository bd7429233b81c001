#include "tenant/directory.h"

#include "ca.h"
#include "permission_grant.h"

#include <signet/auth.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

static int32_t describe(signet_call_t *call, ca_tenant_t *tenant, signet_tenant_t *described)
{
    uint64_t count = tenant->approvers->member_count;
    signet_text_t *roles = signet_alloc(call, count, sizeof *roles);
    if (roles == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++)
        roles[i] = signet_setting_at(tenant->approvers, i)->text;
    *described = (signet_tenant_t){.size = sizeof *described,
                                   .approvals = tenant->approvals,
                                   .name = tenant->name,
                                   .description = tenant->description,
                                   .approvers = roles,
                                   .approver_count = count,
                                   .issuance_rate = tenant->quota.rate,
                                   .active_certificates = tenant->quota.limit,
                                   .active = ca_quota_active(&tenant->quota)};
    return SIGNET_OK;
}

/* Quotas and approvers are for who looks after the tenant. */
static int32_t permit(signet_call_t *call)
{
    const signet_actor_t *actor = call->services->actor(call);
    /* What starts looks whether the tenants exist that its settings name. */
    if (signet_text_is(actor->method, "system"))
        return SIGNET_OK;
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, actor->grants, i);
        if (ca_grant_is(grant, SIGNET_ROLE_ADMINISTRATOR) ||
            ca_grant_is(grant, SIGNET_ROLE_AUDITOR))
            return SIGNET_OK;
    }
    return signet_fail(call, SIGNET_DENIED, "permission.tenants",
                       "reading tenants takes the role administrator or auditor");
}

static int32_t tenants(void *instance, signet_call_t *call, const signet_tenant_t *const **tenants,
                       uint64_t *count)
{
    const ca_t *ca = instance;
    int all = call->services->tenant(call).length == 0;
    signet_tenant_t *described = signet_alloc(call, ca->tenant_count + 1, sizeof *described);
    const signet_tenant_t **list = signet_alloc(call, ca->tenant_count + 1, sizeof *list);
    *count = 0;
    int32_t status = described == NULL || list == NULL ? SIGNET_NO_MEMORY : permit(call);
    for (uint64_t i = 0; status == SIGNET_OK && i < ca->tenant_count; i++) {
        if (!all && !ca_tenant_sees(call, ca->tenants[i].name))
            continue;
        status = describe(call, &ca->tenants[i], &described[*count]);
        list[*count] = &described[*count];
        (*count)++;
    }
    *tenants = list;
    return status;
}

const signet_tenant_interface_t ca_tenant_directory = {
    .size = sizeof(signet_tenant_interface_t),
    .tenants = tenants,
};
