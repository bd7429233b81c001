#include "lease.h"

#include "store.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LIMIT 256U

struct store_lease_entry {
    store_lease_entry_t *next;
    int64_t expiry; /* of the monotonic clock */
    char name[NAME_LIMIT];
    char owner[NAME_LIMIT];
};

void store_leases_init(store_leases_t *leases)
{
    pthread_mutex_init(&leases->mutex, NULL);
    leases->first = NULL;
}

void store_leases_clear(store_leases_t *leases)
{
    while (leases->first) {
        store_lease_entry_t *entry = leases->first;
        leases->first = entry->next;
        free(entry);
    }
    pthread_mutex_destroy(&leases->mutex);
}

/* Drops what has expired, so that names that come and go leave nothing behind. */
static void expire(store_leases_t *leases, int64_t now)
{
    for (store_lease_entry_t **link = &leases->first; *link;) {
        store_lease_entry_t *entry = *link;
        if (entry->expiry > now) {
            link = &entry->next;
            continue;
        }
        *link = entry->next;
        free(entry);
    }
}

static store_lease_entry_t *find(store_leases_t *leases, signet_text_t name)
{
    expire(leases, signet_monotonic());
    for (store_lease_entry_t *entry = leases->first; entry; entry = entry->next)
        if (signet_text_is(name, entry->name))
            return entry;
    return NULL;
}

int store_leases_held(store_leases_t *leases, signet_text_t name, signet_text_t owner)
{
    pthread_mutex_lock(&leases->mutex);
    const store_lease_entry_t *entry = find(leases, name);
    int held = entry && signet_text_is(owner, entry->owner);
    pthread_mutex_unlock(&leases->mutex);
    return held;
}

static int usable(signet_text_t name)
{
    return name.length > 0 && name.length < NAME_LIMIT && signet_text_valid(name);
}

static int32_t take(store_leases_t *leases, signet_call_t *call, signet_text_t name,
                    signet_text_t owner, int64_t duration_ms)
{
    store_lease_entry_t *entry = find(leases, name);
    if (entry && !signet_text_is(owner, entry->owner))
        return signet_fail(call, SIGNET_CONFLICT, "store.lease-held",
                           "The lease %.*s is held by %s.", SIGNET_FORMAT(name), entry->owner);
    if (!entry) {
        entry = calloc(1, sizeof(*entry));
        if (!entry)
            return signet_fail_memory(call);
        memcpy(entry->name, name.data, name.length);
        memcpy(entry->owner, owner.data, owner.length);
        entry->next = leases->first;
        leases->first = entry;
    }
    entry->expiry = signet_monotonic() + duration_ms;
    return SIGNET_OK;
}

int32_t store_lease(void *instance, signet_call_t *call, signet_text_t name, signet_text_t owner,
                    int64_t duration_ms)
{
    store_t *store = instance;
    if (!usable(name) || !usable(owner) || duration_ms <= 0)
        return signet_fail(call, SIGNET_INVALID, "store.lease",
                           "A lease needs a name and an owner of 1 to %u octets and a duration.",
                           NAME_LIMIT - 1);
    if (store->file.read_only)
        return store_fail_read_only(call);
    pthread_mutex_lock(&store->leases.mutex);
    int32_t status = take(&store->leases, call, name, owner, duration_ms);
    pthread_mutex_unlock(&store->leases.mutex);
    return status;
}

int32_t store_release(void *instance, signet_call_t *call, signet_text_t name, signet_text_t owner)
{
    (void)call;
    store_t *store = instance;
    pthread_mutex_lock(&store->leases.mutex);
    store_lease_entry_t *entry = find(&store->leases, name);
    if (entry && signet_text_is(owner, entry->owner)) {
        entry->expiry = 0;
        expire(&store->leases, 0);
    }
    pthread_mutex_unlock(&store->leases.mutex);
    return SIGNET_OK;
}
