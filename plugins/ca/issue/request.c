#include "issue/request.h"

#include "error.h"
#include "issue/intent.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/record.h>
#include <string.h>

#define RETRY_MS 1000

int32_t ca_request_declare(signet_call_t *call, const signet_store_t *store)
{
    static const signet_field_declaration_t fields[] = {
        SIGNET_FIELD("digest", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("certificate", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("requested_at", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    };
    static const signet_collection_t collection = SIGNET_COLLECTION(CA_REQUESTS, 0, 1, fields);
    return store->interface->declare(store->instance, call, &collection);
}

signet_issue_request_t ca_request_take(const signet_issue_request_t *request)
{
    signet_issue_request_t taken = {0};
    memcpy(&taken, request, request->size < sizeof taken ? request->size : sizeof taken);
    taken.size = sizeof taken;
    return taken;
}

/* Each part with its length before it, so that no two requests run together alike. */
static void add_part(signet_buffer_t *buffer, const void *data, uint64_t length)
{
    signet_buffer_add(buffer, &length, sizeof length);
    signet_buffer_add(buffer, data, length);
}

int32_t ca_request_digest(signet_call_t *call, const signet_issue_request_t *request,
                          signet_bytes_t *digest)
{
    const signet_actor_t *actor = call->services->actor(call);
    signet_buffer_t buffer = signet_buffer(call, request->csr.length + 512);
    add_part(&buffer, actor->id.data, actor->id.length);
    add_part(&buffer, request->profile.data, request->profile.length);
    add_part(&buffer, request->authority.data, request->authority.length);
    add_part(&buffer, request->csr.data, request->csr.length);
    add_part(&buffer, &request->not_before, sizeof request->not_before);
    add_part(&buffer, &request->not_after, sizeof request->not_after);
    if (SIGNET_HAS(request, validity_ms))
        add_part(&buffer, &request->validity_ms, sizeof request->validity_ms);
    for (uint64_t i = 0; i < request->name_count; i++) {
        const signet_requested_name_t *name = SIGNET_AT(signet_requested_name_t, request->names, i);
        add_part(&buffer, name->type.data, name->type.length);
        add_part(&buffer, name->value.data, name->value.length);
    }
    uint64_t fields = SIGNET_HAS(request, field_count) ? request->field_count : 0;
    for (uint64_t i = 0; i < fields; i++) {
        const signet_pair_t *pair = SIGNET_AT(signet_pair_t, request->fields, i);
        add_part(&buffer, pair->name.data, pair->name.length);
        add_part(&buffer, pair->value.data, pair->value.length);
    }
    if (SIGNET_HAS(request, replaces_serial.length) && request->replaces_serial.length > 0) {
        add_part(&buffer, request->replaces_authority.data, request->replaces_authority.length);
        add_part(&buffer, request->replaces_serial.data, request->replaces_serial.length);
    }
    if (SIGNET_HAS(request, generate.length)) {
        add_part(&buffer, request->generate.data, request->generate.length);
        add_part(&buffer, request->subject.data, request->subject.length);
    }
    signet_bytes_t bytes;
    int32_t status = signet_buffer_bytes(&buffer, &bytes);
    return status == SIGNET_OK ? signet_sha256(call, bytes, digest) : status;
}

static int32_t abandoned(signet_call_t *call, const signet_issue_request_t *request,
                         signet_text_t key)
{
    return signet_fail_field(call, SIGNET_CONFLICT, "request.abandoned", "request_id",
                             "the request \"%.*s\" was begun and never finished; the certificate "
                             "%.*s counts as signed: revoke it, then ask under another id",
                             SIGNET_FORMAT(request->request_id), SIGNET_FORMAT(key));
}

static int32_t in_flight(signet_call_t *call)
{
    return ca_error_retry(call, SIGNET_BUSY, "request.in-flight", RETRY_MS,
                          SIGNET_TEXT("the same request is being worked on; ask again in a "
                                      "moment"));
}

/* Only a precertificate is there: it can be gone on with where it is not revoked, nobody is at it,
 * and no certificate was begun, which counts as signed. */
static int32_t precertified(signet_call_t *call, const signet_store_t *store,
                            const signet_issue_request_t *request, signet_text_t key,
                            const ca_record_t *record)
{
    const signet_record_t *intent = NULL;
    if (ca_intent_in_flight(key))
        return in_flight(call);
    if (!signet_text_is(record->certificate.state, SIGNET_CERTIFICATE_PRE))
        return abandoned(call, request, key);
    int32_t status =
        store->interface->get(store->instance, call, SIGNET_TEXT(CA_INTENTS), key, &intent);
    if (status == SIGNET_OK)
        return abandoned(call, request, key);
    if (status != SIGNET_NOT_FOUND)
        return status;
    call->services->clear(call);
    return SIGNET_OK;
}

/* Answered before, abandoned, or still in flight. */
static int32_t outcome(signet_call_t *call, const signet_store_t *store,
                       const signet_issue_request_t *request, signet_text_t key,
                       ca_record_t **record)
{
    signet_text_t hex;
    signet_bytes_t serial;
    signet_text_t authority = signet_text_split(key, '/', &hex);
    int32_t status = signet_hex_decode(call, hex, &serial);
    if (status != SIGNET_OK)
        return status;
    status = ca_record_get(call, store, authority, serial, record);
    if (status == SIGNET_OK && (*record)->stage == CA_STAGE_PRECERTIFICATE)
        return precertified(call, store, request, key, *record);
    if (status == SIGNET_OK)
        return (*record)->unconfirmed ? abandoned(call, request, key) : SIGNET_OK;
    if (status != SIGNET_NOT_FOUND)
        return status;
    call->services->clear(call);
    ca_intent_t *intent = NULL;
    status = ca_intent_get(call, store, authority, serial, &intent);
    if (status == SIGNET_OK)
        return abandoned(call, request, key);
    if (status != SIGNET_NOT_FOUND)
        return status;
    return in_flight(call);
}

int32_t ca_request_find(signet_call_t *call, const signet_store_t *store,
                        const signet_issue_request_t *request, signet_bytes_t digest,
                        ca_record_t **record)
{
    *record = NULL;
    const signet_record_t *stored = NULL;
    int32_t status = store->interface->get(store->instance, call, SIGNET_TEXT(CA_REQUESTS),
                                           request->request_id, &stored);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    if (status != SIGNET_OK)
        return status;
    if (!signet_bytes_equal(signet_record_bytes(stored, "digest"), digest))
        return signet_fail_field(call, SIGNET_CONFLICT, "request.id-reused", "request_id",
                                 "the request id \"%.*s\" was used for another request",
                                 SIGNET_FORMAT(request->request_id));
    return outcome(call, store, request, signet_record_text(stored, "certificate"), record);
}

signet_change_t ca_request_put(const signet_issue_request_t *request, signet_bytes_t digest,
                               signet_text_t key, int64_t now, signet_field_t *fields)
{
    fields[0] = signet_field_bytes("digest", digest);
    fields[1] = signet_field_text("certificate", key);
    fields[2] = signet_field_time("requested_at", now);
    return signet_put(CA_REQUESTS, request->request_id, SIGNET_VERSION_ABSENT, fields,
                      CA_REQUEST_FIELDS, (signet_bytes_t){NULL, 0});
}
