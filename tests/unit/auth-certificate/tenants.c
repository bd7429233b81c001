#include "tenants.h"

#include <signet/ext/draft/tenant.h>

static const signet_tenant_t one = {.size = sizeof one, .name = SIGNET_TEXT_INIT("one")};
static const signet_tenant_t two = {.size = sizeof two, .name = SIGNET_TEXT_INIT("two")};
static const signet_tenant_t red = {.size = sizeof red, .name = SIGNET_TEXT_INIT("red")};
static const signet_tenant_t *const all[] = {&one, &two, &red};
static char state;

static int32_t tenants(void *instance, signet_call_t *call, const signet_tenant_t *const **list,
                       uint64_t *count)
{
    (void)instance;
    (void)call;
    *list = all;
    *count = sizeof all / sizeof all[0];
    return SIGNET_OK;
}

static const signet_tenant_interface_t interface = {
    .size = sizeof(signet_tenant_interface_t),
    .tenants = tenants,
};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_TENANT_INTERFACE),
     .vtable = &interface},
};

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    (void)host;
    (void)call;
    *instance = &state;
    return SIGNET_OK;
}

static void close_instance(void *instance)
{
    (void)instance;
}

const signet_plugin_t tenants_plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("fake-tenants"),
    .version = SIGNET_TEXT_INIT("1.0.0"),
    .summary = SIGNET_TEXT_INIT("Three tenants for tests."),
    .provides = provides,
    .provide_count = 1,
    .open = open_instance,
    .close = close_instance,
};
