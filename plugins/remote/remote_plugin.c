/* remote: stands for instances that live in a process of their own, and serves them there.
 *
 * It has no block of its own: the host opens it in the place of each instance whose block says
 * `isolate = true`. */
#include <signet/sdk/remote.h>

static const signet_remote_interface_t serving = {
    .size = sizeof(signet_remote_interface_t),
    .serve = signet_remote_serve,
};

#define PROVIDE(id, functions)                                                                     \
    {                                                                                              \
        .size = sizeof(signet_provide_t), .interface = SIGNET_TEXT_INIT(id), .vtable = (functions) \
    }

static const signet_provide_t provides[] = {
    PROVIDE(SIGNET_REMOTE_INTERFACE, &serving),
    PROVIDE(SIGNET_KEY_INTERFACE, &signet_remote_key),
    PROVIDE(SIGNET_NOTIFIER_INTERFACE, &signet_remote_notifier),
    PROVIDE(SIGNET_EXPORTER_INTERFACE, &signet_remote_exporter),
    PROVIDE(SIGNET_DISCOVERY_INTERFACE, &signet_remote_discovery),
};

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("remote"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Stands for instances that live in a process of their own."),
    .provides = provides,
    .provide_count = sizeof provides / sizeof provides[0],
    .open = signet_remote_open,
    .start = signet_remote_start,
    .stop = signet_remote_stop,
    .close = signet_remote_close,
};

__attribute__((visibility("default"))) const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
