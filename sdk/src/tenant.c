#include <signet/ext/draft/tenant.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/tenant.h>
#include <signet/sdk/text.h>

/* Looks in all that declare tenants. */
static int32_t look(signet_call_t *call, signet_text_t name, int *found)
{
    uint64_t count = 0;
    const signet_provider_t *const *providers =
        call->services->providers(call, SIGNET_TEXT(SIGNET_TENANT_INTERFACE), &count);
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && !*found && i < count; i++) {
        const signet_tenant_interface_t *directory = providers[i]->interface;
        const signet_tenant_t *const *list = NULL;
        uint64_t tenants = 0;
        status = directory->tenants(providers[i]->instance, call, &list, &tenants);
        for (uint64_t j = 0; status == SIGNET_OK && !*found && j < tenants; j++)
            *found = signet_text_equal(list[j]->name, name);
    }
    return status;
}

int32_t signet_tenant_check(signet_call_t *call, const signet_setting_t *setting)
{
    int found = 0;
    if (setting == NULL || setting->text.length == 0)
        return SIGNET_OK;
    int32_t status = look(call, setting->text, &found);
    if (status != SIGNET_OK || found)
        return status;
    return signet_setting_fail(call, setting, "tenant.not-found",
                               "the tenant \"%.*s\" is not configured; name one of tenants",
                               SIGNET_FORMAT(setting->text));
}
