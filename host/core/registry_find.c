/* Who provides an interface. Instances become known as they start, before anyone else asks. */
#include "core/registry_private.h"

#include <stdlib.h>

#include "core/isolation.h"
#include "core/text.h"

static core_interface_t *interface_of(const core_registry_t *registry, signet_text_t id)
{
    for (uint64_t index = 0; index < registry->interface_count; index++) {
        if (core_text_equal(registry->interfaces[index].id, id))
            return &registry->interfaces[index];
    }
    return NULL;
}

int core_registry_make_interfaces(core_registry_t *registry)
{
    uint64_t most = 0;
    for (uint64_t index = 0; index < registry->instance_count; index++)
        most += registry->instances[index]->block->descriptor->provide_count;
    registry->interfaces = calloc(most ? most : 1, sizeof *registry->interfaces);
    if (!registry->interfaces)
        return 0;
    for (uint64_t index = 0; index < registry->instance_count; index++) {
        const signet_plugin_t *plugin = registry->instances[index]->block->descriptor;
        for (uint64_t at = 0; at < plugin->provide_count; at++) {
            signet_text_t id = SIGNET_AT(signet_provide_t, plugin->provides, at)->interface;
            if (interface_of(registry, id))
                continue;
            core_interface_t *added = &registry->interfaces[registry->interface_count];
            added->id = id;
            added->providers = calloc(most + 1, sizeof(void *));
            if (!added->providers)
                return 0;
            registry->interface_count++;
        }
    }
    return 1;
}

void core_registry_free_interfaces(core_registry_t *registry)
{
    for (uint64_t index = 0; index < registry->interface_count; index++)
        free(registry->interfaces[index].providers);
    free(registry->interfaces);
}

void core_registry_provide(core_registry_t *registry, core_instance_t *instance)
{
    const signet_plugin_t *plugin = instance->block->descriptor;
    for (uint64_t at = 0; at < plugin->provide_count; at++) {
        const signet_provide_t *provide = SIGNET_AT(signet_provide_t, plugin->provides, at);
        core_interface_t *interface = interface_of(registry, provide->interface);
        signet_provider_t *provider = &instance->providers[at];
        const signet_provide_t *carried =
            instance->plugin == plugin
                ? provide
                : core_isolation_provide(instance->plugin, provide->interface);
        /* Calls of an older registry may use it already. */
        if (!provider->size)
            *provider = (signet_provider_t){
                .size = sizeof *provider,
                .flags = instance->plugin == plugin ? 0 : SIGNET_PROVIDER_ISOLATED,
                .number = instance->first->host.number,
                .name = instance->block->name,
                .interface = carried->vtable,
                .instance = instance->instance};
        interface->providers[interface->count++] = provider;
    }
}

const signet_provider_t *core_registry_find(const core_registry_t *registry,
                                            signet_text_t interface, signet_text_t name,
                                            uint64_t *matches)
{
    const core_interface_t *found = interface_of(registry, interface);
    const signet_provider_t *first = NULL;
    *matches = 0;
    for (uint64_t index = 0; found && index < found->count; index++) {
        const signet_provider_t *provider = found->providers[index];
        if (name.length && !core_text_equal(provider->name, name))
            continue;
        if (!first)
            first = provider;
        ++*matches;
    }
    return first;
}

const signet_provider_t *const *core_registry_providers(const core_registry_t *registry,
                                                        signet_text_t interface, uint64_t *count)
{
    const core_interface_t *found = interface_of(registry, interface);
    *count = found ? found->count : 0;
    return *count ? found->providers : NULL;
}
