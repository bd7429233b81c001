#include "schema.h"

#include <inttypes.h>

static const signet_field_declaration_t entry_fields[] = {
    SIGNET_FIELD("time", SIGNET_VALUE_TIME, 0),
    SIGNET_FIELD("event", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("object", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("actor", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("tenant", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("trace", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
};
static const signet_field_declaration_t seal_fields[] = {
    SIGNET_FIELD("epoch", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("first", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("last", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
};
static const signet_field_declaration_t epoch_fields[] = {
    SIGNET_FIELD("epoch", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("seal_floor", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("rolled_back", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
};
static const signet_field_declaration_t cursor_fields[] = {
    SIGNET_FIELD("seal", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("sequence", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
};

/* Sealing goes across tenants, so all of them are global; an entry's tenant is a field, absent
 * where there is none. */
static const signet_collection_t collections[] = {
    SIGNET_COLLECTION(JOURNAL_ENTRIES, SIGNET_COLLECTION_GLOBAL, 1, entry_fields),
    SIGNET_COLLECTION(JOURNAL_SEALS, SIGNET_COLLECTION_GLOBAL, 1, seal_fields),
    SIGNET_COLLECTION(JOURNAL_EPOCHS, SIGNET_COLLECTION_GLOBAL, 2, epoch_fields),
    SIGNET_COLLECTION(JOURNAL_CURSORS, SIGNET_COLLECTION_GLOBAL, 1, cursor_fields),
    {.size = sizeof(signet_collection_t),
     .flags = SIGNET_COLLECTION_GLOBAL,
     .revision = 1,
     .name = SIGNET_TEXT_INIT(JOURNAL_KEYS)},
};

int32_t journal_schema_declare(signet_call_t *call, const signet_store_t *store)
{
    int32_t status = SIGNET_OK;
    for (size_t i = 0; i < sizeof(collections) / sizeof(collections[0]) && status == SIGNET_OK; i++)
        status = store->interface->declare(store->instance, call, &collections[i]);
    return status;
}

int journal_name_valid(signet_text_t name)
{
    if (name.length == 0 || name.length > JOURNAL_NODE_LIMIT)
        return 0;
    for (uint64_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '.' && c != '_' && c != '-')
            return 0;
    }
    return 1;
}

signet_text_t journal_entry_key(signet_call_t *call, const journal_position_t *position)
{
    return signet_format(call, "%.*s/%016" PRIx64 "/%016" PRIx64, SIGNET_FORMAT(position->node),
                         position->epoch, position->sequence);
}

signet_text_t journal_seal_key(signet_call_t *call, signet_text_t node, uint64_t index)
{
    return signet_format(call, "%.*s/%016" PRIx64, SIGNET_FORMAT(node), index);
}

int journal_number(signet_text_t text, uint64_t *number)
{
    *number = 0;
    if (text.length != 16)
        return 0;
    for (unsigned i = 0; i < 16; i++) {
        char c = text.data[i];
        unsigned digit = 0;
        if (c >= '0' && c <= '9')
            digit = (unsigned)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (unsigned)(c - 'a' + 10);
        else
            return 0;
        *number = *number << 4 | digit;
    }
    return 1;
}

int journal_entry_position(signet_text_t key, journal_position_t *position)
{
    signet_text_t rest;
    signet_text_t sequence;
    position->node = signet_text_split(key, '/', &rest);
    signet_text_t epoch = signet_text_split(rest, '/', &sequence);
    return journal_name_valid(position->node) && journal_number(epoch, &position->epoch) &&
           journal_number(sequence, &position->sequence);
}

signet_condition_t journal_condition(uint32_t compare, const signet_field_t *value)
{
    return (signet_condition_t){
        .size = sizeof(signet_condition_t), .compare = compare, .value = value};
}
