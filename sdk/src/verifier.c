/* Public keys kept for many verifications. */
#include "key_load.h"
#include "verify.h"

#include <openssl/err.h>
#include <signet/sdk/error.h>
#include <stdatomic.h>
#include <stdlib.h>

struct signet_verifier {
    uint64_t number; /* never reused: threads keep their copies of the key by it */
    int family;
    int pss;            /* for RSASSA-PSS alone */
    signet_text_t only; /* the one algorithm, where it is bound to one; static */
    EVP_PKEY *key;
};

static _Atomic uint64_t last_number;

int32_t signet_verifier_new(signet_call_t *call, signet_bytes_t spki, signet_verifier_t **verifier)
{
    signet_public_key_t key;
    signet_ready_key_t ready = {0};
    int32_t status = signet_public_key_parse(call, spki, &key);
    if (status == SIGNET_OK) {
        status = signet_key_load(call, &key, &ready);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    signet_verifier_t *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        signet_ready_key_clear(&ready);
        return signet_fail_memory(call);
    }
    made->number = atomic_fetch_add(&last_number, 1) + 1;
    made->family = signet_family_of(key.type);
    made->pss = signet_text_starts(key.type, "RSA-PSS-");
    made->only = key.algorithm;
    made->key = ready.key;
    ready.key = NULL;
    signet_ready_key_clear(&ready);
    *verifier = made;
    return SIGNET_OK;
}

/* The calling thread's own copy of the key, so that threads share no lock or counter. */
static signet_ready_key_t *own_copy(const signet_verifier_t *verifier)
{
    signet_thread_state_t *state = signet_thread_state();
    if (state == NULL) {
        return NULL;
    }
    signet_ready_key_t *ready = &state->kept[verifier->number % SIGNET_KEPT_KEYS];
    if (ready->number == verifier->number) {
        return ready;
    }
    signet_ready_key_clear(ready);
    ready->key = EVP_PKEY_dup(verifier->key);
    if (ready->key == NULL || signet_key_prepare(ready, verifier->family) != 0) {
        signet_ready_key_clear(ready);
        ERR_clear_error();
        return NULL;
    }
    ready->number = verifier->number;
    return ready;
}

int32_t signet_verifier_verify(signet_call_t *call, signet_verifier_t *verifier,
                               signet_text_t algorithm, signet_bytes_t message,
                               signet_bytes_t signature)
{
    const signet_algorithm_t *suited = signet_algorithm_suited(call, algorithm, verifier->family);
    if (suited == NULL) {
        return SIGNET_UNSUPPORTED;
    }
    int32_t status = signet_algorithm_bound(call, verifier->pss, verifier->only, suited);
    if (status != SIGNET_OK) {
        return status;
    }
    signet_ready_key_t *ready = own_copy(verifier);
    if (ready == NULL) {
        return signet_fail_memory(call);
    }
    return signet_verify_ready(call, ready, suited, message, signature);
}

void signet_verifier_free(signet_verifier_t *verifier)
{
    if (verifier == NULL) {
        return;
    }
    EVP_PKEY_free(verifier->key);
    free(verifier);
}
