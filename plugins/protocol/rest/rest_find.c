/* The instances a request works with, as configured. */
#include "rest.h"
#include "rest_request.h"

int32_t rest_find_ca(const rest_t *rest, signet_call_t *call, rest_ca_t *ca)
{
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_CA_INTERFACE), rest->ca);
    if (provider == NULL)
        return signet_status(call);
    ca->interface = provider->interface;
    ca->instance = provider->instance;
    ca->number = provider->number;
    return SIGNET_OK;
}

int32_t rest_find_inventory(const rest_t *rest, signet_call_t *call, rest_inventory_t *inventory)
{
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_INVENTORY_INTERFACE), rest->ca);
    if (provider == NULL)
        return signet_status(call);
    inventory->interface = provider->interface;
    inventory->instance = provider->instance;
    return SIGNET_OK;
}

int32_t rest_find_approvals(const rest_t *rest, signet_call_t *call, rest_approvals_t *approvals)
{
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_APPROVAL_INTERFACE), rest->ca);
    if (provider == NULL)
        return signet_status(call);
    approvals->interface = provider->interface;
    approvals->instance = provider->instance;
    return SIGNET_OK;
}
