/* signet.tenant/1: the tenants that a call sees. */
#ifndef CA_DIRECTORY_H
#define CA_DIRECTORY_H

#include <signet/ext/draft/tenant.h>

extern const signet_tenant_interface_t ca_tenant_directory;

#endif
