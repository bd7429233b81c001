/* A signet.tenant/1 with one tenant, "acme". */
#ifndef TESTS_UNIT_REST_FAKE_TENANT_H
#define TESTS_UNIT_REST_FAKE_TENANT_H

#include <signet/ext/draft/tenant.h>

extern const signet_tenant_interface_t fake_tenants;

#endif
