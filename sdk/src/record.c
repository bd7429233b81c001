/* Records, queries and journal entries without ceremony. */
#include <signet/sdk/record.h>

signet_field_t signet_field_text(const char *name, signet_text_t text)
{
    return (signet_field_t){.size = sizeof(signet_field_t),
                            .type = SIGNET_VALUE_TEXT,
                            .name = signet_text(name),
                            .text = text};
}

signet_field_t signet_field_integer(const char *name, int64_t integer)
{
    return (signet_field_t){.size = sizeof(signet_field_t),
                            .type = SIGNET_VALUE_INTEGER,
                            .name = signet_text(name),
                            .integer = integer};
}

signet_field_t signet_field_time(const char *name, int64_t time)
{
    return (signet_field_t){.size = sizeof(signet_field_t),
                            .type = SIGNET_VALUE_TIME,
                            .name = signet_text(name),
                            .integer = time};
}

signet_field_t signet_field_bytes(const char *name, signet_bytes_t bytes)
{
    return (signet_field_t){.size = sizeof(signet_field_t),
                            .type = SIGNET_VALUE_BYTES,
                            .name = signet_text(name),
                            .bytes = bytes};
}

signet_field_t signet_field_texts(const char *name, const signet_text_t *texts, uint64_t count)
{
    return (signet_field_t){.size = sizeof(signet_field_t),
                            .type = SIGNET_VALUE_TEXTS,
                            .name = signet_text(name),
                            .texts = texts,
                            .text_count = count};
}

const signet_field_t *signet_record_field(const signet_record_t *record, const char *name)
{
    if (!SIGNET_HAS(record, fields) || !SIGNET_HAS(record, field_count)) {
        return NULL;
    }
    for (uint64_t i = 0; i < record->field_count; i++) {
        const signet_field_t *field = SIGNET_AT(signet_field_t, record->fields, i);
        if (signet_text_is(field->name, name)) {
            return field;
        }
    }
    return NULL;
}

signet_text_t signet_record_text(const signet_record_t *record, const char *name)
{
    const signet_field_t *field = signet_record_field(record, name);
    return field ? field->text : (signet_text_t){NULL, 0};
}

int64_t signet_record_integer(const signet_record_t *record, const char *name)
{
    const signet_field_t *field = signet_record_field(record, name);
    return field ? field->integer : 0;
}

signet_bytes_t signet_record_bytes(const signet_record_t *record, const char *name)
{
    const signet_field_t *field = signet_record_field(record, name);
    return field ? field->bytes : (signet_bytes_t){NULL, 0};
}

signet_change_t signet_put(const char *collection, signet_text_t key, uint64_t expected,
                           const signet_field_t *fields, uint64_t field_count, signet_bytes_t body)
{
    return (signet_change_t){.size = sizeof(signet_change_t),
                             .kind = SIGNET_CHANGE_PUT,
                             .collection = signet_text(collection),
                             .key = key,
                             .expected = expected,
                             .fields = fields,
                             .field_count = field_count,
                             .body = body};
}

signet_change_t signet_delete(const char *collection, signet_text_t key, uint64_t expected)
{
    return (signet_change_t){.size = sizeof(signet_change_t),
                             .kind = SIGNET_CHANGE_DELETE,
                             .collection = signet_text(collection),
                             .key = key,
                             .expected = expected};
}

signet_pair_t signet_pair(const char *name, signet_text_t value)
{
    return (signet_pair_t){
        .size = sizeof(signet_pair_t), .name = signet_text(name), .value = value};
}

int32_t signet_store(signet_call_t *call, signet_text_t name, signet_store_t *store)
{
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_STORE_INTERFACE), name);
    if (!provider) {
        return call->services->error(call)->status;
    }
    *store = (signet_store_t){provider->interface, provider->instance};
    return SIGNET_OK;
}

int32_t signet_journal(signet_call_t *call, signet_text_t name, signet_journal_t *journal)
{
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_JOURNAL_INTERFACE), name);
    if (!provider) {
        return call->services->error(call)->status;
    }
    *journal = (signet_journal_t){provider->interface, provider->instance};
    return SIGNET_OK;
}
