/* Who provides an interface. Instances are added as they start, before anyone else asks. */
#include "core/registry_private.h"

#include "core/text.h"

static const core_interface_t *interface_of(const core_registry_t *registry, signet_text_t id)
{
    for (uint64_t index = 0; index < registry->interface_count; index++) {
        if (core_text_equal(registry->interfaces[index].id, id))
            return &registry->interfaces[index];
    }
    return NULL;
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
