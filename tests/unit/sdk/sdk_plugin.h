/* A plugin linked into a test: a descriptor to be filled in, and what its instance was given. */
#ifndef TESTS_UNIT_SDK_SDK_PLUGIN_H
#define TESTS_UNIT_SDK_SDK_PLUGIN_H

#include <signet/plugin.h>

/* The host of the instance opened last. */
static const signet_host_t *plugin_host;

static int32_t plugin_open(const signet_host_t *host, signet_call_t *opening, void **instance)
{
    static int instance_memory;
    (void)opening;
    plugin_host = host;
    *instance = &instance_memory;
    return SIGNET_OK;
}

static void plugin_close(void *instance)
{
    (void)instance;
}

/* A descriptor that keeps the rules. */
static inline signet_plugin_t plugin_descriptor(void)
{
    return (signet_plugin_t){.size = sizeof(signet_plugin_t),
                             .abi = SIGNET_ABI,
                             .id = SIGNET_TEXT("test-plugin"),
                             .version = SIGNET_TEXT("1.0.0"),
                             .summary = SIGNET_TEXT("Is tested."),
                             .open = plugin_open,
                             .close = plugin_close};
}

#endif
