#include "thread_state.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int key_made;
/* The key's destructor frees the state; this pointer is the fast way to it. */
static _Thread_local signet_thread_state_t *current;

void signet_ready_key_clear(signet_ready_key_t *ready)
{
    EVP_PKEY_CTX_free(ready->context);
    EVP_PKEY_free(ready->key);
    *ready = (signet_ready_key_t){0};
}

static void free_state(void *memory)
{
    signet_thread_state_t *state = memory;
    current = NULL;
    EVP_MD_CTX_free(state->digest);
    for (unsigned i = 0; i < SIGNET_CURVES; i++) {
        signet_ready_key_clear(&state->curves[i]);
    }
    for (unsigned i = 0; i < SIGNET_KEPT_KEYS; i++) {
        signet_ready_key_clear(&state->kept[i]);
    }
    OPENSSL_cleanse(state->random, sizeof(state->random));
    free(state);
}

static void make_key(void)
{
    key_made = pthread_key_create(&key, free_state) == 0;
}

signet_thread_state_t *signet_thread_state(void)
{
    if (current != NULL) {
        return current;
    }
    if (pthread_once(&once, make_key) != 0 || !key_made) {
        return NULL;
    }
    signet_thread_state_t *state = calloc(1, sizeof(*state));
    if (state == NULL) {
        return NULL;
    }
    state->random_used = SIGNET_RANDOM_BLOCK;
    state->digest = EVP_MD_CTX_new();
    if (state->digest == NULL || pthread_setspecific(key, state) != 0) {
        EVP_MD_CTX_free(state->digest);
        free(state);
        return NULL;
    }
    current = state;
    return state;
}
