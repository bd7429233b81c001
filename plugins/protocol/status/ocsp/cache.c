#include "ocsp/cache.h"

#include <pthread.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define STRIPES 256U
#define WAYS 4U
#define SERIAL_MAX 20U
/* What an answer takes on average, by which the number of slots is chosen. */
#define ANSWER_OCTETS 1024U

typedef struct entry {
    uint64_t issuer;
    int64_t this_update;
    int64_t next_update;
    uint8_t serial[SERIAL_MAX];
    uint8_t serial_length;
    uint8_t hash;
    uint16_t reserved;
    uint32_t length;
    uint8_t der[];
} entry_t;

/* A part of the cache with a lock of its own; a set of slots is always within one. */
typedef struct stripe {
    pthread_mutex_t lock;
    uint64_t octets;
    uint64_t limit;
    uint64_t sets;
    uint64_t hand; /* where room is made next */
    entry_t **slots;
} stripe_t;

struct status_cache {
    atomic_ulong turn;
    stripe_t stripes[STRIPES];
};

/* FNV-1a; serials are random, and nobody outside chooses those that are kept. */
static uint64_t mix(uint64_t issuer, signet_bytes_t serial)
{
    uint64_t value = UINT64_C(1469598103934665603) ^ issuer;
    for (uint64_t i = 0; i < serial.length; i++)
        value = (value ^ serial.data[i]) * UINT64_C(1099511628211);
    return value ^ value >> 29;
}

status_cache_t *status_cache_new(signet_call_t *call, uint64_t octets)
{
    status_cache_t *cache = calloc(1, sizeof *cache);
    if (cache == NULL) {
        (void)signet_fail_memory(call);
        return NULL;
    }
    for (unsigned i = 0; i < STRIPES; i++)
        pthread_mutex_init(&cache->stripes[i].lock, NULL);
    for (unsigned i = 0; i < STRIPES; i++) {
        stripe_t *stripe = &cache->stripes[i];
        stripe->limit = octets / STRIPES;
        stripe->sets = stripe->limit / ANSWER_OCTETS / WAYS + 1;
        stripe->slots = calloc(stripe->sets * WAYS, sizeof(entry_t *));
        if (stripe->slots == NULL) {
            status_cache_free(cache);
            (void)signet_fail_memory(call);
            return NULL;
        }
    }
    return cache;
}

void status_cache_free(status_cache_t *cache)
{
    if (cache == NULL)
        return;
    for (unsigned i = 0; i < STRIPES; i++) {
        stripe_t *stripe = &cache->stripes[i];
        for (uint64_t j = 0; stripe->slots != NULL && j < stripe->sets * WAYS; j++)
            free(stripe->slots[j]);
        free(stripe->slots);
        pthread_mutex_destroy(&stripe->lock);
    }
    free(cache);
}

static stripe_t *find_set(status_cache_t *cache, uint64_t issuer, signet_bytes_t serial,
                          entry_t ***set)
{
    uint64_t mixed = mix(issuer, serial);
    stripe_t *stripe = &cache->stripes[mixed % STRIPES];
    *set = &stripe->slots[(mixed / STRIPES) % stripe->sets * WAYS];
    return stripe;
}

static int is_about(const entry_t *entry, uint64_t issuer, signet_bytes_t serial)
{
    return entry != NULL && entry->issuer == issuer && entry->serial_length == serial.length &&
           memcmp(entry->serial, serial.data, serial.length) == 0;
}

static void forget(stripe_t *stripe, entry_t **slot)
{
    if (*slot == NULL)
        return;
    stripe->octets -= sizeof **slot + (*slot)->length;
    free(*slot);
    *slot = NULL;
}

int status_cache_find(status_cache_t *cache, signet_call_t *call, const status_cache_key_t *key,
                      int may_block, status_kept_t *kept)
{
    entry_t **set = NULL;
    int found = 0;
    if (key->serial.length == 0 || key->serial.length > SERIAL_MAX)
        return 0;
    stripe_t *stripe = find_set(cache, key->issuer, key->serial, &set);
    if (may_block)
        pthread_mutex_lock(&stripe->lock);
    else if (pthread_mutex_trylock(&stripe->lock) != 0)
        return 0;
    for (unsigned i = 0; i < WAYS && !found; i++) {
        if (!is_about(set[i], key->issuer, key->serial) || set[i]->hash != key->hash)
            continue;
        kept->der = signet_bytes_copy(call, (signet_bytes_t){set[i]->der, set[i]->length});
        kept->this_update = set[i]->this_update;
        kept->next_update = set[i]->next_update;
        found = kept->der.data != NULL;
    }
    pthread_mutex_unlock(&stripe->lock);
    return found;
}

/* The slot that an answer goes to: its own, an empty one, or that of the oldest. */
static entry_t **choose(entry_t **set, const status_cache_key_t *key)
{
    entry_t **chosen = &set[0];
    for (unsigned i = 0; i < WAYS; i++) {
        if (is_about(set[i], key->issuer, key->serial) && set[i]->hash == key->hash)
            return &set[i];
        if (*chosen != NULL && (set[i] == NULL || set[i]->this_update < (*chosen)->this_update))
            chosen = &set[i];
    }
    return chosen;
}

void status_cache_put(status_cache_t *cache, const status_cache_key_t *key,
                      const status_kept_t *kept)
{
    entry_t **set = NULL;
    if (key->serial.length == 0 || key->serial.length > SERIAL_MAX || kept->der.length > UINT32_MAX)
        return;
    entry_t *made = malloc(sizeof *made + kept->der.length);
    if (made == NULL)
        return;
    *made = (entry_t){.issuer = key->issuer,
                      .this_update = kept->this_update,
                      .next_update = kept->next_update,
                      .serial_length = (uint8_t)key->serial.length,
                      .hash = (uint8_t)key->hash,
                      .length = (uint32_t)kept->der.length};
    memcpy(made->serial, key->serial.data, key->serial.length);
    memcpy(made->der, kept->der.data, kept->der.length);
    stripe_t *stripe = find_set(cache, key->issuer, key->serial, &set);
    pthread_mutex_lock(&stripe->lock);
    entry_t **slot = choose(set, key);
    forget(stripe, slot);
    stripe->octets += sizeof *made + made->length;
    *slot = made;
    /* Answers of other sizes than expected: the next ones around the stripe give way. */
    for (uint64_t i = 0; stripe->octets > stripe->limit && i < stripe->sets * WAYS; i++) {
        entry_t **other = &stripe->slots[stripe->hand++ % (stripe->sets * WAYS)];
        if (other != slot)
            forget(stripe, other);
    }
    pthread_mutex_unlock(&stripe->lock);
}

void status_cache_drop(status_cache_t *cache, uint64_t issuer, signet_bytes_t serial)
{
    entry_t **set = NULL;
    if (serial.length == 0 || serial.length > SERIAL_MAX)
        return;
    atomic_fetch_add(&cache->turn, 1);
    stripe_t *stripe = find_set(cache, issuer, serial, &set);
    pthread_mutex_lock(&stripe->lock);
    for (unsigned i = 0; i < WAYS; i++) {
        if (is_about(set[i], issuer, serial))
            forget(stripe, &set[i]);
    }
    pthread_mutex_unlock(&stripe->lock);
}

uint64_t status_cache_turn(const status_cache_t *cache)
{
    return atomic_load(&cache->turn);
}
