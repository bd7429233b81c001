/* protocol-hello: entry, descriptor and wiring. */
#include "hello.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>

static int32_t hello_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    hello_t *hello = calloc(1, sizeof *hello);
    if (!hello) {
        return signet_fail_memory(call);
    }
    hello->host = host;
    hello->greeting = signet_setting_text(host->settings, "greeting");
    *instance = hello;
    return SIGNET_OK;
}

static int32_t hello_start(void *instance, signet_call_t *call)
{
    return hello_register(instance, call);
}

static void hello_close(void *instance)
{
    free(instance);
}

static const signet_option_t options[] = {
    {
        .size = sizeof(signet_option_t),
        .type = SIGNET_OPTION_TEXT,
        .name = SIGNET_TEXT_INIT("greeting"),
        .help = SIGNET_TEXT_INIT("The word that stands before the name."),
        .default_value = SIGNET_TEXT_INIT("Hello"),
    },
};

__attribute__((visibility("default"))) const signet_plugin_t *signet_plugin_entry(void)
{
    static const signet_plugin_t plugin = {
        .size = sizeof plugin,
        .abi = SIGNET_ABI,
        .id = SIGNET_TEXT_INIT("protocol-hello"),
        .version = SIGNET_TEXT_INIT("0.1.0"),
        .summary = SIGNET_TEXT_INIT("Greets whoever asks."),
        .options = options,
        .option_count = sizeof options / sizeof *options,
        .open = hello_open,
        .start = hello_start,
        .close = hello_close,
    };
    return &plugin;
}
