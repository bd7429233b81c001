/* Eight octets of a number, sixteen of a MAC over them, the name of the node. What was used is a
 * ring of bits, one for each of the last numbers: 128 KiB, whatever clients do. */
#include "nonce.h"

#include <pthread.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <stdlib.h>
#include <string.h>

#include "problem.h"

#define NUMBER 8U
#define TAG 16U
#define KEPT (UINT64_C(1) << 20)

struct acme_nonces {
    signet_text_t node;
    pthread_mutex_t lock;
    uint64_t next;
    uint64_t *used; /* a bit for each of the last KEPT numbers */
    uint8_t key[32];
};

acme_nonces_t *acme_nonces_new(signet_call_t *call, signet_text_t node)
{
    acme_nonces_t *nonces = calloc(1, sizeof *nonces);
    if (nonces == NULL) {
        signet_fail_memory(call);
        return NULL;
    }
    nonces->used = calloc(KEPT / 64, sizeof *nonces->used);
    nonces->node = node;
    if (nonces->used == NULL || pthread_mutex_init(&nonces->lock, NULL) != 0) {
        free(nonces->used);
        free(nonces);
        signet_fail_memory(call);
        return NULL;
    }
    if (signet_random(call, nonces->key, sizeof nonces->key) != SIGNET_OK) {
        acme_nonces_free(nonces);
        return NULL;
    }
    return nonces;
}

void acme_nonces_free(acme_nonces_t *nonces)
{
    if (nonces == NULL) {
        return;
    }
    pthread_mutex_destroy(&nonces->lock);
    signet_wipe(nonces->key, sizeof nonces->key);
    free(nonces->used);
    free(nonces);
}

static int32_t authenticate(signet_call_t *call, const acme_nonces_t *nonces, const uint8_t *number,
                            uint8_t *tag)
{
    signet_bytes_t mac;
    int32_t status = signet_hmac_sha256(call, (signet_bytes_t){nonces->key, sizeof nonces->key},
                                        (signet_bytes_t){number, NUMBER}, &mac);
    if (status == SIGNET_OK) {
        memcpy(tag, mac.data, TAG);
    }
    return status;
}

int32_t acme_nonce_make(signet_call_t *call, acme_nonces_t *nonces, signet_text_t *nonce)
{
    uint8_t octets[NUMBER + TAG];
    pthread_mutex_lock(&nonces->lock);
    uint64_t number = nonces->next++;
    nonces->used[number % KEPT / 64] &= ~(UINT64_C(1) << (number % 64));
    pthread_mutex_unlock(&nonces->lock);
    for (unsigned i = 0; i < NUMBER; i++) {
        octets[i] = (uint8_t)(number >> (8 * (NUMBER - 1 - i)));
    }
    int32_t status = authenticate(call, nonces, octets, octets + NUMBER);
    if (status != SIGNET_OK) {
        return status;
    }
    signet_bytes_t whole;
    signet_buffer_t buffer = signet_buffer(call, sizeof octets + nonces->node.length);
    signet_buffer_add(&buffer, octets, sizeof octets);
    signet_buffer_add_text(&buffer, nonces->node);
    status = signet_buffer_bytes(&buffer, &whole);
    if (status != SIGNET_OK) {
        return status;
    }
    *nonce = signet_base64url(call, whole);
    return nonce->data != NULL ? SIGNET_OK : signet_status(call);
}

/* 1 for the first who comes with this number. */
static int use(acme_nonces_t *nonces, const uint8_t *octets)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < NUMBER; i++) {
        number = number << 8 | octets[i];
    }
    uint64_t bit = UINT64_C(1) << (number % 64);
    pthread_mutex_lock(&nonces->lock);
    uint64_t *word = &nonces->used[number % KEPT / 64];
    int fresh = number < nonces->next && nonces->next - number <= KEPT && (*word & bit) == 0;
    if (fresh) {
        *word |= bit;
    }
    pthread_mutex_unlock(&nonces->lock);
    return fresh;
}

signet_text_t acme_nonce_node(signet_call_t *call, signet_text_t nonce)
{
    signet_bytes_t octets = {NULL, 0};
    if (signet_base64url_decode(call, nonce, &octets) != SIGNET_OK) {
        call->services->clear(call);
    }
    return octets.length > NUMBER + TAG ? (signet_text_t){(const char *)octets.data + NUMBER + TAG,
                                                          octets.length - NUMBER - TAG}
                                        : (signet_text_t){NULL, 0};
}

int32_t acme_nonce_redeem_own(signet_call_t *call, acme_nonces_t *nonces, signet_text_t nonce)
{
    signet_bytes_t octets = {NULL, 0};
    uint8_t tag[TAG];
    int32_t status = signet_base64url_decode(call, nonce, &octets);
    if (status == SIGNET_NO_MEMORY) {
        return status;
    }
    if (status != SIGNET_OK) {
        call->services->clear(call);
    } else if (octets.length >= NUMBER + TAG &&
               signet_text_equal(acme_nonce_node(call, nonce), nonces->node)) {
        status = authenticate(call, nonces, octets.data, tag);
        if (status != SIGNET_OK) {
            return status;
        }
        if (signet_bytes_equal_secret((signet_bytes_t){octets.data + NUMBER, TAG},
                                      (signet_bytes_t){tag, TAG}) &&
            use(nonces, octets.data)) {
            return SIGNET_OK;
        }
    }
    return acme_fail(call, "badNonce",
                     "The nonce is none of ours or was used; take the one of this answer.");
}
