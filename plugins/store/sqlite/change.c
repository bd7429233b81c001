#include "change.h"

#include "failure.h"
#include "texts.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SQL_LIMIT 4096
/* The parameter of the first field, in what inserts and updates. */
#define FIRST_FIELD 6

/* --- the caller's side ------------------------------------------------------------------- */

static int32_t fail_change(signet_call_t *call, const signet_change_t *change, const char *what)
{
    return signet_fail(call, SIGNET_INVALID, "store.change", "The record '%.*s' of '%.*s' %s.",
                       SIGNET_FORMAT(change->key), SIGNET_FORMAT(change->collection), what);
}

static int32_t fail_field(signet_call_t *call, const signet_change_t *change,
                          const signet_field_t *field, const char *what)
{
    return signet_fail(call, SIGNET_INVALID, "store.field",
                       "The field '%.*s' of the record '%.*s' of '%.*s' %s.",
                       SIGNET_FORMAT(field->name), SIGNET_FORMAT(change->key),
                       SIGNET_FORMAT(change->collection), what);
}

/* Fills one cell and adds the octets it takes to `length`. */
static int32_t prepare_cell(signet_call_t *call, const signet_change_t *change,
                            const signet_field_t *value, store_cell_t *cell, uint64_t *length)
{
    cell->value = value;
    switch (value->type) {
    case SIGNET_VALUE_TEXT:
        *length += value->text.length;
        if (!signet_text_valid(value->text))
            return fail_field(call, change, value, "is not well-formed UTF-8");
        return SIGNET_OK;
    case SIGNET_VALUE_BYTES:
        *length += value->bytes.length;
        return SIGNET_OK;
    case SIGNET_VALUE_TEXTS:
        break;
    default:
        return SIGNET_OK;
    }
    for (uint64_t i = 0; i < value->text_count; i++)
        if (!signet_text_valid(value->texts[i]))
            return fail_field(call, change, value, "is not well-formed UTF-8");
    cell->list.length = store_texts_length(value->texts, value->text_count);
    *length += cell->list.length;
    if (cell->list.length > SIGNET_STORE_MAX_BODY)
        return fail_field(call, change, value, "is too long");
    uint8_t *list = signet_alloc(call, cell->list.length + 1, 1);
    if (!list)
        return signet_status(call);
    store_texts_encode(value->texts, value->text_count, list);
    cell->list.data = list;
    return SIGNET_OK;
}

static int32_t prepare_fields(signet_call_t *call, store_change_t *prepared)
{
    const signet_change_t *change = prepared->change;
    const store_collection_t *collection = prepared->collection;
    uint64_t length = 0;
    prepared->cells = signet_alloc(call, collection->field_count + 1U, sizeof(store_cell_t));
    if (!prepared->cells)
        return signet_status(call);
    for (uint64_t i = 0; i < change->field_count; i++) {
        const signet_field_t *value = SIGNET_AT(signet_field_t, change->fields, i);
        const store_field_t *field = store_collection_field(collection, value->name);
        if (!field)
            return fail_field(call, change, value, "was not declared");
        if (field->type != value->type)
            return fail_field(call, change, value, "has another type than declared");
        if (prepared->cells[field->position].value)
            return fail_field(call, change, value, "is given twice");
        int32_t status =
            prepare_cell(call, change, value, &prepared->cells[field->position], &length);
        if (status != SIGNET_OK)
            return status;
    }
    if (length > SIGNET_STORE_MAX_BODY)
        return fail_change(call, change, "has fields of more than 1 MiB");
    return SIGNET_OK;
}

static int32_t prepare(store_catalogue_t *catalogue, signet_call_t *call,
                       const signet_change_t *change, store_change_t *prepared)
{
    int32_t status =
        store_catalogue_need(catalogue, call, change->collection, &prepared->collection);
    if (status != SIGNET_OK)
        return status;
    prepared->change = change;
    prepared->tenant = store_collection_tenant(prepared->collection, call);
    if (signet_text_is(prepared->tenant, "*"))
        return fail_change(call, change, "can only be changed in a call for one tenant");
    if (change->key.length == 0 || change->key.length > SIGNET_STORE_MAX_KEY ||
        !signet_text_valid(change->key))
        return fail_change(call, change, "needs a key of 1 to 512 octets of UTF-8");
    if (change->kind == SIGNET_CHANGE_DELETE)
        return SIGNET_OK;
    if (change->kind != SIGNET_CHANGE_PUT)
        return fail_change(call, change, "has a change of an unknown kind");
    if (change->body.length > SIGNET_STORE_MAX_BODY)
        return fail_change(call, change, "has a body of more than 1 MiB");
    return prepare_fields(call, prepared);
}

