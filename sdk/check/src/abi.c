/* The rules of the contract that a descriptor must keep. */
#include "runner.h"

#include <signet/ext/draft/discovery.h>
#include <signet/ext/draft/exporter.h>
#include <signet/ext/draft/notifier.h>
#include <signet/ext/draft/policy.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A required member of a vtable: its name and place. All of them are pointers. */
typedef struct member {
    const char *name;
    uint64_t offset;
} member_t;

#define MEMBER(type, name)                                                                         \
    {                                                                                              \
#name, offsetof(type, name)                                                                \
    }

static const member_t store_members[] = {
    MEMBER(signet_store_interface_t, declare), MEMBER(signet_store_interface_t, commit),
    MEMBER(signet_store_interface_t, get),     MEMBER(signet_store_interface_t, query),
    MEMBER(signet_store_interface_t, count),   MEMBER(signet_store_interface_t, lease),
    MEMBER(signet_store_interface_t, release)};
static const member_t key_members[] = {MEMBER(signet_key_interface_t, generate),
                                       MEMBER(signet_key_interface_t, find),
                                       MEMBER(signet_key_interface_t, sign)};
static const member_t journal_members[] = {
    MEMBER(signet_journal_interface_t, commit), MEMBER(signet_journal_interface_t, denied),
    MEMBER(signet_journal_interface_t, query), MEMBER(signet_journal_interface_t, read),
    MEMBER(signet_journal_interface_t, acknowledge)};
static const member_t ca_members[] = {
    MEMBER(signet_ca_interface_t, issue),   MEMBER(signet_ca_interface_t, revoke),
    MEMBER(signet_ca_interface_t, release), MEMBER(signet_ca_interface_t, authorities),
    MEMBER(signet_ca_interface_t, chain),   MEMBER(signet_ca_interface_t, profiles)};
static const member_t inventory_members[] = {MEMBER(signet_inventory_interface_t, get),
                                             MEMBER(signet_inventory_interface_t, query)};
static const member_t auth_members[] = {MEMBER(signet_auth_interface_t, authenticate)};
static const member_t policy_members[] = {MEMBER(signet_policy_interface_t, decide)};
static const member_t notifier_members[] = {MEMBER(signet_notifier_interface_t, notify)};
static const member_t exporter_members[] = {MEMBER(signet_exporter_interface_t, deliver)};
static const member_t discovery_members[] = {MEMBER(signet_discovery_interface_t, scan)};
static const member_t command_members[] = {MEMBER(signet_command_interface_t, commands)};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct {
    const char *interface;
    const member_t *members;
    uint64_t count;
} interfaces[] = {
    {SIGNET_STORE_INTERFACE, store_members, COUNT(store_members)},
    {SIGNET_KEY_INTERFACE, key_members, COUNT(key_members)},
    {SIGNET_JOURNAL_INTERFACE, journal_members, COUNT(journal_members)},
    {SIGNET_CA_INTERFACE, ca_members, COUNT(ca_members)},
    {SIGNET_INVENTORY_INTERFACE, inventory_members, COUNT(inventory_members)},
    {SIGNET_AUTH_INTERFACE, auth_members, COUNT(auth_members)},
    {SIGNET_COMMAND_INTERFACE, command_members, COUNT(command_members)},
    {SIGNET_POLICY_INTERFACE, policy_members, COUNT(policy_members)},
    {SIGNET_NOTIFIER_INTERFACE, notifier_members, COUNT(notifier_members)},
    {SIGNET_EXPORTER_INTERFACE, exporter_members, COUNT(exporter_members)},
    {SIGNET_DISCOVERY_INTERFACE, discovery_members, COUNT(discovery_members)},
};

