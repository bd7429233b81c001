#include "issuer.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <stdlib.h>

#include "aia/document.h"
#include "keep.h"
#include "status.h"

static void free_issuer(status_issuer_t *issuer)
{
    if (issuer == NULL)
        return;
    signet_status_issuer_t *seen = &issuer->seen;
    status_drop_text(seen->authority);
    status_drop_text(seen->tenant);
    status_drop(seen->certificate);
    status_drop(seen->subject);
    status_drop(seen->public_key);
    status_drop(seen->key_id);
    status_drop_text(seen->key_type);
    status_drop_text(seen->algorithm);
    status_drop_text(seen->keys);
    status_drop_text(seen->key_uri);
    status_drop_text(seen->list);
    status_drop_text(seen->responder);
    status_drop_text(issuer->name);
    status_drop_text(issuer->key_id_text);
    for (unsigned i = 0; i < STATUS_HASHES; i++) {
        status_drop(issuer->name_hashes[i]);
        status_drop(issuer->key_hashes[i]);
    }
    status_drop(issuer->identifier);
    status_drop(issuer->bundle);
    status_drop(issuer->chain);
    status_drop_text(issuer->tag);
    signet_verifier_free(issuer->verifier);
    status_list_release(issuer->list);
    status_responder_release(issuer->responder);
    pthread_mutex_destroy(&issuer->lock);
    free(issuer);
}

static int32_t hash(signet_call_t *call, signet_bytes_t input, signet_bytes_t *hashes)
{
    signet_bytes_t sha1;
    signet_bytes_t sha256;
    int32_t status = signet_sha1(call, input, &sha1);
    if (status == SIGNET_OK)
        status = signet_sha256(call, input, &sha256);
    if (status != SIGNET_OK)
        return status;
    return status_keep(call, sha1, &hashes[0]) && status_keep(call, sha256, &hashes[1])
               ? SIGNET_OK
               : SIGNET_NO_MEMORY;
}

static int copy(signet_call_t *call, const signet_status_issuer_t *from, status_issuer_t *issuer)
{
    signet_status_issuer_t *seen = &issuer->seen;
    seen->size = sizeof *seen;
    seen->generation = from->generation;
    seen->not_after = from->not_after;
    return status_keep_text(call, from->authority, &seen->authority) &&
           status_keep_text(call, from->tenant, &seen->tenant) &&
           status_keep(call, from->certificate, &seen->certificate) &&
           status_keep(call, from->subject, &seen->subject) &&
           status_keep(call, from->public_key, &seen->public_key) &&
           status_keep(call, from->key_id, &seen->key_id) &&
           status_keep_text(call, from->key_type, &seen->key_type) &&
           status_keep_text(call, from->algorithm, &seen->algorithm) &&
           status_keep_text(call, from->keys, &seen->keys) &&
           status_keep_text(call, from->key_uri, &seen->key_uri) &&
           status_keep_text(call, from->list, &seen->list) &&
           status_keep_text(call, from->responder, &seen->responder);
}

static int32_t fill(signet_call_t *call, const signet_status_issuer_t *from,
                    status_issuer_t *issuer)
{
    signet_public_key_t key;
    signet_bytes_t digest = {NULL, 0};
    signet_bytes_t identifier = {NULL, 0};
    signet_bytes_t bundle = {NULL, 0};
    signet_bytes_t chain = {NULL, 0};
    signet_text_t name = signet_format(call, "%.*s-%llu", SIGNET_FORMAT(from->authority),
                                       (unsigned long long)from->generation);
    int32_t status = name.data == NULL ? SIGNET_NO_MEMORY
                                       : signet_public_key_parse(call, from->public_key, &key);
    if (status == SIGNET_OK && !copy(call, from, issuer))
        status = SIGNET_NO_MEMORY;
    if (status == SIGNET_OK)
        status = hash(call, from->subject, issuer->name_hashes);
    if (status == SIGNET_OK)
        status = hash(call, key.bits, issuer->key_hashes);
    if (status == SIGNET_OK)
        status = signet_algorithm_encode(call, from->algorithm, &identifier);
    if (status == SIGNET_OK)
        status = status_aia_bundle(call, from, &bundle);
    if (status == SIGNET_OK)
        status = status_aia_chain(call, from, &chain);
    if (status == SIGNET_OK)
        status = signet_sha256(call, bundle, &digest);
    if (status == SIGNET_OK &&
        !(status_keep_text(call, name, &issuer->name) &&
          status_keep(call, identifier, &issuer->identifier) &&
          status_keep_text(call, signet_hex(call, from->key_id), &issuer->key_id_text) &&
          status_keep(call, bundle, &issuer->bundle) && status_keep(call, chain, &issuer->chain) &&
          status_keep_text(call, signet_hex(call, digest), &issuer->tag)))
        status = SIGNET_NO_MEMORY;
    return status == SIGNET_OK ? signet_verifier_new(call, from->public_key, &issuer->verifier)
                               : status;
}