int32_t store_changes_prepare(store_catalogue_t *catalogue, signet_call_t *call,
                              const signet_change_t *changes, uint64_t count,
                              store_change_t **prepared)
{
    if (count == 0 || count > SIGNET_STORE_MAX_CHANGES)
        return signet_fail(call, SIGNET_INVALID, "store.change",
                           "A commit has 1 to %u changes, not %llu.", SIGNET_STORE_MAX_CHANGES,
                           (unsigned long long)count);
    store_change_t *list = signet_alloc(call, count, sizeof(*list));
    if (!list)
        return signet_status(call);
    for (uint64_t i = 0; i < count; i++) {
        int32_t status = prepare(catalogue, call, SIGNET_AT(signet_change_t, changes, i), &list[i]);
        if (status != SIGNET_OK)
            return status;
        /* All versions are compared before the first change is made, so a second change of the
         * same record would be compared with what was there before the first. */
        for (uint64_t j = 0; j < i; j++)
            if (list[j].collection == list[i].collection &&
                signet_text_equal(list[j].change->key, list[i].change->key))
                return fail_change(call, list[i].change, "is changed twice in one commit");
    }
    *prepared = list;
    return SIGNET_OK;
}

int32_t store_changes_fail_conflict(signet_call_t *call, const store_change_t *prepared)
{
    const signet_change_t *change = prepared->change;
    return signet_fail(call, SIGNET_CONFLICT, "store.conflict",
                       "The record '%.*s' of '%.*s' has changed meanwhile, or the lease it needs "
                       "is lost.",
                       SIGNET_FORMAT(change->key), SIGNET_FORMAT(change->collection));
}

/* --- the writer's side ------------------------------------------------------------------- */

/* An SQL text on the stack, so that the writer needs no call. */
typedef struct sql {
    char text[SQL_LIMIT];
    size_t length;
} sql_t;

__attribute__((format(printf, 2, 3))) static void sql_add(sql_t *sql, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length =
        vsnprintf(sql->text + sql->length, sizeof(sql->text) - sql->length, format, arguments);
    va_end(arguments);
    if (length > 0)
        sql->length += (size_t)length;
    if (sql->length >= sizeof(sql->text))
        sql->length = sizeof(sql->text) - 1;
}

static int prepare_kept(sqlite3 *database, const sql_t *sql, sqlite3_stmt **statement)
{
    return sqlite3_prepare_v3(database, sql->text, (int)sql->length, SQLITE_PREPARE_PERSISTENT,
                              statement, NULL);
}

static int prepare_find(sqlite3 *database, store_collection_t *collection)
{
    sql_t sql = {.length = 0};
    sql_add(&sql, "SELECT _id, _version FROM \"%s\" WHERE _tenant=?1 AND _key=?2",
            collection->name.data);
    return prepare_kept(database, &sql, &collection->find);
}

/* The values of the fields, in their order and from the second column on. */
static int prepare_values(sqlite3 *database, store_collection_t *collection)
{
    sql_t sql = {.length = 0};
    sql_add(&sql, "SELECT _id");
    for (uint32_t i = 0; i < collection->field_count; i++)
        sql_add(&sql, ", \"%s\"", collection->fields[i].name.data);
    sql_add(&sql, " FROM \"%s\" WHERE _id=?1", collection->name.data);
    return prepare_kept(database, &sql, &collection->values);
}

static int prepare_insert(sqlite3 *database, store_collection_t *collection)
{
    sql_t sql = {.length = 0};
    sql_add(&sql, "INSERT INTO \"%s\"(_tenant, _key, _version, _body, _id", collection->name.data);
    for (uint32_t i = 0; i < collection->field_count; i++)
        sql_add(&sql, ", \"%s\"", collection->fields[i].name.data);
    sql_add(&sql, ") VALUES(?1, ?2, ?3, ?4, ?5");
    for (uint32_t i = 0; i < collection->field_count; i++)
        sql_add(&sql, ", ?%u", i + FIRST_FIELD);
    sql_add(&sql, ")");
    return prepare_kept(database, &sql, &collection->insert);
}

static int prepare_update(sqlite3 *database, store_collection_t *collection)
{
    sql_t sql = {.length = 0};
    sql_add(&sql, "UPDATE \"%s\" SET _version=?3, _body=?4", collection->name.data);
    for (uint32_t i = 0; i < collection->field_count; i++)
        sql_add(&sql, ", \"%s\"=?%u", collection->fields[i].name.data, i + FIRST_FIELD);
    sql_add(&sql, " WHERE _id=?1");
    return prepare_kept(database, &sql, &collection->update);
}

