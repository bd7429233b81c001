/* command-tenant: reading tenants over the REST API. */
#ifndef TENANT_H
#define TENANT_H

#include <signet/sdk/show.h>
#include <signet/signet.h>

/* Commands; each is a signet_command_t.run. [any] */
int32_t tenant_list(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t tenant_show(void *instance, signet_call_t *call, const signet_command_input_t *input);

#endif
