/* A plugin that brings commands and nothing else: it keeps nothing between runs. */
#ifndef SIGNET_SDK_COMMAND_PLUGIN_H
#define SIGNET_SDK_COMMAND_PLUGIN_H

#include <signet/command.h>
#include <signet/plugin.h>

/* open and close of such a plugin: an instance is only a name. [any] */
int32_t signet_command_open(const signet_host_t *host, signet_call_t *call, void **instance);
void signet_command_close(void *instance);

/* Everything but the commands: interface, descriptor and entry. `list` is the array of
 * signet_command_t, `plugin_id` and `plugin_summary` are string literals. */
#define SIGNET_COMMAND_PLUGIN(plugin_id, plugin_summary, list)                                     \
    static const signet_command_interface_t signet_command_interface = {                           \
        .size = sizeof(signet_command_interface_t),                                                \
        .commands = (list),                                                                        \
        .command_count = sizeof(list) / sizeof((list)[0]),                                         \
    };                                                                                             \
    static const signet_provide_t signet_command_provides[] = {                                    \
        {.size = sizeof(signet_provide_t),                                                         \
         .interface = SIGNET_TEXT_INIT(SIGNET_COMMAND_INTERFACE),                                  \
         .vtable = &signet_command_interface},                                                     \
    };                                                                                             \
    static const signet_plugin_t signet_command_plugin = {                                         \
        .size = sizeof(signet_plugin_t),                                                           \
        .abi = SIGNET_ABI,                                                                         \
        .id = SIGNET_TEXT_INIT(plugin_id),                                                         \
        .version = SIGNET_TEXT_INIT("0.1.0"),                                                      \
        .summary = SIGNET_TEXT_INIT(plugin_summary),                                               \
        .provides = signet_command_provides,                                                       \
        .provide_count = 1,                                                                        \
        .open = signet_command_open,                                                               \
        .close = signet_command_close,                                                             \
    };                                                                                             \
    const signet_plugin_t *signet_plugin_entry(void)                                               \
    {                                                                                              \
        return &signet_command_plugin;                                                             \
    }

#endif
