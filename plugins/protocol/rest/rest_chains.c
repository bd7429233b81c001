#include "rest_chains.h"

#include <pthread.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/json.h>
#include <stdlib.h>
#include <string.h>

/* Chains that are kept. An organisation has a few issuing authorities; where it has more, the
 * oldest is replaced. */
#define CAPACITY 64

#define FORMS 2

/* One kept chain. All octets are one allocation at `memory`: authority, DER and the forms. */
typedef struct kept {
    uint64_t number;
    uint8_t *memory;
    signet_text_t authority;
    signet_bytes_t der; /* all certificates, one after the other */
    signet_text_t forms[FORMS];
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
                      signet_text_t forms[FORMS])
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
    int32_t status = signet_buffer_text(&pem, &forms[REST_CHAIN_PEM]);
    return status == SIGNET_OK ? signet_json_finish(&json, &forms[REST_CHAIN_JSON]) : status;
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
                 const signet_bytes_t *certificates, uint64_t count,
                 const signet_text_t forms[FORMS])
{
    uint64_t length = authority.length + 1;
    for (int form = 0; form < FORMS; form++)
        length += forms[form].length;
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
    for (int form = 0; form < FORMS; form++)
        made.forms[form] = place(&position, forms[form].data, forms[form].length);

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
                        rest_chain_form_t form, signet_text_t *chain)
{
    signet_text_t forms[FORMS] = {{NULL, 0}, {NULL, 0}};
    int found = 0;
    pthread_rwlock_rdlock(&chains->lock);
    const kept_t *kept = find(chains, number, authority);
    if (kept != NULL && same(kept, certificates, count)) {
        *chain = signet_text_copy(call, kept->forms[form]);
        found = 1;
    }
    pthread_rwlock_unlock(&chains->lock);
    if (found)
        return chain->data != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;

    int32_t status = encode(call, certificates, count, forms);
    if (status == SIGNET_OK)
        keep(chains, number, authority, certificates, count, forms);
    *chain = forms[form];
    return status;
}
