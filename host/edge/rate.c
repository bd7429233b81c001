#include "edge/rate.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define PARTS 64U /* each with a lock of its own */
#define SETS 128U /* of a part */
#define PLACES 8U /* of a set: 65,536 in all */
#define SECOND INT64_C(1000000)

typedef struct place {
    uint64_t key; /* 0: free */
    int64_t due_us;
} place_t;

typedef struct part {
    pthread_mutex_t lock;
    place_t places[SETS][PLACES];
} part_t;

struct edge_rate {
    int64_t interval_us; /* between requests, over time */
    int64_t ahead_us;    /* how far the due time may lie in the future */
    uint64_t secret;     /* so that nobody can choose whom he shares a place with */
    part_t parts[PARTS];
};

edge_rate_t *edge_rate_new(int64_t rate, int64_t burst)
{
    edge_rate_t *made = calloc(1, sizeof(*made));
    size_t i;

    if (made == NULL) {
        return NULL;
    }
    if (getrandom(&made->secret, sizeof(made->secret), 0) != (ssize_t)sizeof(made->secret)) {
        free(made);
        return NULL;
    }
    made->interval_us = SECOND / rate > 0 ? SECOND / rate : 1;
    made->ahead_us = made->interval_us * (burst - 1);
    for (i = 0; i < PARTS; i++) {
        (void)pthread_mutex_init(&made->parts[i].lock, NULL);
    }
    return made;
}

void edge_rate_free(edge_rate_t *rate)
{
    size_t i;

    if (rate != NULL) {
        for (i = 0; i < PARTS; i++) {
            (void)pthread_mutex_destroy(&rate->parts[i].lock);
        }
        free(rate);
    }
}

static uint64_t key_of(const edge_rate_t *rate, signet_text_t who)
{
    uint64_t key = rate->secret;
    uint64_t i;

    for (i = 0; i < who.length; i++) {
        key = (key ^ (unsigned char)who.data[i]) * UINT64_C(0x9E3779B97F4A7C15);
        key ^= key >> 29;
    }
    key = (key ^ key >> 32) * UINT64_C(0xBF58476D1CE4E5B9);
    key ^= key >> 27;
    return key | 1;
}

/* The place of a key, or the one whose time has passed longest ago, made its own. */
static place_t *find_place(place_t places[static PLACES], uint64_t key)
{
    place_t *oldest = &places[0];
    size_t i;

    for (i = 0; i < PLACES; i++) {
        if (places[i].key == key) {
            return &places[i];
        }
        if (places[i].due_us < oldest->due_us) {
            oldest = &places[i];
        }
    }
    oldest->key = key;
    oldest->due_us = 0;
    return oldest;
}

int64_t edge_rate_take(edge_rate_t *rate, signet_text_t who, int64_t now_us)
{
    uint64_t key = key_of(rate, who);
    part_t *part = &rate->parts[(key >> 8) % PARTS];
    place_t *place;
    int64_t wait_us;

    (void)pthread_mutex_lock(&part->lock);
    place = find_place(part->places[(key >> 16) % SETS], key);
    if (place->due_us < now_us) {
        place->due_us = now_us;
    }
    wait_us = place->due_us - now_us - rate->ahead_us;
    if (wait_us <= 0) {
        place->due_us += rate->interval_us;
    }
    (void)pthread_mutex_unlock(&part->lock);
    return wait_us <= 0 ? 0 : (wait_us + 999) / 1000;
}

signet_text_t edge_rate_address(signet_text_t peer, char buffer[static 16])
{
    char text[INET6_ADDRSTRLEN] = "";

    if (peer.length >= sizeof(text) || memchr(peer.data, ':', peer.length) == NULL) {
        return peer;
    }
    memcpy(text, peer.data, peer.length);
    return inet_pton(AF_INET6, text, buffer) == 1 ? (signet_text_t){buffer, 8} : peer;
}
