/* Tenants that a plugin's settings name. */
#ifndef SIGNET_SDK_TENANT_H
#define SIGNET_SDK_TENANT_H

#include <signet/call.h>
#include <signet/option.h>

/* Whether the tenant that a setting names is one that the deployment declares; none named is the
 * default one. For a plugin's start, with signet.tenant/1 among its optional needs. INVALID
 * ("tenant.not-found") with the setting's file and line. `setting` may be NULL. [any] */
int32_t signet_tenant_check(signet_call_t *call, const signet_setting_t *setting);

#endif
