/* signet.tenant/1 (draft): the tenants that a deployment has.
 *
 * A tenant is an organisation that shares a host with others and sees nothing of them. The default
 * tenant, whose name is empty, is the provider's; its staff enter another one with that tenant's
 * consent, or by breaking the glass, which both journals tell. */
#ifndef SIGNET_EXT_DRAFT_TENANT_H
#define SIGNET_EXT_DRAFT_TENANT_H

#include <signet/call.h>

#define SIGNET_TENANT_INTERFACE "signet.tenant/1"

/* A tenant. */
typedef struct signet_tenant {
    uint32_t size;
    uint32_t approvals; /* how many of its persons must agree to an access of the provider's */
    signet_text_t name;
    signet_text_t description;
    const signet_text_t *approvers; /* any of these roles in the tenant may agree */
    uint64_t approver_count;
    uint64_t issuance_rate;       /* certificates a minute; 0: no limit */
    uint64_t active_certificates; /* how many it may have; 0: no limit */
    uint64_t active;              /* how many it is known to have, where they are limited */
} signet_tenant_t;

/* The interface. */
typedef struct signet_tenant_interface {
    uint32_t size;
    uint32_t reserved;
    /* The tenants that the call sees, as an array of `*count` pointers: all for the default
     * tenant's, its own for a call of another one. For administrators, auditors and calls of the
     * host's own (method "system"); DENIED. Required. [any] */
    int32_t (*tenants)(void *instance, signet_call_t *call, const signet_tenant_t *const **tenants,
                       uint64_t *count);
} signet_tenant_interface_t;

#endif