__attribute__((format(printf, 3, 4))) static int32_t
mismatch(signet_call_t *call, const signet_plugin_t *plugin, const char *format, ...)
{
    char what[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return signet_fail(call, SIGNET_ABI_MISMATCH, "plugin.abi", "The plugin \"%.*s\" %s.",
                       SIGNET_FORMAT(plugin->id), what);
}

static int32_t check_vtable(signet_call_t *call, const signet_plugin_t *plugin,
                            const signet_provide_t *provide)
{
    uint32_t size;
    memcpy(&size, provide->vtable, sizeof size);
    for (uint64_t i = 0; i < COUNT(interfaces); i++) {
        if (!signet_text_is(provide->interface, interfaces[i].interface)) {
            continue;
        }
        for (uint64_t m = 0; m < interfaces[i].count; m++) {
            const member_t *member = &interfaces[i].members[m];
            static const char nothing[sizeof(void *)];
            if (size < member->offset + sizeof nothing ||
                memcmp((const char *)provide->vtable + member->offset, nothing, sizeof nothing) ==
                    0) {
                return mismatch(call, plugin, "lacks the required member %s of %s", member->name,
                                interfaces[i].interface);
            }
        }
    }
    return SIGNET_OK;
}

static int32_t check_options(signet_call_t *call, const signet_plugin_t *plugin,
                             const signet_option_t *options, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, options, i);
        if (option->size < sizeof *option || option->name.length == 0 || option->help.length == 0) {
            return mismatch(call, plugin, "declares an option without size, name or help");
        }
        int is_group = option->type == SIGNET_OPTION_GROUP || option->type == SIGNET_OPTION_GROUPS;
        if (option->type < SIGNET_OPTION_TEXT || option->type > SIGNET_OPTION_INSTANCE ||
            (is_group && option->member_count == 0)) {
            return mismatch(call, plugin, "declares the option %.*s without a known type",
                            SIGNET_FORMAT(option->name));
        }
        int32_t status = check_options(call, plugin, option->members, option->member_count);
        if (status != SIGNET_OK) {
            return status;
        }
    }
    return SIGNET_OK;
}

static int32_t check_commands(signet_call_t *call, const signet_plugin_t *plugin,
                              const signet_command_interface_t *interface)
{
    for (uint64_t i = 0; i < interface->command_count; i++) {
        const signet_command_t *command = SIGNET_AT(signet_command_t, interface->commands, i);
        if (command->size < sizeof *command || command->name.length == 0 ||
            command->summary.length == 0 || !command->run) {
            return mismatch(call, plugin, "declares a command without size, name, summary or run");
        }
        int32_t status = check_options(call, plugin, command->options, command->option_count);
        if (status != SIGNET_OK) {
            return status;
        }
    }
    return SIGNET_OK;
}

static int32_t check_provides(signet_call_t *call, const signet_plugin_t *plugin)
{
    for (uint64_t i = 0; i < plugin->provide_count; i++) {
        const signet_provide_t *provide = SIGNET_AT(signet_provide_t, plugin->provides, i);
        signet_text_t revision;
        signet_text_split(provide->interface, '/', &revision);
        if (provide->size < sizeof *provide || revision.length == 0 || !provide->vtable) {
            return mismatch(call, plugin, "provides an interface without size, id or vtable");
        }
        int32_t status = check_vtable(call, plugin, provide);
        if (status == SIGNET_OK && signet_text_is(provide->interface, SIGNET_COMMAND_INTERFACE)) {
            status = check_commands(call, plugin, provide->vtable);
        }
        if (status != SIGNET_OK) {
            return status;
        }
    }
    return SIGNET_OK;
}

int32_t runner_check_abi(signet_call_t *call, const signet_plugin_t *plugin)
{
    if (!plugin || plugin->size < offsetof(signet_plugin_t, id)) {
        return signet_fail(call, SIGNET_ABI_MISMATCH, "plugin.abi",
                           "The plugin answers no descriptor.");
    }
    if (plugin->abi != SIGNET_ABI) {
        return signet_fail(call, SIGNET_ABI_MISMATCH, "plugin.abi",
                           "The plugin was built for contract %u, this is contract %u: build it "
                           "with this SDK.",
                           plugin->abi, SIGNET_ABI);
    }
    if (plugin->size < offsetof(signet_plugin_t, close) + sizeof plugin->close) {
        return signet_fail(call, SIGNET_ABI_MISMATCH, "plugin.abi",
                           "The plugin's descriptor is cut off: its size must be sizeof "
                           "signet_plugin_t.");
    }
    if (plugin->id.length == 0 || plugin->version.length == 0 || plugin->summary.length == 0 ||
        !plugin->open || !plugin->close) {
        return mismatch(call, plugin, "lacks one of id, version, summary, open and close");
    }
    for (uint64_t i = 0; i < plugin->need_count; i++) {
        const signet_need_t *need = SIGNET_AT(signet_need_t, plugin->needs, i);
        if (need->size < sizeof *need || need->interface.length == 0 ||
            (need->kind != SIGNET_NEED_REQUIRED && need->kind != SIGNET_NEED_OPTIONAL)) {
            return mismatch(call, plugin, "declares a need without size, interface or kind");
        }
    }
    int32_t status = check_provides(call, plugin);
    return status == SIGNET_OK ? check_options(call, plugin, plugin->options, plugin->option_count)
                               : status;
}
