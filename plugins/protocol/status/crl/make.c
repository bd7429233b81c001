#include "crl/make.h"

#include <signet/key.h>
#include <signet/sdk/backend.h>
#include <signet/sdk/crl.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#include "crl/file.h"
#include "crl/spool.h"

#define PAGE 1000U
#define SECOND_MS 1000

/* One page of entries, in an arena of its own. */
static int32_t add_page(const status_t *status, signet_call_t *call,
                        const signet_status_query_t *query, status_spool_t *spool, uint64_t *count,
                        signet_text_t *cursor)
{
    status_source_t source;
    const signet_status_page_t *page = NULL;
    signet_bytes_t entries;
    signet_buffer_t buffer = signet_buffer(call, 65536);
    int32_t done = status_source(status, call, &source);
    if (done == SIGNET_OK)
        done = source.interface->revoked(source.instance, call, query, &page);
    for (uint64_t i = 0; done == SIGNET_OK && i < page->count; i++) {
        const signet_status_t *at = page->statuses[i];
        const signet_crl_entry_t entry = {.serial = at->serial,
                                          .revoked_at = at->revoked_at,
                                          .reason = at->reason,
                                          .invalid_since = at->invalid_since};
        signet_crl_add_entry(&buffer, &entry);
    }
    if (done == SIGNET_OK)
        done = signet_buffer_bytes(&buffer, &entries);
    if (done == SIGNET_OK && entries.length > 0)
        done = status_spool_add(call, spool, entries);
    if (done == SIGNET_OK) {
        *count += page->count;
        *cursor = page->cursor;
    }
    return done;
}

/* All that is revoked or held and has not expired before the last scheduled list, so that each
 * entry is on one scheduled list after its certificate's end (RFC 5280, 3.3). */
static int32_t gather(const status_t *status, signet_call_t *call, const status_issuer_t *issuer,
                      const status_record_t *former, status_spool_t *spool, uint64_t *count)
{
    signet_status_query_t query = {.size = sizeof query,
                                   .authority = issuer->seen.authority,
                                   .generation = issuer->seen.generation,
                                   .expires_from = former->scheduled,
                                   .limit = PAGE};
    int32_t done = SIGNET_OK;
    do {
        signet_text_t cursor = {NULL, 0};
        signet_call_t *child = call->services->child(call);
        if (child == NULL)
            return SIGNET_NO_MEMORY;
        done = add_page(status, child, &query, spool, count, &cursor);
        if (done != SIGNET_OK)
            done = signet_error_pass(call, child);
        else if (cursor.length > 0 && (cursor = signet_text_copy(call, cursor)).data == NULL)
            done = SIGNET_NO_MEMORY;
        query.cursor = cursor;
        call->services->end(child);
    } while (done == SIGNET_OK && query.cursor.length > 0);
    return done;
}

static int32_t take_number(const status_t *status, signet_call_t *call,
                           const status_issuer_t *issuer, const status_making_t *making,
                           signet_bytes_t *number)
{
    status_source_t source;
    const signet_list_number_t request = {.size = sizeof request,
                                          .authority = issuer->seen.authority,
                                          .generation = issuer->seen.generation,
                                          .above = making->former->number,
                                          .lease = making->lease,
                                          .lease_owner = making->lease_owner};
    int32_t done = status_source(status, call, &source);
    return done == SIGNET_OK ? source.interface->number(source.instance, call, &request, number)
                             : done;
}

/* By the digest where the algorithm has one, so that no backend is sent a whole list. */
static int32_t sign(signet_call_t *call, const status_issuer_t *issuer, signet_bytes_t tbs,
                    signet_bytes_t *signature)
{
    uint8_t digest[SIGNET_DIGEST_MAX];
    const signet_scheme_t *scheme = NULL;
    const signet_key_type_t *type = signet_key_type(issuer->seen.key_type);
    signet_sign_request_t request = {.size = sizeof request,
                                     .purpose = SIGNET_PURPOSE_CRL,
                                     .uri = issuer->seen.key_uri,
                                     .algorithm = issuer->seen.algorithm,
                                     .message = tbs};
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), issuer->seen.keys);
    if (provider == NULL)
        return signet_status(call);
    if (type == NULL)
        return signet_fail(call, SIGNET_UNSUPPORTED, "key.type-unknown",
                           "the type %.*s of the key of %.*s is not known",
                           SIGNET_FORMAT(issuer->seen.key_type), SIGNET_FORMAT(issuer->name));
    const signet_key_interface_t *keys = provider->interface;
    int32_t done = signet_sign_request_check(call, &request, SIGNET_PURPOSE_CRL, type, &scheme);
    if (done == SIGNET_OK && scheme->digest != NULL) {
        done = signet_sign_request_digest(call, &request, scheme, digest);
        request.message = (signet_bytes_t){NULL, 0};
        request.digest = (signet_bytes_t){digest, scheme->digest_length};
    }
    if (done == SIGNET_OK)
        done = keys->sign(provider->instance, call, &request, signature);
    if (done == SIGNET_OK)
        done =
            signet_verifier_verify(call, issuer->verifier, issuer->seen.algorithm, tbs, *signature);
    return done;
}

