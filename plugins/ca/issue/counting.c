#include "issue/counting.h"

#include "error.h"
#include "issue/intent.h"
#include "issue/reservation.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#define PAGE 100U

/* SHA-256 of the SubjectPublicKeyInfo of a certificate, or of what was to be signed. */
static int32_t digest_of(signet_call_t *call, const ca_record_t *record, signet_bytes_t *digest)
{
    const signet_x509_t *x509 = NULL;
    signet_bytes_t der = record->body;
    int32_t status = SIGNET_OK;
    if (record->unconfirmed)
        status = ca_intent_whole(call, record->body, &der);
    if (status == SIGNET_OK)
        status = signet_x509_parse(call, der, &x509);
    return status == SIGNET_OK ? signet_sha256(call, x509->key.spki, digest) : status;
}

/* What somebody else changed meanwhile is left to the next walk. */
static int32_t commit(signet_call_t *call, const ca_counting_t *walk,
                      const signet_change_t *changes, uint64_t count)
{
    int32_t status = walk->store.interface->commit(walk->store.instance, call, changes, count);
    if (status != SIGNET_CONFLICT)
        return status;
    call->services->clear(call);
    status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && count > 1 && i < count; i++)
        status = commit(call, walk, &changes[i], 1);
    return status;
}

static int32_t flush(signet_call_t *call, ca_counting_t *walk)
{
    uint64_t count = walk->batch_count;
    walk->batch_count = 0;
    return count == 0 ? SIGNET_OK : commit(call, walk, walk->batch, count);
}

static int32_t index_key(signet_call_t *call, ca_counting_t *walk, signet_text_t key,
                         ca_record_t *record)
{
    signet_field_t *fields = signet_alloc(call, CA_RECORD_FIELDS, sizeof *fields);
    if (fields == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = digest_of(call, record, &record->key);
    if (status == SIGNET_OK)
        status = ca_record_put(call, key, record->certificate.version, record, fields,
                               &walk->batch[walk->batch_count]);
    walk->batch_count += status == SIGNET_OK;
    walk->changed++;
    return status;
}

/* An intent is in no index. One that a request of now works on is listed for nothing. */
static int32_t reserve_key(signet_call_t *call, const ca_counting_t *walk, signet_text_t key,
                           const ca_record_t *record)
{
    signet_bytes_t digest = {NULL, 0};
    signet_text_t reservation = {NULL, 0};
    int added = 0;
    int32_t status = digest_of(call, record, &digest);
    if (status == SIGNET_OK)
        status = ca_reservation_of_key(call, digest, &reservation);
    return status == SIGNET_OK ? ca_reservation_add(call, &walk->store, reservation, key, &added)
                               : status;
}

static int32_t list_active(const ca_t *ca, signet_call_t *call, ca_counting_t *walk,
                           signet_text_t key, const ca_record_t *record)
{
    const signet_certificate_t *certificate = &record->certificate;
    const ca_profile_t *profile =
        ca_profile_find(ca->profiles, ca->profile_count, certificate->profile);
    signet_text_t reservation = {NULL, 0};
    int added = 0;
    if (profile == NULL || !walk->mine[profile->index] ||
        !ca_reservation_active(record, signet_now()))
        return SIGNET_OK;
    int32_t status =
        ca_reservation_of_holder(call, profile->name, certificate->subject, certificate->names,
                                 certificate->name_count, &reservation);
    if (status == SIGNET_OK)
        status = ca_reservation_add(call, &walk->store, reservation, key, &added);
    walk->changed += (uint64_t)added;
    return status;
}

static int32_t count_intent(const ca_t *ca, signet_call_t *call, ca_counting_t *walk,
                            const signet_record_t *stored)
{
    ca_intent_t *intent = NULL;
    int32_t status = ca_intent_decode(call, stored, &intent);
    if (status == SIGNET_OK && walk->keys)
        status = reserve_key(call, walk, stored->key, &intent->record);
    return status == SIGNET_OK ? list_active(ca, call, walk, stored->key, &intent->record) : status;
}

static int32_t count_certificate(const ca_t *ca, signet_call_t *call, ca_counting_t *walk,
                                 const signet_record_t *stored)
{
    ca_record_t *record = NULL;
    int32_t status = ca_record_decode(call, stored, &record);
    if (status == SIGNET_OK && walk->keys && record->key.length == 0)
        status = index_key(call, walk, stored->key, record);
    return status == SIGNET_OK ? list_active(ca, call, walk, stored->key, record) : status;
}

/* Each record of a page, in its tenant. */
static int32_t count_page(const ca_t *ca, signet_call_t *call, ca_counting_t *walk,
                          const signet_page_t *page, int intents)
{
    signet_text_t tenant = {NULL, 0};
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++) {
        const signet_record_t *stored = page->records[i];
        if (i == 0 || !signet_text_equal(tenant, stored->tenant)) {
            status = flush(call, walk);
            tenant = stored->tenant;
            if (status == SIGNET_OK)
                status = call->services->set_tenant(call, tenant);
        }
        if (status == SIGNET_OK)
            status = intents ? count_intent(ca, call, walk, stored)
                             : count_certificate(ca, call, walk, stored);
    }
    return status == SIGNET_OK ? flush(call, walk) : status;
}

/* One page in an arena of its own; `cursor` moves on. */
static int32_t walk_page(const ca_t *ca, signet_call_t *call, ca_counting_t *walk, int intents,
                         signet_text_t *cursor)
{
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return SIGNET_NO_MEMORY;
    signet_query_t query = {.size = sizeof query,
                            .collection =
                                intents ? SIGNET_TEXT(CA_INTENTS) : SIGNET_TEXT(CA_CERTIFICATES),
                            .limit = PAGE,
                            .cursor = *cursor};
    const signet_page_t *page = NULL;
    int32_t status = child->services->set_tenant(child, SIGNET_TEXT("*"));
    walk->batch = signet_alloc(child, PAGE, sizeof *walk->batch);
    if (walk->batch == NULL)
        status = SIGNET_NO_MEMORY;
    if (status == SIGNET_OK)
        status = walk->store.interface->query(walk->store.instance, child, &query, &page);
    if (status == SIGNET_OK)
        status = count_page(ca, child, walk, page, intents);
    if (status != SIGNET_OK) {
        status = signet_error_pass(call, child);
    } else {
        *cursor = signet_text_copy(call, page->cursor);
        if (page->cursor.length > 0 && cursor->data == NULL)
            status = SIGNET_NO_MEMORY;
    }
    call->services->end(child);
    return status;
}

/* All intents, then all certificates: what becomes one from the other is seen as either. */
int32_t ca_counting_walk(const ca_t *ca, signet_call_t *call, ca_counting_t *walk)
{
    int32_t status = SIGNET_OK;
    for (int intents = 1; status == SIGNET_OK && intents >= 0; intents--) {
        signet_text_t cursor = {NULL, 0};
        do {
            status = walk_page(ca, call, walk, intents, &cursor);
            if (status == SIGNET_OK)
                status = call->services->check(call);
        } while (status == SIGNET_OK && cursor.length > 0);
    }
    return status;
}
