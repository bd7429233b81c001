/* Finding instances by the interface that they provide. */
#include "runner.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

/* The provider of `interface` among those of one instance, or NULL. */
static const signet_provider_t *provider_of(const runner_instance_t *instance,
                                            signet_text_t interface)
{
    for (uint64_t i = 0; i < instance->provider_count; i++) {
        const signet_provide_t *provide =
            SIGNET_AT(signet_provide_t, instance->plugin->provides, i);
        if (signet_text_equal(provide->interface, interface)) {
            return &instance->providers[i];
        }
    }
    return NULL;
}

/* How many instances provide the interface under this name (empty: any); the first in `found`. */
static uint64_t search(const signet_check_t *check, signet_text_t interface, signet_text_t name,
                       const signet_provider_t **found)
{
    uint64_t matches = 0;
    pthread_mutex_lock(check->lock);
    for (const runner_instance_t *at = check->instances; at; at = at->next) {
        const signet_provider_t *provider = provider_of(at, interface);
        if (provider && (name.length == 0 || signet_text_equal(name, at->host.name))) {
            *found = matches == 0 ? provider : *found;
            matches++;
        }
    }
    pthread_mutex_unlock(check->lock);
    return matches;
}

const signet_provider_t *runner_find(signet_call_t *call, signet_text_t interface,
                                     signet_text_t name)
{
    const signet_provider_t *found = NULL;
    uint64_t matches = search(((runner_call_t *)call)->check, interface, name, &found);
    if (matches == 0) {
        signet_fail(call, SIGNET_NOT_FOUND, "provider.missing",
                    "No instance \"%.*s\" provides %.*s: open one.", SIGNET_FORMAT(name),
                    SIGNET_FORMAT(interface));
        return NULL;
    }
    if (matches > 1) {
        signet_fail(call, SIGNET_CONFLICT, "provider.ambiguous",
                    "%llu instances provide %.*s: name the one that is meant.",
                    (unsigned long long)matches, SIGNET_FORMAT(interface));
        return NULL;
    }
    return found;
}

const signet_provider_t *const *runner_providers(signet_call_t *call, signet_text_t interface,
                                                 uint64_t *count)
{
    const signet_check_t *check = ((runner_call_t *)call)->check;
    const signet_provider_t *first = NULL;
    *count = 0;
    uint64_t most = search(check, interface, SIGNET_TEXT(""), &first);
    const signet_provider_t **found = signet_alloc(call, most, sizeof *found);
    if (most == 0 || !found) {
        return NULL;
    }
    pthread_mutex_lock(check->lock);
    for (const runner_instance_t *at = check->instances; at && *count < most; at = at->next) {
        const signet_provider_t *provider = provider_of(at, interface);
        if (provider) {
            found[(*count)++] = provider;
        }
    }
    pthread_mutex_unlock(check->lock);
    return found;
}

const signet_provider_t *signet_check_find(signet_check_t *check, const char *interface,
                                           const char *instance)
{
    const signet_provider_t *found = NULL;
    search(check, signet_text(interface), signet_text(instance), &found);
    return found;
}

runner_instance_t *runner_instance(const signet_check_t *check, const char *name)
{
    runner_instance_t *at = check->instances;
    while (at && !signet_text_is(at->host.name, name)) {
        at = at->next;
    }
    return at;
}
