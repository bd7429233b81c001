#include "fake_tenant.h"

static const signet_text_t approvers[] = {SIGNET_TEXT_INIT("administrator")};

static const signet_tenant_t acme = {.size = sizeof(signet_tenant_t),
                                     .approvals = 1,
                                     .name = SIGNET_TEXT_INIT("acme"),
                                     .description = SIGNET_TEXT_INIT("Acme Inc"),
                                     .approvers = approvers,
                                     .approver_count = 1,
                                     .issuance_rate = 600,
                                     .active_certificates = 1000,
                                     .active = 7};

static const signet_tenant_t *const all[] = {&acme};

static int32_t tenants(void *instance, signet_call_t *call, const signet_tenant_t *const **list,
                       uint64_t *count)
{
    (void)instance;
    (void)call;
    *list = all;
    *count = 1;
    return SIGNET_OK;
}

const signet_tenant_interface_t fake_tenants = {
    .size = sizeof(signet_tenant_interface_t),
    .tenants = tenants,
};
