#include "certificate_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define DIGEST 32
/* Shards each have a lock of their own, so that many workers do not wait for one. */
#define SHARDS 16
#define PLACES 256

typedef struct kept {
    uint8_t fingerprint[DIGEST];
    certificate_verdict_t verdict; /* until 0: free */
} kept_t;

typedef struct shard {
    pthread_mutex_t lock;
    kept_t kept[PLACES];
} shard_t;

struct certificate_cache {
    shard_t shards[SHARDS];
};

certificate_cache_t *certificate_cache_new(void)
{
    certificate_cache_t *cache = calloc(1, sizeof *cache);
    if (cache == NULL)
        return NULL;
    for (int i = 0; i < SHARDS; i++)
        if (pthread_mutex_init(&cache->shards[i].lock, NULL) != 0) {
            while (i-- > 0)
                pthread_mutex_destroy(&cache->shards[i].lock);
            free(cache);
            return NULL;
        }
    return cache;
}

void certificate_cache_free(certificate_cache_t *cache)
{
    if (cache == NULL)
        return;
    for (int i = 0; i < SHARDS; i++)
        pthread_mutex_destroy(&cache->shards[i].lock);
    free(cache);
}

/* Digests spread well as they are. A certificate has one place. */
static kept_t *locate(certificate_cache_t *cache, signet_bytes_t fingerprint, shard_t **shard)
{
    *shard = &cache->shards[fingerprint.data[0] % SHARDS];
    return &(*shard)->kept[fingerprint.data[1] % PLACES];
}

int certificate_cache_get(certificate_cache_t *cache, signet_bytes_t fingerprint,
                          certificate_verdict_t *verdict)
{
    shard_t *shard;
    const kept_t *kept = locate(cache, fingerprint, &shard);
    pthread_mutex_lock(&shard->lock);
    int found =
        kept->verdict.until != 0 && memcmp(kept->fingerprint, fingerprint.data, DIGEST) == 0;
    *verdict = kept->verdict;
    pthread_mutex_unlock(&shard->lock);
    return found;
}

void certificate_cache_put(certificate_cache_t *cache, signet_bytes_t fingerprint,
                           const certificate_verdict_t *verdict)
{
    shard_t *shard;
    kept_t *kept = locate(cache, fingerprint, &shard);
    pthread_mutex_lock(&shard->lock);
    memcpy(kept->fingerprint, fingerprint.data, DIGEST);
    kept->verdict = *verdict;
    pthread_mutex_unlock(&shard->lock);
}
