#include "rest_chains.h"

#include <pthread.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/json.h>
#include <stdlib.h>
#include <string.h>

/* Chains that are kept. An organisation has a few issuing authorities; where it has more, the
 * oldest is replaced. */
#define CAPACITY 64

/* One kept chain. All octets are one allocation at `memory`: authority, DER, PEM, JSON. */
typedef struct kept {
    uint64_t number;
    uint8_t *memory;
    signet_text_t authority;
    signet_bytes_t der; /* all certificates, one after the other */
    rest_chain_t chain;
} kept_t;

struct rest_chains {
    pthread_rwlock_t lock;
    kept_t kept[CAPACITY];
    uint64_t next; /* the place to fill next */
};

rest_chains_t *rest_chains_new(void)
{
    rest_chains_t *chains = calloc(1, sizeof *chains);
    if (chains == NULL)
        return NULL;
    if (pthread_rwlock_init(&chains->lock, NULL) != 0) {
        free(chains);
        return NULL;
    }
    return chains;
}

void rest_chains_free(rest_chains_t *chains)
{
    if (chains == NULL)
        return;
    for (uint64_t i = 0; i < CAPACITY; i++)
        free(chains->kept[i].memory);
    pthread_rwlock_destroy(&chains->lock);
    free(chains);
}

/* DER is self-delimiting, so that equal concatenations are equal lists of certificates. */
static int same(const kept_t *kept, const signet_bytes_t *certificates, uint64_t count)
{
    uint64_t offset = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (certificates[i].length > kept->der.length - offset ||
            memcmp(kept->der.data + offset, certificates[i].data, certificates[i].length) != 0)
            return 0;
        offset += certificates[i].length;
    }
    return offset == kept->der.length;
}

static kept_t *find(rest_chains_t *chains, uint64_t number, signet_text_t authority)
{
    for (uint64_t i = 0; i < CAPACITY; i++) {
        kept_t *kept = &chains->kept[i];
        if (kept->memory != NULL && kept->number == number &&
            signet_text_equal(kept->authority, authority))
            return kept;
    }
    return NULL;
}

static int32_t encode(signet_call_t *call, const signet_bytes_t *certificates, uint64_t count,
                      rest_chain_t *chain)
{
    signet_buffer_t pem = signet_buffer(call, 4096);
    signet_json_writer_t json = signet_json_writer(call, 4096);
    signet_json_begin_array(&json, NULL);
    for (uint64_t i = 0; i < count; i++) {
        signet_text_t block = signet_pem(call, "CERTIFICATE", certificates[i]);
        signet_buffer_add_text(&pem, block);
        signet_json_text(&json, NULL, block);
    }
    signet_json_end_array(&json);
    int32_t status = signet_buffer_text(&pem, &chain->pem);
    return status == SIGNET_OK ? signet_json_finish(&json, &chain->json) : status;
}

static signet_text_t place(uint8_t **position, const void *data, uint64_t length)
{
    signet_text_t placed = {(const char *)*position, length};
    if (length > 0)
        memcpy(*position, data, length);
    *position += length;
    return placed;
}

/* Keeps a copy. Where memory is short nothing is kept, and the next request encodes anew. */
static void keep(rest_chains_t *chains, uint64_t number, signet_text_t authority,
                 const signet_bytes_t *certificates, uint64_t count, const rest_chain_t *chain)
{
    uint64_t length = authority.length + chain->pem.length + chain->json.length + 1;
    for (uint64_t i = 0; i < count; i++)
        length += certificates[i].length;
    uint8_t *memory = malloc(length);
    if (memory == NULL)
        return;
    uint8_t *position = memory;
    kept_t made = {.number = number, .memory = memory};
    made.authority = place(&position, authority.data, authority.length);
    made.der.data = position;
    for (uint64_t i = 0; i < count; i++)
        (void)place(&position, certificates[i].data, certificates[i].length);
    made.der.length = (uint64_t)(position - made.der.data);
    made.chain.pem = place(&position, chain->pem.data, chain->pem.length);
    made.chain.json = place(&position, chain->json.data, chain->json.length);

    pthread_rwlock_wrlock(&chains->lock);
    kept_t *kept = find(chains, number, authority);
    if (kept == NULL) {
        kept = &chains->kept[chains->next];
        chains->next = (chains->next + 1) % CAPACITY;
    }
    free(kept->memory);
    *kept = made;
    pthread_rwlock_unlock(&chains->lock);
}

int32_t rest_chains_get(rest_chains_t *chains, signet_call_t *call, uint64_t number,
                        signet_text_t authority, const signet_bytes_t *certificates, uint64_t count,
                        rest_chain_t *chain)
{
    int found = 0;
    pthread_rwlock_rdlock(&chains->lock);
    const kept_t *kept = find(chains, number, authority);
    if (kept != NULL && same(kept, certificates, count)) {
        chain->pem = signet_text_copy(call, kept->chain.pem);
        chain->json = signet_text_copy(call, kept->chain.json);
        found = 1;
    }
    pthread_rwlock_unlock(&chains->lock);
    if (found)
        return chain->pem.data != NULL && chain->json.data != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;

    int32_t status = encode(call, certificates, count, chain);
    if (status == SIGNET_OK)
        keep(chains, number, authority, certificates, count, chain);
    return status;
}
