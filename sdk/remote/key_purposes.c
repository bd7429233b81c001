#include "key_purposes.h"

#include <string.h>

/* The place of a key, or `count`. The lock is held. */
static uint32_t place_of(const key_purposes_t *known, signet_text_t uri)
{
    uint32_t at = 0;
    while (at < known->count && !(known->keys[at].length == uri.length &&
                                  memcmp(known->keys[at].uri, uri.data, uri.length) == 0))
        at++;
    return at;
}

uint32_t key_purposes_find(key_purposes_t *known, signet_text_t uri)
{
    pthread_mutex_lock(&known->lock);
    uint32_t at = place_of(known, uri);
    uint32_t purposes = at < known->count ? known->keys[at].purposes : 0;
    pthread_mutex_unlock(&known->lock);
    return purposes;
}

void key_purposes_add(key_purposes_t *known, signet_text_t uri, uint32_t purposes)
{
    if (uri.length == 0 || uri.length > KEY_PURPOSES_URI)
        return;
    pthread_mutex_lock(&known->lock);
    uint32_t at = place_of(known, uri);
    if (at < KEY_PURPOSES_MAX) {
        known->keys[at].purposes = purposes;
        known->keys[at].length = (uint32_t)uri.length;
        memcpy(known->keys[at].uri, uri.data, uri.length);
        known->count = at < known->count ? known->count : at + 1;
    }
    pthread_mutex_unlock(&known->lock);
}

void key_purposes_clear(key_purposes_t *known)
{
    pthread_mutex_lock(&known->lock);
    known->count = 0;
    pthread_mutex_unlock(&known->lock);
}
