#include "token_record.h"

#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <signet/sdk/record.h>

#include "token_grant.h"

/* Most octets of a stored body: the grants of one token. */
#define MAXIMUM_BODY (UINT64_C(64) * 1024)

static const signet_field_declaration_t fields[] = {
    SIGNET_FIELD("tenant", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("created", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("expires", SIGNET_VALUE_TIME, 0),
    SIGNET_FIELD("actor", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("creator", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("digest", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("person", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("entry", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("reason", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
};

static const signet_collection_t collection =
    SIGNET_COLLECTION(TOKEN_COLLECTION, SIGNET_COLLECTION_GLOBAL, 1, fields);

int32_t token_record_declare(signet_call_t *call, signet_text_t name)
{
    signet_store_t store;
    int32_t status = signet_store(call, name, &store);
    if (status != SIGNET_OK)
        return status;
    return store.interface->declare(store.instance, call, &collection);
}

int32_t token_record_put(signet_call_t *call, const token_t *token, signet_change_t *change)
{
    signet_json_writer_t writer = signet_json_writer(call, 256);
    signet_json_begin_object(&writer, NULL);
    token_grants_write(&writer, "grants", token->grants, token->grant_count);
    signet_json_end_object(&writer);
    signet_text_t body;
    int32_t status = signet_json_finish(&writer, &body);
    if (status != SIGNET_OK)
        return status;
    signet_field_t *values = signet_alloc(call, sizeof fields / sizeof fields[0], sizeof *values);
    if (values == NULL)
        return signet_status(call);
    values[0] = signet_field_text("tenant", token->tenant);
    values[1] = signet_field_time("created", token->created);
    values[2] = signet_field_time("expires", token->expires);
    values[3] = signet_field_text("actor", token->name);
    values[4] = signet_field_text("creator", token->creator);
    values[5] = signet_field_bytes("digest", token->digest);
    uint64_t count = 6;
    if (token->person.length > 0)
        values[count++] = signet_field_text("person", token->person);
    if (token->entry.length > 0) {
        values[count++] = signet_field_text("entry", token->entry);
        values[count++] = signet_field_text("reason", token->reason);
    }
    *change = signet_put(TOKEN_COLLECTION, token->id, SIGNET_VERSION_ABSENT, values, count,
                         signet_text_bytes(body));
    return SIGNET_OK;
}

int32_t token_record_read(signet_call_t *call, const signet_record_t *record, token_t *token)
{
    const signet_json_t *body = NULL;
    token->id = record->key;
    token->name = signet_record_text(record, "actor");
    token->person = signet_record_text(record, "person");
    token->tenant = signet_record_text(record, "tenant");
    token->creator = signet_record_text(record, "creator");
    token->entry = signet_record_text(record, "entry");
    token->reason = signet_record_text(record, "reason");
    token->digest = token_record_digest(record);
    token->created = signet_record_integer(record, "created");
    token->expires = token_record_expires(record);
    int32_t status = signet_json_parse(call, record->body, MAXIMUM_BODY, &body);
    if (status == SIGNET_OK)
        status = token_grants_read(call, signet_json_get(body, "grants"), &token->grants,
                                   &token->grant_count);
    if (status == SIGNET_OK || status == SIGNET_NO_MEMORY)
        return status;
    call->services->clear(call);
    return signet_fail(call, SIGNET_CORRUPT, "token.record-corrupt",
                       "The stored record of token %.*s is damaged; revoke the token and make "
                       "another.",
                       SIGNET_FORMAT(record->key));
}

signet_bytes_t token_record_digest(const signet_record_t *record)
{
    return signet_record_bytes(record, "digest");
}

int64_t token_record_expires(const signet_record_t *record)
{
    return signet_record_integer(record, "expires");
}
