#include "record/record.h"

#include "issue/renew.h"
#include "record/stored_name.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

/* Each index costs each issuance: a field is indexed only where a search needs it. "names" holds
 * the values without their types, "canonical" all names, one a line, "fields" what was given
 * beside the request, NAME=VALUE a line. "spki" is written only where a profile asks about keys.
 * "state" is absent while a certificate is valid, so that only revoked and held ones are indexed.
 */
static const signet_field_declaration_t field_declarations[] = {
    SIGNET_FIELD("fingerprint", SIGNET_VALUE_BYTES, 0),
    SIGNET_FIELD("names", SIGNET_VALUE_TEXTS, 0),
    SIGNET_FIELD("profile", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("requester", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("state", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("not_after", SIGNET_VALUE_TIME, 0),
    SIGNET_FIELD("replaces", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("renew_from", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("renew_before", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("not_before", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("issued_at", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("revoked_at", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("invalid_since", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("reason", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("unconfirmed", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("profile_version", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("canonical", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("subject", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("request_id", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("asked", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("comment", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("owner", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("spki", SIGNET_VALUE_BYTES, 0),
    SIGNET_FIELD("fields", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("generation", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("stage", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("precertificate", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
};

int32_t ca_record_declare(signet_call_t *call, const signet_store_t *store)
{
    static const signet_collection_t collection =
        SIGNET_COLLECTION(CA_CERTIFICATES, 0, 1, field_declarations);
    static const signet_collection_t archive =
        SIGNET_COLLECTION(CA_ARCHIVE, 0, 1, field_declarations);
    int32_t status = store->interface->declare(store->instance, call, &collection);
    return status == SIGNET_OK ? store->interface->declare(store->instance, call, &archive)
                               : status;
}

signet_text_t ca_record_key(signet_call_t *call, signet_text_t authority, signet_bytes_t serial)
{
    signet_text_t hex = signet_hex(call, serial);
    if (hex.data == NULL)
        return hex;
    signet_buffer_t buffer = signet_buffer(call, authority.length + 1 + hex.length);
    signet_text_t key = {NULL, 0};
    signet_buffer_add_text(&buffer, authority);
    signet_buffer_add_byte(&buffer, '/');
    signet_buffer_add_text(&buffer, hex);
    if (signet_buffer_text(&buffer, &key) != SIGNET_OK)
        return (signet_text_t){NULL, 0};
    return key;
}

int32_t ca_record_fields_write(signet_call_t *call, const signet_certificate_t *certificate,
                               signet_text_t *lines)
{
    *lines = (signet_text_t){NULL, 0};
    if (certificate->field_count == 0)
        return SIGNET_OK;
    signet_buffer_t buffer = signet_buffer(call, 64 * certificate->field_count);
    for (uint64_t i = 0; i < certificate->field_count; i++) {
        const signet_pair_t *field = SIGNET_AT(signet_pair_t, certificate->fields, i);
        /* Those of the subject are in it already. */
        if (signet_text_starts(field->name, "subject."))
            continue;
        if (buffer.length > 0)
            signet_buffer_add_byte(&buffer, '\n');
        signet_buffer_add_text(&buffer, field->name);
        signet_buffer_add_byte(&buffer, '=');
        signet_buffer_add_text(&buffer, field->value);
    }
    return signet_buffer_text(&buffer, lines);
}

signet_text_t ca_record_owner(const signet_certificate_t *certificate)
{
    for (uint64_t i = 0; i < certificate->field_count; i++) {
        const signet_pair_t *field = SIGNET_AT(signet_pair_t, certificate->fields, i);
        if (signet_text_is(field->name, "owner"))
            return field->value;
    }
    return (signet_text_t){NULL, 0};
}

static void add_text(signet_field_t *fields, uint64_t *count, const char *name, signet_text_t text)
{
    if (text.length > 0)
        fields[(*count)++] = signet_field_text(name, text);
}

static void add_time(signet_field_t *fields, uint64_t *count, const char *name, int64_t time)
{
    if (time != 0)
        fields[(*count)++] = signet_field_time(name, time);
}

int32_t ca_record_put(signet_call_t *call, signet_text_t key, uint64_t expected,
                      const ca_record_t *record, signet_field_t *fields, signet_change_t *change)
{
    const signet_certificate_t *certificate = &record->certificate;
    signet_text_t *values = NULL;
    signet_text_t lines;
    uint64_t value_count = 0;
    uint64_t count = 0;
    signet_text_t given = {NULL, 0};
    int32_t status = ca_stored_names_write(call, certificate->names, certificate->name_count,
                                           &values, &value_count, &lines);
    if (status == SIGNET_OK)
        status = ca_record_fields_write(call, certificate, &given);
    if (status != SIGNET_OK)
        return status;
    if (certificate->fingerprint.length > 0)
        fields[count++] = signet_field_bytes("fingerprint", certificate->fingerprint);
    if (value_count > 0)
        fields[count++] = signet_field_texts("names", values, value_count);
    add_text(fields, &count, "profile", certificate->profile);
    add_text(fields, &count, "requester", certificate->requester);
    if (!signet_text_is(certificate->state, SIGNET_CERTIFICATE_VALID)) {
        add_text(fields, &count, "state", certificate->state);
        fields[count++] = signet_field_integer("reason", certificate->reason);
    }
    add_time(fields, &count, "not_after", certificate->not_after);
    add_time(fields, &count, "not_before", certificate->not_before);
    add_time(fields, &count, "issued_at", certificate->issued_at);
    add_time(fields, &count, "revoked_at", certificate->revoked_at);
    add_time(fields, &count, "invalid_since", record->invalid_since);
    if (record->unconfirmed)
        fields[count++] = signet_field_integer("unconfirmed", 1);
    fields[count++] =
        signet_field_integer("profile_version", (int64_t)certificate->profile_version);
    add_text(fields, &count, "canonical", lines);
    add_text(fields, &count, "subject", certificate->subject);
    add_text(fields, &count, "request_id", certificate->request_id);
    add_text(fields, &count, "asked", certificate->asked);
    add_text(fields, &count, "comment", record->comment);
    add_text(fields, &count, "replaces", certificate->replaces);
    if (record->renewal_set) {
        add_time(fields, &count, "renew_from", certificate->renew_from);
        add_time(fields, &count, "renew_before", certificate->renew_before);
    }
    add_text(fields, &count, "owner", ca_record_owner(certificate));
    if (record->key.length > 0)
        fields[count++] = signet_field_bytes("spki", record->key);
    add_text(fields, &count, "fields", given);
    /* Absent for the first key, which most authorities never leave. */
    if (certificate->generation > 1)
        fields[count++] = signet_field_integer("generation", (int64_t)certificate->generation);
    if (record->stage != CA_STAGE_WHOLE)
        fields[count++] = signet_field_integer("stage", record->stage);
    if (record->precertificate.length > 0)
        fields[count++] = signet_field_bytes("precertificate", record->precertificate);
    *change = signet_put(CA_CERTIFICATES, key, expected, fields, count, record->body);
    return SIGNET_OK;
}

int32_t ca_record_names(signet_call_t *call, const signet_canonical_t *names, uint64_t count,
                        signet_certificate_t *certificate)
{
    signet_text_t *texts = signet_alloc(call, count + 1, sizeof *texts);
    if (texts == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++)
        texts[i] = names[i].text;
    certificate->names = texts;
    certificate->name_count = count;
    return SIGNET_OK;
}

int32_t ca_record_fields_read(signet_call_t *call, signet_text_t lines,
                              signet_certificate_t *certificate)
{
    uint64_t count = lines.length > 0 ? 1 : 0;
    for (uint64_t i = 0; i < lines.length; i++)
        count += lines.data[i] == '\n';
    if (count == 0)
        return SIGNET_OK;
    signet_pair_t *fields = signet_alloc(call, count, sizeof *fields);
    if (fields == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++) {
        signet_text_t line = signet_text_split(lines, '\n', &lines);
        fields[i].size = sizeof fields[i];
        fields[i].name = signet_text_split(line, '=', &fields[i].value);
    }
    certificate->fields = fields;
    certificate->field_count = count;
    return SIGNET_OK;
}

int32_t ca_record_decode(signet_call_t *call, const signet_record_t *stored, ca_record_t **record)
{
    ca_record_t *decoded = signet_alloc(call, 1, sizeof *decoded);
    if (decoded == NULL)
        return SIGNET_NO_MEMORY;
    signet_certificate_t *certificate = &decoded->certificate;
    signet_text_t serial;
    certificate->size = sizeof *certificate;
    certificate->authority = signet_text_split(stored->key, '/', &serial);
    int32_t status = signet_hex_decode(call, serial, &certificate->serial);
    if (status == SIGNET_OK)
        status = ca_stored_names_read(call, signet_record_text(stored, "canonical"),
                                      &certificate->names, &certificate->name_count);
    if (status == SIGNET_OK)
        status = ca_record_fields_read(call, signet_record_text(stored, "fields"), certificate);
    if (status != SIGNET_OK)
        return status;
    decoded->body = stored->body;
    decoded->unconfirmed = signet_record_integer(stored, "unconfirmed") != 0;
    decoded->invalid_since = signet_record_integer(stored, "invalid_since");
    decoded->comment = signet_record_text(stored, "comment");
    decoded->key = signet_record_bytes(stored, "spki");
    decoded->stage = (int)signet_record_integer(stored, "stage");
    decoded->precertificate = signet_record_bytes(stored, "precertificate");
    if (!decoded->unconfirmed)
        certificate->der = stored->body;
    certificate->fingerprint = signet_record_bytes(stored, "fingerprint");
    certificate->subject = signet_record_text(stored, "subject");
    certificate->profile = signet_record_text(stored, "profile");
    certificate->profile_version = (uint64_t)signet_record_integer(stored, "profile_version");
    certificate->requester = signet_record_text(stored, "requester");
    certificate->request_id = signet_record_text(stored, "request_id");
    certificate->state = signet_record_text(stored, "state");
    if (certificate->state.length == 0)
        certificate->state = SIGNET_TEXT(SIGNET_CERTIFICATE_VALID);
    certificate->reason = (int32_t)signet_record_integer(stored, "reason");
    certificate->not_before = signet_record_integer(stored, "not_before");
    certificate->not_after = signet_record_integer(stored, "not_after");
    certificate->issued_at = signet_record_integer(stored, "issued_at");
    certificate->revoked_at = signet_record_integer(stored, "revoked_at");
    certificate->version = stored->version;
    certificate->asked = signet_record_text(stored, "asked");
    certificate->replaces = signet_record_text(stored, "replaces");
    certificate->generation = (uint64_t)signet_record_integer(stored, "generation");
    if (certificate->generation == 0)
        certificate->generation = 1;
    certificate->renew_from = signet_record_integer(stored, "renew_from");
    certificate->renew_before = signet_record_integer(stored, "renew_before");
    decoded->renewal_set = certificate->renew_from != 0;
    ca_renew_window(certificate);
    *record = decoded;
    return SIGNET_OK;
}

int32_t ca_record_missing(signet_call_t *call, signet_text_t authority, signet_bytes_t serial)
{
    signet_text_t hex = signet_hex(call, serial);
    return signet_fail(call, SIGNET_NOT_FOUND, "certificate.not-found",
                       "no certificate with the serial %.*s of the authority \"%.*s\" is known",
                       SIGNET_FORMAT(hex), SIGNET_FORMAT(authority));
}

int32_t ca_record_get(signet_call_t *call, const signet_store_t *store, signet_text_t authority,
                      signet_bytes_t serial, ca_record_t **record)
{
    signet_text_t key = ca_record_key(call, authority, serial);
    if (key.data == NULL)
        return SIGNET_NO_MEMORY;
    const signet_record_t *stored = NULL;
    int32_t status =
        store->interface->get(store->instance, call, SIGNET_TEXT(CA_CERTIFICATES), key, &stored);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        status =
            store->interface->get(store->instance, call, SIGNET_TEXT(CA_ARCHIVE), key, &stored);
    }
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return ca_record_missing(call, authority, serial);
    }
    return status == SIGNET_OK ? ca_record_decode(call, stored, record) : status;
}
