/* Random octets in blocks per thread, which costs a fraction of a draw for each use. */
#include "thread_state.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <signet/sdk/error.h>
#include <stdatomic.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int fork_watched;
/* Grows in each child, so that none uses up a block that its parent goes on with. */
static _Atomic uint64_t forks;

static void count_fork(void)
{
    atomic_fetch_add(&forks, 1);
}

static void watch_fork(void)
{
    fork_watched = pthread_atfork(NULL, NULL, count_fork) == 0;
}

static int draw(uint8_t *output, uint64_t length)
{
    return RAND_priv_bytes_ex(NULL, output, length, 0) == 1 ? 0 : -1;
}

static int take(uint8_t *output, uint64_t length)
{
    signet_thread_state_t *state = signet_thread_state();
    if (state == NULL || pthread_once(&once, watch_fork) != 0 || !fork_watched) {
        return -1;
    }
    uint64_t process = atomic_load(&forks);
    if (state->random_process != process || length > SIGNET_RANDOM_BLOCK - state->random_used) {
        state->random_used = SIGNET_RANDOM_BLOCK;
        if (draw(state->random, SIGNET_RANDOM_BLOCK) != 0) {
            return -1;
        }
        state->random_used = 0;
        state->random_process = process;
    }
    uint8_t *source = state->random + state->random_used;
    memcpy(output, source, length);
    OPENSSL_cleanse(source, length);
    state->random_used += length;
    return 0;
}

int32_t signet_random(signet_call_t *call, void *output, uint64_t length)
{
    int result = length > SIGNET_RANDOM_BLOCK ? draw(output, length) : take(output, length);
    if (result != 0) {
        ERR_clear_error();
        return signet_fail(call, SIGNET_INTERNAL, "random.failed",
                           "OpenSSL's random generator failed: check its entropy source.");
    }
    return SIGNET_OK;
}
