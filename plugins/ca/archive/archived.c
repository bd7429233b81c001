#include "archive/archived.h"

#include "permission.h"
#include "record/record.h"
#include "record/stored_name.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <signet/sdk/record.h>

/* "names" holds the values without their types, "canonical" all names, one a line. */
int32_t ca_archived_declare(signet_call_t *call, const signet_store_t *store)
{
    static const signet_field_declaration_t fields[] = {
        SIGNET_FIELD("names", SIGNET_VALUE_TEXTS, 0),
        SIGNET_FIELD("spki", SIGNET_VALUE_BYTES, 0),
        SIGNET_FIELD("archived_at", SIGNET_VALUE_TIME, 0),
        SIGNET_FIELD("recovery_key", SIGNET_VALUE_TEXT, 0),
        SIGNET_FIELD("recovery_identity", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("algorithm", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("profile", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("requester", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("subject", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("canonical", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("not_after", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    };
    static const signet_collection_t collection = SIGNET_COLLECTION(CA_ARCHIVED_KEYS, 0, 1, fields);
    return store->interface->declare(store->instance, call, &collection);
}

static void add_octets(signet_json_writer_t *writer, const char *name, signet_bytes_t octets)
{
    signet_text_t text = signet_base64(writer->buffer.call, octets);
    writer->buffer.failed = writer->buffer.failed || text.data == NULL;
    signet_json_text(writer, name, text);
}

static int32_t write_body(signet_call_t *call, const ca_archived_t *archived, signet_bytes_t *body)
{
    signet_text_t text = {NULL, 0};
    signet_json_writer_t writer = signet_json_writer(call, 4096);
    signet_json_begin_object(&writer, NULL);
    add_octets(&writer, "wrapped", archived->wrapped);
    add_octets(&writer, "nonce", archived->nonce);
    add_octets(&writer, "ciphertext", archived->ciphertext);
    if (archived->key.certificate.length > 0)
        add_octets(&writer, "certificate", archived->key.certificate);
    signet_json_end_object(&writer);
    int32_t status = signet_json_finish(&writer, &text);
    *body = signet_text_bytes(text);
    return status;
}

int32_t ca_archived_put(signet_call_t *call, const ca_archived_t *archived, signet_change_t *change)
{
    const signet_archived_key_t *key = &archived->key;
    signet_text_t id = ca_record_key(call, key->authority, key->serial);
    signet_field_t *fields = signet_alloc(call, CA_ARCHIVED_FIELDS, sizeof *fields);
    signet_bytes_t body = {NULL, 0};
    signet_text_t *values = NULL;
    signet_text_t lines = {NULL, 0};
    uint64_t value_count = 0;
    uint64_t count = 0;
    if (id.data == NULL || fields == NULL)
        return SIGNET_NO_MEMORY;
    fields[count++] = signet_field_bytes("spki", key->spki_sha256);
    fields[count++] = signet_field_time("archived_at", key->archived_at);
    fields[count++] = signet_field_text("recovery_key", archived->recovery_key);
    fields[count++] = signet_field_bytes("recovery_identity", archived->recovery_identity);
    fields[count++] = signet_field_text("algorithm", archived->algorithm);
    fields[count++] = signet_field_text("profile", key->profile);
    fields[count++] = signet_field_text("requester", key->requester);
    fields[count++] = signet_field_text("subject", key->subject);
    fields[count++] = signet_field_time("not_after", key->not_after);
    int32_t status = write_body(call, archived, &body);
    if (status == SIGNET_OK && key->name_count > 0) {
        status =
            ca_stored_names_write(call, key->names, key->name_count, &values, &value_count, &lines);
        fields[count++] = signet_field_texts("names", values, value_count);
        fields[count++] = signet_field_text("canonical", lines);
    }
    *change = signet_put(CA_ARCHIVED_KEYS, id, SIGNET_VERSION_ABSENT, fields, count, body);
    return status;
}

static int32_t read_octets(signet_call_t *call, const signet_json_t *object, const char *name,
                           signet_bytes_t *octets)
{
    signet_text_t text = {NULL, 0};
    int32_t status = signet_json_get_text(call, object, name, &text);
    if (status == SIGNET_OK && text.length > 0)
        status = signet_base64_decode(call, text, octets);
    return status;
}

static int32_t read_body(signet_call_t *call, signet_bytes_t body, ca_archived_t *archived)
{
    const signet_json_t *object = NULL;
    int32_t status = signet_json_parse(call, body, SIGNET_STORE_MAX_BODY, &object);
    if (status == SIGNET_OK)
        status = read_octets(call, object, "wrapped", &archived->wrapped);
    if (status == SIGNET_OK)
        status = read_octets(call, object, "nonce", &archived->nonce);
    if (status == SIGNET_OK)
        status = read_octets(call, object, "ciphertext", &archived->ciphertext);
    if (status == SIGNET_OK)
        status = read_octets(call, object, "certificate", &archived->key.certificate);
    if (status == SIGNET_OK || status == SIGNET_NO_MEMORY)
        return status;
    call->services->clear(call);
    return signet_fail(call, SIGNET_CORRUPT, "archive.record",
                       "the record of the archived key is damaged; restore the store from a "
                       "backup");
}

int32_t ca_archived_decode(signet_call_t *call, const signet_record_t *stored,
                           ca_archived_t **archived)
{
    ca_archived_t *decoded = signet_alloc(call, 1, sizeof *decoded);
    if (decoded == NULL)
        return SIGNET_NO_MEMORY;
    signet_archived_key_t *key = &decoded->key;
    signet_text_t serial;
    key->size = sizeof *key;
    key->authority = signet_text_split(stored->key, '/', &serial);
    key->profile = signet_record_text(stored, "profile");
    key->requester = signet_record_text(stored, "requester");
    key->subject = signet_record_text(stored, "subject");
    key->spki_sha256 = signet_record_bytes(stored, "spki");
    key->archived_at = signet_record_integer(stored, "archived_at");
    key->not_after = signet_record_integer(stored, "not_after");
    decoded->recovery_key = signet_record_text(stored, "recovery_key");
    decoded->recovery_identity = signet_record_bytes(stored, "recovery_identity");
    decoded->algorithm = signet_record_text(stored, "algorithm");
    key->recovery_key = decoded->recovery_key;
    int32_t status = signet_hex_decode(call, serial, &key->serial);
    if (status == SIGNET_OK)
        status = ca_stored_names_read(call, signet_record_text(stored, "canonical"), &key->names,
                                      &key->name_count);
    if (status == SIGNET_OK)
        status = read_body(call, stored->body, decoded);
    *archived = decoded;
    return status;
}

int32_t ca_archived_get(signet_call_t *call, const signet_store_t *store, signet_text_t authority,
                        signet_bytes_t serial, ca_archived_t **archived)
{
    const signet_record_t *stored = NULL;
    signet_text_t key = ca_record_key(call, authority, serial);
    if (key.data == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status =
        store->interface->get(store->instance, call, SIGNET_TEXT(CA_ARCHIVED_KEYS), key, &stored);
    if (status == SIGNET_NOT_FOUND)
        call->services->clear(call);
    return status == SIGNET_OK ? ca_archived_decode(call, stored, archived) : status;
}

int32_t ca_archived_has(signet_call_t *call, const signet_store_t *store, signet_bytes_t spki,
                        int *has)
{
    signet_bytes_t digest = {NULL, 0};
    uint64_t count = 0;
    int32_t status = signet_sha256(call, spki, &digest);
    if (status != SIGNET_OK)
        return status;
    signet_field_t value = signet_field_bytes("spki", digest);
    signet_condition_t condition = {
        .size = sizeof condition, .compare = SIGNET_COMPARE_EQUAL, .value = &value};
    signet_query_t query = {.size = sizeof query,
                            .collection = SIGNET_TEXT(CA_ARCHIVED_KEYS),
                            .conditions = &condition,
                            .condition_count = 1,
                            .limit = 1};
    status = store->interface->count(store->instance, call, &query, &count);
    *has = count > 0;
    return status;
}

int ca_archived_reads(signet_call_t *call, const signet_archived_key_t *key)
{
    signet_certificate_t certificate = {.size = sizeof certificate,
                                        .authority = key->authority,
                                        .serial = key->serial,
                                        .profile = key->profile,
                                        .requester = key->requester,
                                        .names = key->names,
                                        .name_count = key->name_count};
    return ca_permission_read(call, &certificate);
}