static int prepare_remove(sqlite3 *database, store_collection_t *collection)
{
    sql_t sql = {.length = 0};
    sql_add(&sql, "DELETE FROM \"%s\" WHERE _tenant=?1 AND _key=?2", collection->name.data);
    return prepare_kept(database, &sql, &collection->remove);
}

/* Prepares the statements of a collection at its first use. */
static int ready(sqlite3 *database, store_collection_t *collection)
{
    if (collection->remove)
        return SQLITE_OK;
    int code = prepare_find(database, collection);
    if (code == SQLITE_OK && collection->has_indexes)
        code = prepare_values(database, collection);
    for (uint32_t i = 0; i < collection->field_count && code == SQLITE_OK; i++)
        if (collection->fields[i].index)
            code = store_index_prepare(database, collection->table, collection->fields[i].index);
    if (code == SQLITE_OK)
        code = prepare_insert(database, collection);
    if (code == SQLITE_OK)
        code = prepare_update(database, collection);
    if (code == SQLITE_OK)
        code = prepare_remove(database, collection);
    return code;
}

static int bind_text(sqlite3_stmt *statement, int index, signet_text_t text)
{
    return sqlite3_bind_text64(statement, index, text.length ? text.data : "", text.length,
                               SQLITE_STATIC, SQLITE_UTF8);
}

static int bind_bytes(sqlite3_stmt *statement, int index, signet_bytes_t bytes)
{
    return sqlite3_bind_blob64(statement, index, bytes.length ? (const void *)bytes.data : "",
                               bytes.length, SQLITE_STATIC);
}

static int bind_cell(sqlite3_stmt *statement, int index, const store_cell_t *cell)
{
    if (!cell->value)
        return sqlite3_bind_null(statement, index);
    switch (cell->value->type) {
    case SIGNET_VALUE_TEXT:
        return bind_text(statement, index, cell->value->text);
    case SIGNET_VALUE_BYTES:
        return bind_bytes(statement, index, cell->value->bytes);
    case SIGNET_VALUE_TEXTS:
        return bind_bytes(statement, index, cell->list);
    default:
        return sqlite3_bind_int64(statement, index, cell->value->integer);
    }
}

/* Runs a statement that gives no rows, and lets go of what was bound. */
static int finish(sqlite3_stmt *statement, int code)
{
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    int reset = sqlite3_reset(statement);
    return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : (reset ? reset : code);
}

static int bind_key(sqlite3_stmt *statement, const store_change_t *change)
{
    int code = bind_text(statement, 1, change->tenant);
    return code == SQLITE_OK ? bind_text(statement, 2, change->change->key) : code;
}

/* Whether a change can be made without looking for the record first: a new one, because its key's
 * index refuses it where it is there, and a deletion of whatever is there. */
static int is_blind(const store_change_t *change)
{
    const signet_change_t *asked = change->change;
    return asked->kind == SIGNET_CHANGE_PUT
               ? asked->expected == SIGNET_VERSION_ABSENT
               : asked->expected == SIGNET_VERSION_ANY && !change->collection->has_indexes;
}

static int find(store_change_t *change)
{
    sqlite3_stmt *statement = change->collection->find;
    int code = bind_key(statement, change);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        change->id = sqlite3_column_int64(statement, 0);
        change->version = (uint64_t)sqlite3_column_int64(statement, 1);
    }
    int reset = sqlite3_reset(statement);
    return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : (reset ? reset : code);
}

/* Whether a row's entries are in the index. */
static int is_merged(const store_index_t *index, const store_change_t *change)
{
    return index && change->id <= atomic_load(&index->merged);
}

static int change_element(sqlite3_stmt *statement, const store_change_t *change,
                          signet_text_t element)
{
    int code = bind_text(statement, 1, change->tenant);
    if (code == SQLITE_OK)
        code = bind_text(statement, 2, element);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(statement, 3, change->id);
    return finish(statement, code);
}

/* Takes the entries of one stored value out. */
static int take_value(const store_index_t *index, const store_change_t *change,
                      sqlite3_value *stored)
{
    int code = SQLITE_OK;
    if (sqlite3_value_type(stored) == SQLITE_NULL)
        return SQLITE_OK;
    if (index->type != SIGNET_VALUE_TEXTS) {
        code = bind_text(index->take, 1, change->tenant);
        if (code == SQLITE_OK)
            code = sqlite3_bind_value(index->take, 2, stored);
        if (code == SQLITE_OK)
            code = sqlite3_bind_int64(index->take, 3, change->id);
        return finish(index->take, code);
    }
    signet_bytes_t list = {sqlite3_value_blob(stored), 0};
    signet_text_t element;
    list.length = (uint64_t)sqlite3_value_bytes(stored);
    while (code == SQLITE_OK && store_texts_next(&list, &element))
        code = change_element(index->take, change, element);
    return code;
}

