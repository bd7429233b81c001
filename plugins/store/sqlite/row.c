#include "row.h"

#include "texts.h"

#include <signet/sdk/error.h>
#include <string.h>

void store_row_columns(signet_buffer_t *sql, const store_collection_t *collection, int with_body)
{
    signet_buffer_add_string(sql, "m._tenant, m._key, m._version, ");
    signet_buffer_add_string(sql, with_body ? "m._body, m._id" : "NULL, m._id");
    for (uint32_t i = 0; i < collection->field_count; i++)
        signet_buffer_format(sql, ", m.\"%s\"", collection->fields[i].name.data);
}

int store_row_bind_text(sqlite3_stmt *statement, int index, signet_text_t text)
{
    return sqlite3_bind_text64(statement, index, text.length ? text.data : "", text.length,
                               SQLITE_STATIC, SQLITE_UTF8);
}

int store_row_bind_bytes(sqlite3_stmt *statement, int index, signet_bytes_t bytes)
{
    return sqlite3_bind_blob64(statement, index, bytes.length ? (const void *)bytes.data : "",
                               bytes.length, SQLITE_STATIC);
}

/* A cursor over one block of the arena that holds a record and all it points to. */
typedef struct block {
    uint8_t *next;
} block_t;

static const void *keep(block_t *block, const void *data, uint64_t length)
{
    uint8_t *copy = block->next;
    if (length)
        memcpy(copy, data, length);
    block->next += length;
    return copy;
}

static signet_text_t keep_text(block_t *block, sqlite3_stmt *statement, int column)
{
    const void *data = sqlite3_column_text(statement, column);
    uint64_t length = (uint64_t)sqlite3_column_bytes(statement, column);
    return (signet_text_t){keep(block, data, length), length};
}

static signet_bytes_t keep_bytes(block_t *block, sqlite3_stmt *statement, int column)
{
    const void *data = sqlite3_column_blob(statement, column);
    uint64_t length = (uint64_t)sqlite3_column_bytes(statement, column);
    return (signet_bytes_t){keep(block, data, length), length};
}

static uint64_t count_texts(sqlite3_stmt *statement, int column)
{
    signet_bytes_t list = {sqlite3_column_blob(statement, column),
                           (uint64_t)sqlite3_column_bytes(statement, column)};
    signet_text_t text;
    uint64_t count = 0;
    while (store_texts_next(&list, &text))
        count++;
    return count;
}

/* Octets that the record in the current row takes, structures included. */
static uint64_t measure(const store_collection_t *collection, sqlite3_stmt *statement)
{
    uint64_t length = sizeof(signet_record_t) + collection->field_count * sizeof(signet_field_t);
    for (uint32_t i = 0; i < collection->field_count; i++)
        if (collection->fields[i].type == SIGNET_VALUE_TEXTS)
            length += count_texts(statement, STORE_COLUMN_FIELDS + (int)i) * sizeof(signet_text_t);
    int columns = STORE_COLUMN_FIELDS + (int)collection->field_count;
    for (int i = 0; i < columns; i++) {
        int type = sqlite3_column_type(statement, i);
        if (type == SQLITE_TEXT || type == SQLITE_BLOB)
            length += (uint64_t)sqlite3_column_bytes(statement, i);
    }
    return length;
}

static void read_field(block_t *block, sqlite3_stmt *statement, int column,
                       const store_field_t *declared, signet_text_t **texts, signet_field_t *field)
{
    *field =
        (signet_field_t){.size = sizeof(*field), .type = declared->type, .name = declared->name};
    switch (declared->type) {
    case SIGNET_VALUE_TEXT:
        field->text = keep_text(block, statement, column);
        return;
    case SIGNET_VALUE_BYTES:
        field->bytes = keep_bytes(block, statement, column);
        return;
    case SIGNET_VALUE_TEXTS: {
        signet_bytes_t list = keep_bytes(block, statement, column);
        field->texts = *texts;
        while (store_texts_next(&list, *texts)) {
            ++*texts;
            field->text_count++;
        }
        return;
    }
    default:
        field->integer = sqlite3_column_int64(statement, column);
    }
}

int32_t store_row_read(signet_call_t *call, const store_collection_t *collection,
                       sqlite3_stmt *statement, const signet_record_t **record, uint64_t *length)
{
    *length = measure(collection, statement);
    signet_record_t *made = signet_alloc(call, *length, 1);
    if (!made)
        return signet_status(call);
    /* In one block: the record, its fields, the elements of lists, then the octets of all. */
    signet_field_t *fields = (signet_field_t *)(void *)(made + 1);
    signet_text_t *texts = (signet_text_t *)(void *)(fields + collection->field_count);
    uint64_t text_total = 0;
    for (uint32_t i = 0; i < collection->field_count; i++)
        if (collection->fields[i].type == SIGNET_VALUE_TEXTS)
            text_total += count_texts(statement, STORE_COLUMN_FIELDS + (int)i);
    block_t block = {(uint8_t *)(void *)(texts + text_total)};
    made->size = sizeof(*made);
    made->tenant = keep_text(&block, statement, STORE_COLUMN_TENANT);
    made->key = keep_text(&block, statement, STORE_COLUMN_KEY);
    made->version = (uint64_t)sqlite3_column_int64(statement, STORE_COLUMN_VERSION);
    made->body = keep_bytes(&block, statement, STORE_COLUMN_BODY);
    made->fields = fields;
    for (uint32_t i = 0; i < collection->field_count; i++) {
        int column = STORE_COLUMN_FIELDS + (int)i;
        if (sqlite3_column_type(statement, column) == SQLITE_NULL)
            continue;
        read_field(&block, statement, column, &collection->fields[i], &texts,
                   &fields[made->field_count]);
        made->field_count++;
    }
    *record = made;
    return SIGNET_OK;
}
