#include "token_cache.h"

#include <pthread.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <stdlib.h>
#include <string.h>

/* How long a token is believed without another look at the store. */
#define LIFE_MS 5000
/* Shards each have a lock of their own, so that many workers do not wait for one. */
#define SHARDS 16
#define PLACES 64

/* One kept token. Its texts and grants are one allocation at `memory`. */
typedef struct kept {
    void *memory; /* NULL: free */
    int64_t until;
    token_t token;
} kept_t;

typedef struct shard {
    pthread_mutex_t lock;
    uint64_t forgotten; /* counts calls of forget */
    kept_t kept[PLACES];
} shard_t;

struct token_cache {
    shard_t shards[SHARDS];
};

token_cache_t *token_cache_new(void)
{
    token_cache_t *cache = calloc(1, sizeof *cache);
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

void token_cache_free(token_cache_t *cache)
{
    if (cache == NULL)
        return;
    for (int i = 0; i < SHARDS; i++) {
        for (int place = 0; place < PLACES; place++)
            free(cache->shards[i].kept[place].memory);
        pthread_mutex_destroy(&cache->shards[i].lock);
    }
    free(cache);
}

/* Ids are random, so that a few of their characters spread them well. A token has one place: a
 * second token of that place takes it over. */
static void locate(token_cache_t *cache, signet_text_t id, shard_t **shard, kept_t **kept)
{
    uint64_t hash = 0;
    for (uint64_t i = 0; i < id.length; i++)
        hash = hash * 31 + (uint8_t)id.data[i];
    *shard = &cache->shards[hash % SHARDS];
    *kept = &(*shard)->kept[hash / SHARDS % PLACES];
}

static int holds(const kept_t *kept, signet_text_t id)
{
    return kept->memory != NULL && signet_text_equal(kept->token.id, id);
}

/* Copying a token into one piece of memory: first the size, then the parts. */
static uint64_t measure(const token_t *token)
{
    uint64_t size = token->grant_count * sizeof(signet_grant_t) + token->id.length +
                    token->name.length + token->person.length + token->tenant.length +
                    token->creator.length + token->entry.length + token->reason.length +
                    token->digest.length;
    for (uint64_t i = 0; i < token->grant_count; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, token->grants, i);
        size += grant->role.length + grant->authority.length + grant->profile.length +
                grant->names.length;
    }
    return size + 1; /* never an allocation of nothing */
}

static signet_text_t move(char **position, signet_text_t text)
{
    signet_text_t copy = {*position, text.length};
    if (text.length > 0)
        memcpy(*position, text.data, text.length);
    *position += text.length;
    return copy;
}

static void copy(const token_t *token, void *memory, token_t *made)
{
    signet_grant_t *grants = memory;
    char *position = (char *)memory + token->grant_count * sizeof *grants;
    for (uint64_t i = 0; i < token->grant_count; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, token->grants, i);
        grants[i] = (signet_grant_t){.size = sizeof *grants};
        grants[i].role = move(&position, grant->role);
        grants[i].authority = move(&position, grant->authority);
        grants[i].profile = move(&position, grant->profile);
        grants[i].names = move(&position, grant->names);
    }
    *made = *token;
    made->grants = grants;
    made->id = move(&position, token->id);
    made->name = move(&position, token->name);
    made->person = move(&position, token->person);
    made->tenant = move(&position, token->tenant);
    made->creator = move(&position, token->creator);
    made->entry = move(&position, token->entry);
    made->reason = move(&position, token->reason);
    made->digest = signet_text_bytes(move(&position, signet_bytes_text(token->digest)));
}

int token_cache_get(token_cache_t *cache, signet_call_t *call, signet_text_t id, token_t *token)
{
    shard_t *shard;
    kept_t *kept;
    int found = 0;
    locate(cache, id, &shard, &kept);
    int64_t now = signet_monotonic();
    pthread_mutex_lock(&shard->lock);
    if (holds(kept, id) && kept->until > now) {
        void *memory = signet_alloc(call, 1, measure(&kept->token));
        if (memory != NULL) {
            copy(&kept->token, memory, token);
            found = 1;
        } else {
            call->services->clear(call);
        }
    }
    pthread_mutex_unlock(&shard->lock);
    return found;
}

uint64_t token_cache_mark(token_cache_t *cache, signet_text_t id)
{
    shard_t *shard;
    kept_t *kept;
    locate(cache, id, &shard, &kept);
    pthread_mutex_lock(&shard->lock);
    uint64_t mark = shard->forgotten;
    pthread_mutex_unlock(&shard->lock);
    return mark;
}

void token_cache_put(token_cache_t *cache, const token_t *token, uint64_t mark)
{
    shard_t *shard;
    kept_t *kept;
    void *memory = malloc(measure(token));
    if (memory == NULL)
        return; /* the next request reads the store again */
    kept_t made = {.memory = memory, .until = signet_monotonic() + LIFE_MS};
    copy(token, memory, &made.token);
    locate(cache, token->id, &shard, &kept);
    pthread_mutex_lock(&shard->lock);
    if (shard->forgotten == mark) {
        memory = kept->memory;
        *kept = made;
    }
    pthread_mutex_unlock(&shard->lock);
    free(memory);
}

void token_cache_forget(token_cache_t *cache, signet_text_t id)
{
    shard_t *shard;
    kept_t *kept;
    locate(cache, id, &shard, &kept);
    pthread_mutex_lock(&shard->lock);
    shard->forgotten++;
    if (holds(kept, id)) {
        free(kept->memory);
        *kept = (kept_t){.memory = NULL};
    }
    pthread_mutex_unlock(&shard->lock);
}