static void update(status_issuer_t *issuer, const signet_status_issuer_t *now)
{
    atomic_store(&issuer->signs, (int)now->signs);
    atomic_store(&issuer->destroyed, (int)now->destroyed);
    atomic_store(&issuer->compromised, (int)now->compromised);
}

static int32_t add(status_t *status, signet_call_t *call, const signet_status_issuer_t *now)
{
    unsigned long count = atomic_load(&status->issuers.count);
    if (count == STATUS_ISSUERS)
        return signet_fail(call, SIGNET_FULL, "status.issuers",
                           "there are more than %u keys of authorities", STATUS_ISSUERS);
    status_issuer_t *issuer = calloc(1, sizeof *issuer);
    if (issuer == NULL)
        return signet_fail_memory(call);
    pthread_mutex_init(&issuer->lock, NULL);
    int32_t done = fill(call, now, issuer);
    if (done != SIGNET_OK) {
        free_issuer(issuer);
        return done;
    }
    update(issuer, now);
    /* Whether its list is still right is looked at once. */
    atomic_store(&issuer->pending_since, signet_monotonic());
    atomic_store(&status->issuers.items[count], issuer);
    atomic_store(&status->issuers.count, count + 1);
    return SIGNET_OK;
}

static int32_t take(status_t *status, signet_call_t *call, const signet_status_issuer_t *now)
{
    status_issuer_t *known = status_issuer_of(&status->issuers, now->authority, now->generation);
    if (known != NULL && signet_bytes_equal(known->seen.certificate, now->certificate)) {
        update(known, now);
        return SIGNET_OK;
    }
    int32_t done = add(status, call, now);
    if (done == SIGNET_OK && known != NULL)
        atomic_store(&known->superseded, 1);
    return done;
}

int32_t status_issuers_refresh(status_t *status, signet_call_t *call)
{
    status_source_t source;
    const signet_status_issuer_t *const *list = NULL;
    uint64_t count = 0;
    int32_t done = status_source(status, call, &source);
    if (done == SIGNET_OK)
        done = source.interface->issuers(source.instance, call, &list, &count);
    for (uint64_t i = 0; done == SIGNET_OK && i < count; i++)
        done = take(status, call, list[i]);
    return done;
}

int32_t status_issuers_job(void *instance, signet_call_t *call)
{
    return status_issuers_refresh(instance, call);
}

void status_issuers_free(status_issuers_t *issuers)
{
    unsigned long count = atomic_load(&issuers->count);
    for (unsigned long i = 0; i < count; i++)
        free_issuer(atomic_load(&issuers->items[i]));
}

status_issuer_t *status_issuer_at(const status_issuers_t *issuers, uint64_t index)
{
    return index < atomic_load_explicit(&issuers->count, memory_order_acquire)
               ? atomic_load_explicit(&issuers->items[index], memory_order_acquire)
               : NULL;
}

static int is_current(const status_issuer_t *issuer)
{
    return !atomic_load_explicit(&issuer->superseded, memory_order_relaxed);
}

status_issuer_t *status_issuer_named(const status_issuers_t *issuers, signet_text_t name)
{
    status_issuer_t *issuer = NULL;
    for (uint64_t i = 0; (issuer = status_issuer_at(issuers, i)) != NULL; i++) {
        if (is_current(issuer) && (signet_text_equal(issuer->name, name) ||
                                   signet_text_equal_nocase(issuer->key_id_text, name)))
            return issuer;
    }
    return NULL;
}

status_issuer_t *status_issuer_of(const status_issuers_t *issuers, signet_text_t authority,
                                  uint64_t generation)
{
    status_issuer_t *issuer = NULL;
    for (uint64_t i = 0; (issuer = status_issuer_at(issuers, i)) != NULL; i++) {
        if (is_current(issuer) && issuer->seen.generation == generation &&
            signet_text_equal(issuer->seen.authority, authority))
            return issuer;
    }
    return NULL;
}

status_list_t *status_issuer_list(status_issuer_t *issuer, int may_block, int *busy)
{
    *busy = 0;
    if (may_block) {
        pthread_mutex_lock(&issuer->lock);
    } else if (pthread_mutex_trylock(&issuer->lock) != 0) {
        *busy = 1;
        return NULL;
    }
    status_list_t *list = status_list_hold(issuer->list);
    pthread_mutex_unlock(&issuer->lock);
    return list;
}

status_responder_t *status_issuer_responder(status_issuer_t *issuer)
{
    pthread_mutex_lock(&issuer->lock);
    status_responder_t *responder = status_responder_hold(issuer->responder);
    pthread_mutex_unlock(&issuer->lock);
    return responder;
}

void status_issuer_set_list(status_issuer_t *issuer, status_list_t *list)
{
    pthread_mutex_lock(&issuer->lock);
    status_list_t *former = issuer->list;
    issuer->list = list;
    pthread_mutex_unlock(&issuer->lock);
    status_list_release(former);
}

void status_issuer_set_responder(status_issuer_t *issuer, status_responder_t *responder)
{
    pthread_mutex_lock(&issuer->lock);
    status_responder_t *former = issuer->responder;
    issuer->responder = responder;
    pthread_mutex_unlock(&issuer->lock);
    status_responder_release(former);
}
