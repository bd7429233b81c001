#include "record/blocked_key.h"

#include "error.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 1000U

static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;
static ca_blocked_keys_t *shared; /* under the lock */
static uint64_t holders;

int32_t ca_blocked_keys_hold(signet_call_t *call, ca_blocked_keys_t **keys)
{
    pthread_mutex_lock(&shared_lock);
    if (shared == NULL) {
        shared = calloc(1, sizeof *shared);
        if (shared != NULL && pthread_rwlock_init(&shared->lock, NULL) != 0) {
            free(shared);
            shared = NULL;
        }
    }
    holders += shared != NULL;
    *keys = shared;
    pthread_mutex_unlock(&shared_lock);
    return *keys != NULL ? SIGNET_OK : signet_fail_memory(call);
}

void ca_blocked_keys_release(ca_blocked_keys_t *keys)
{
    if (keys == NULL)
        return;
    pthread_mutex_lock(&shared_lock);
    if (--holders == 0) {
        pthread_rwlock_destroy(&shared->lock);
        free(shared->digests);
        free(shared);
        shared = NULL;
    }
    pthread_mutex_unlock(&shared_lock);
}

/* The place of a digest, or where it would be put. The lock is held. */
static uint64_t place(const ca_blocked_keys_t *keys, const uint8_t *digest, int *found)
{
    uint64_t low = 0;
    uint64_t high = keys->count;
    *found = 0;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        int order = memcmp(keys->digests[middle], digest, CA_KEY_DIGEST);
        if (order == 0) {
            *found = 1;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int ca_blocked_keys_has(ca_blocked_keys_t *keys, signet_bytes_t digest)
{
    int found = 0;
    pthread_rwlock_rdlock(&keys->lock);
    place(keys, digest.data, &found);
    pthread_rwlock_unlock(&keys->lock);
    return found;
}

/* Room for `extra` more than there are, and for what others reserved at the same time: revocations
 * run on few threads, and each reserves one. */
#define SLACK 1024U

int32_t ca_blocked_keys_reserve(ca_blocked_keys_t *keys, signet_call_t *call)
{
    int32_t status = SIGNET_OK;
    pthread_rwlock_wrlock(&keys->lock);
    if (keys->count + SLACK > keys->capacity) {
        uint64_t capacity = keys->count + keys->count / 2 + 2 * (uint64_t)SLACK;
        void *digests = realloc(keys->digests, capacity * CA_KEY_DIGEST);
        if (digests == NULL) {
            status = signet_fail_memory(call);
        } else {
            keys->digests = digests;
            keys->capacity = capacity;
        }
    }
    pthread_rwlock_unlock(&keys->lock);
    return status;
}

void ca_blocked_keys_add(ca_blocked_keys_t *keys, signet_bytes_t digest)
{
    int found = 0;
    pthread_rwlock_wrlock(&keys->lock);
    uint64_t index = place(keys, digest.data, &found);
    if (!found && keys->count < keys->capacity) {
        memmove(keys->digests + index + 1, keys->digests + index,
                (keys->count - index) * CA_KEY_DIGEST);
        memcpy(keys->digests[index], digest.data, CA_KEY_DIGEST);
        keys->count++;
    }
    pthread_rwlock_unlock(&keys->lock);
}

static int32_t load_page(ca_blocked_keys_t *keys, signet_call_t *call, const signet_page_t *page)
{
    for (uint64_t i = 0; i < page->count; i++) {
        signet_bytes_t digest;
        int32_t status = signet_hex_decode(call, page->records[i]->key, &digest);
        if (status != SIGNET_OK)
            return status;
        if (digest.length != CA_KEY_DIGEST)
            return signet_fail(call, SIGNET_CORRUPT, "ca.blocked-keys",
                               "a record of ca.blocked_keys is damaged; restore the store from a "
                               "backup");
        status = ca_blocked_keys_reserve(keys, call);
        if (status != SIGNET_OK)
            return status;
        ca_blocked_keys_add(keys, digest);
    }
    return SIGNET_OK;
}

/* Reads the page behind `cursor` in an arena of its own, and moves the cursor. */
static int32_t load_next(ca_blocked_keys_t *keys, signet_call_t *call, const signet_store_t *store,
                         signet_text_t *cursor, int32_t *more)
{
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return SIGNET_NO_MEMORY;
    signet_query_t query = {.size = sizeof query,
                            .flags = SIGNET_QUERY_NO_BODY,
                            .collection = SIGNET_TEXT(CA_BLOCKED_KEYS),
                            .limit = PAGE,
                            .cursor = *cursor};
    const signet_page_t *page = NULL;
    int32_t status = store->interface->query(store->instance, child, &query, &page);
    if (status == SIGNET_OK)
        status = load_page(keys, child, page);
    if (status == SIGNET_OK) {
        *more = page->cursor.length > 0;
        *cursor = signet_text_copy(call, page->cursor);
        if (*more && cursor->data == NULL)
            status = SIGNET_NO_MEMORY;
    } else {
        status = signet_error_pass(call, child);
    }
    call->services->end(child);
    return status;
}

int32_t ca_blocked_keys_load(ca_blocked_keys_t *keys, signet_call_t *call,
                             const signet_store_t *store)
{
    static const signet_field_declaration_t fields[] = {
        SIGNET_FIELD("certificate", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("blocked_at", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    };
    /* A compromised key is compromised for every tenant. */
    static const signet_collection_t collection =
        SIGNET_COLLECTION(CA_BLOCKED_KEYS, SIGNET_COLLECTION_GLOBAL, 1, fields);
    int32_t status = store->interface->declare(store->instance, call, &collection);
    int32_t more = 1;
    signet_text_t cursor = {NULL, 0};
    while (status == SIGNET_OK && more)
        status = load_next(keys, call, store, &cursor, &more);
    return status;
}

int32_t ca_blocked_keys_change(signet_call_t *call, signet_bytes_t digest,
                               signet_text_t certificate, int64_t now, signet_field_t *fields,
                               signet_change_t *change)
{
    signet_text_t key = signet_hex(call, digest);
    if (key.data == NULL)
        return SIGNET_NO_MEMORY;
    fields[0] = signet_field_text("certificate", certificate);
    fields[1] = signet_field_time("blocked_at", now);
    *change =
        signet_put(CA_BLOCKED_KEYS, key, SIGNET_VERSION_ANY, fields, 2, (signet_bytes_t){NULL, 0});
    return SIGNET_OK;
}
