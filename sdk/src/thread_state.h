/* What the SDK keeps for each thread: OpenSSL contexts and random octets. Made at first use, freed
 * as the thread ends. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_THREAD_STATE_H
#define SIGNET_SDK_SRC_THREAD_STATE_H

#include "algorithm.h"

#include <openssl/evp.h>

#define SIGNET_CURVES 3
#define SIGNET_KEPT_KEYS 64
#define SIGNET_RANDOM_BLOCK 4096U

/* A key ready to verify. */
typedef struct signet_ready_key {
    uint64_t number; /* of the verifier it belongs to; 0: none */
    EVP_PKEY *key;
    EVP_PKEY_CTX *context;               /* not for EdDSA */
    const signet_algorithm_t *algorithm; /* that an RSA context is set up for */
} signet_ready_key_t;

typedef struct signet_thread_state {
    EVP_MD_CTX *digest;
    /* One key for each curve, whose point is replaced for each verification. */
    signet_ready_key_t curves[SIGNET_CURVES];
    /* Keys of verifiers, by number modulo the size: bounded, so that freed ones fade out. */
    signet_ready_key_t kept[SIGNET_KEPT_KEYS];
    uint8_t random[SIGNET_RANDOM_BLOCK];
    uint64_t random_used;
    uint64_t random_process; /* count of forks when the block was drawn */
} signet_thread_state_t;

/* The calling thread's state, or NULL where memory is exhausted. */
signet_thread_state_t *signet_thread_state(void);
/* Frees what a ready key holds and empties it. */
void signet_ready_key_clear(signet_ready_key_t *ready);

#endif