/* Takes the entries of the stored record out of the indexes that have them. */
static int take_entries(const store_change_t *change)
{
    const store_collection_t *collection = change->collection;
    int code = sqlite3_bind_int64(collection->values, 1, change->id);
    if (code == SQLITE_OK)
        code = sqlite3_step(collection->values);
    int found = code == SQLITE_ROW;
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        code = SQLITE_OK;
    for (uint32_t i = 0; i < collection->field_count && found && code == SQLITE_OK; i++)
        if (is_merged(collection->fields[i].index, change))
            code = take_value(collection->fields[i].index, change,
                              sqlite3_column_value(collection->values, (int)i + 1));
    sqlite3_reset(collection->values);
    return code;
}

/* Adds the entries of the new values to the indexes that had those of the old. */
static int add_entries(const store_change_t *change)
{
    int code = SQLITE_OK;
    for (uint32_t i = 0; i < change->collection->field_count && code == SQLITE_OK; i++) {
        const store_index_t *index = change->collection->fields[i].index;
        const signet_field_t *value = change->cells[i].value;
        if (!value || !is_merged(index, change))
            continue;
        if (value->type == SIGNET_VALUE_TEXTS) {
            for (uint64_t j = 0; j < value->text_count && code == SQLITE_OK; j++)
                code = change_element(index->add, change, value->texts[j]);
            continue;
        }
        code = bind_text(index->add, 1, change->tenant);
        if (code == SQLITE_OK)
            code = bind_cell(index->add, 2, &change->cells[i]);
        if (code == SQLITE_OK)
            code = sqlite3_bind_int64(index->add, 3, change->id);
        code = finish(index->add, code);
    }
    return code;
}

/* The number of a new row, which no row had before. */
static int64_t next_id(store_table_t *table)
{
    return atomic_fetch_add(&table->last, 1) + 1;
}

static int put(store_change_t *change)
{
    const store_collection_t *collection = change->collection;
    int known = change->version != 0;
    sqlite3_stmt *statement = known ? collection->update : collection->insert;
    if (!known)
        change->id = next_id(collection->table);
    int code = known ? sqlite3_bind_int64(statement, 1, change->id)
                     : bind_text(statement, 1, change->tenant);
    if (code == SQLITE_OK && !known)
        code = bind_text(statement, 2, change->change->key);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(statement, 3, (int64_t)(change->version + 1));
    if (code == SQLITE_OK)
        code = bind_bytes(statement, 4, change->change->body);
    if (code == SQLITE_OK && !known)
        code = sqlite3_bind_int64(statement, 5, change->id);
    for (uint32_t i = 0; i < collection->field_count && code == SQLITE_OK; i++)
        code = bind_cell(statement, (int)i + FIRST_FIELD, &change->cells[i]);
    return finish(statement, code);
}

static int apply(store_change_t *change)
{
    int known = change->version != 0 && change->collection->has_indexes;
    int code = known ? take_entries(change) : SQLITE_OK;
    if (code != SQLITE_OK)
        return code;
    if (change->change->kind == SIGNET_CHANGE_DELETE)
        return finish(change->collection->remove, bind_key(change->collection->remove, change));
    code = put(change);
    return code == SQLITE_OK && known ? add_entries(change) : code;
}

static int permitted(store_leases_t *leases, const store_change_t *change)
{
    const signet_change_t *asked = change->change;
    if (asked->expected != SIGNET_VERSION_ANY && asked->expected != change->version)
        return 0;
    if (!SIGNET_HAS(asked, lease.data) || asked->lease.length == 0)
        return 1;
    return SIGNET_HAS(asked, lease_owner.data) &&
           store_leases_held(leases, asked->lease, asked->lease_owner);
}

int32_t store_changes_apply(sqlite3 *database, store_leases_t *leases, store_change_t *changes,
                            uint64_t count, int careful, uint64_t *at)
{
    int code = SQLITE_OK;
    for (uint64_t i = 0; i < count && code == SQLITE_OK; i++) {
        changes[i].version = 0;
        code = ready(database, changes[i].collection);
        if (code == SQLITE_OK && (careful || !is_blind(&changes[i])))
            code = find(&changes[i]);
        if (code == SQLITE_OK && !permitted(leases, &changes[i])) {
            *at = i;
            return SIGNET_CONFLICT;
        }
    }
    for (uint64_t i = 0; i < count && code == SQLITE_OK; i++)
        code = apply(&changes[i]);
    if (code == SQLITE_OK)
        return SIGNET_OK;
    return (code & 0xff) == SQLITE_CONSTRAINT && !careful ? SIGNET_BUSY
                                                          : store_failure(database).status;
}