/* The signed list around what is to be signed: what comes before it, and what behind. */
static int32_t wrap(signet_call_t *call, status_spool_t *spool, const status_issuer_t *issuer,
                    uint64_t tbs_length, signet_bytes_t signature)
{
    signet_bytes_t behind;
    signet_buffer_t buffer = signet_buffer(call, 1024);
    signet_buffer_add(&buffer, issuer->identifier.data, issuer->identifier.length);
    signet_der_add_bits(&buffer, signature);
    int32_t done = signet_buffer_bytes(&buffer, &behind);
    if (done == SIGNET_OK)
        done = status_spool_behind(call, spool, behind);
    if (done != SIGNET_OK)
        return done;
    uint8_t head[10] = {SIGNET_DER_SEQUENCE};
    uint64_t length = tbs_length + behind.length;
    unsigned octets = 1;
    while (octets < sizeof length && length >> (8 * octets) != 0)
        octets++;
    uint64_t size = 2;
    if (length < 0x80) {
        head[1] = (uint8_t)length;
    } else {
        head[1] = (uint8_t)(0x80 | octets);
        for (unsigned i = 0; i < octets; i++)
            head[size++] = (uint8_t)(length >> (8 * (octets - 1 - i)));
    }
    return status_spool_before(call, spool, (signet_bytes_t){head, size});
}

static int32_t sign_spool(signet_call_t *call, const status_issuer_t *issuer,
                          const status_record_t *record, uint64_t entries_length,
                          status_spool_t *spool)
{
    signet_bytes_t before = {NULL, 0};
    signet_bytes_t behind = {NULL, 0};
    signet_bytes_t tbs = {NULL, 0};
    signet_bytes_t signature = {NULL, 0};
    const signet_crl_head_t head = {.identifier = issuer->identifier,
                                    .issuer = issuer->seen.subject,
                                    .this_update = record->this_update,
                                    .next_update = record->next_update,
                                    .key_id = issuer->seen.key_id,
                                    .number = record->number};
    int32_t done = signet_crl_frame(call, &head, entries_length, &before, &behind);
    if (done == SIGNET_OK)
        done = status_spool_before(call, spool, before);
    if (done == SIGNET_OK)
        done = status_spool_behind(call, spool, behind);
    if (done == SIGNET_OK)
        done = status_spool_bytes(call, spool, &tbs);
    if (done == SIGNET_OK)
        done = sign(call, issuer, tbs, &signature);
    return done == SIGNET_OK ? wrap(call, spool, issuer, tbs.length, signature) : done;
}

static int32_t finish(status_t *status, signet_call_t *call, status_issuer_t *issuer,
                      const status_making_t *making, status_record_t *record,
                      uint64_t entries_length, status_spool_t *spool)
{
    signet_bytes_t der;
    int32_t done = take_number(status, call, issuer, making, &record->number);
    if (done == SIGNET_OK)
        done = sign_spool(call, issuer, record, entries_length, spool);
    if (done == SIGNET_OK)
        done = status_spool_bytes(call, spool, &der);
    if (done == SIGNET_OK)
        done = status_record_put(status, call, issuer, making->former, record, der, making->lease,
                                 making->lease_owner);
    if (done == SIGNET_OK)
        done = status_file_keep(status, call, issuer, der);
    if (done == SIGNET_OK) {
        issuer->store_version = record->version;
        status->host->services->record(status->host, status->lists_metric, 1);
    }
    return done;
}

int32_t status_make(status_t *status, signet_call_t *call, status_issuer_t *issuer,
                    const status_making_t *making)
{
    status_spool_t spool;
    uint64_t length = 0;
    int64_t now = signet_now();
    status_record_t record = {.this_update = now - now % SECOND_MS};
    int32_t done = status_spool_open(call, &spool, status->folder);
    if (done == SIGNET_OK)
        done = gather(status, call, issuer, making->former, &spool, &record.entry_count);
    if (done == SIGNET_OK)
        done = status_spool_entries(call, &spool, &length, &record.entries);
    record.next_update = record.this_update + status->list_validity_ms;
    record.scheduled = making->scheduled ? record.this_update : making->former->scheduled;
    int same = making->if_changed && making->former->version != 0 && done == SIGNET_OK &&
               signet_bytes_equal(making->former->entries, record.entries);
    if (done == SIGNET_OK && !same)
        done = finish(status, call, issuer, making, &record, length, &spool);
    status_spool_close(&spool);
    return done;
}
