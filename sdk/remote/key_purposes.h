/* What the keys of a process were made for, as far as it has been asked: looking a key up in a
 * token takes longer than signing. Forgotten whenever keys may have changed. */
#ifndef SDK_REMOTE_KEY_PURPOSES_H
#define SDK_REMOTE_KEY_PURPOSES_H

#include <pthread.h>
#include <signet/call.h>

#define KEY_PURPOSES_MAX 256U
#define KEY_PURPOSES_URI 256U

typedef struct key_purposes {
    pthread_mutex_t lock;
    uint32_t count;
    struct {
        uint32_t purposes;
        uint32_t length;
        char uri[KEY_PURPOSES_URI];
    } keys[KEY_PURPOSES_MAX];
} key_purposes_t;

/* The purposes of the key with this URI; 0 where they are not known. Any thread. */
uint32_t key_purposes_find(key_purposes_t *known, signet_text_t uri);
/* Remembers them, while there is room. Any thread. */
void key_purposes_add(key_purposes_t *known, signet_text_t uri, uint32_t purposes);
/* Forgets all. Any thread. */
void key_purposes_clear(key_purposes_t *known);

#endif
