/* The least plugin, loaded from a file. */
#include <signet/plugin.h>
#include <signet/sdk/error.h>

static int32_t loaded_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    static int memory;
    *instance = &memory;
    signet_log(host, call, SIGNET_LOG_INFO, "loaded.opened", "It is open.");
    return SIGNET_OK;
}

static void loaded_close(void *instance)
{
    (void)instance;
}

__attribute__((visibility("default"))) const signet_plugin_t *signet_plugin_entry(void)
{
    static const signet_plugin_t plugin = {.size = sizeof plugin,
                                           .abi = SIGNET_ABI,
                                           .id = SIGNET_TEXT_INIT("test-loaded"),
                                           .version = SIGNET_TEXT_INIT("1.0.0"),
                                           .summary = SIGNET_TEXT_INIT("Is loaded."),
                                           .open = loaded_open,
                                           .close = loaded_close};
    return &plugin;
}
