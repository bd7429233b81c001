#include "plan.h"

#include "failure.h"
#include "row.h"

#include <signet/sdk/error.h>
#include <stdio.h>
#include <string.h>

/* An index with fewer matching entries than this is worth sorting. */
#define PROBE_LIMIT 1000U

/* --- parameters -------------------------------------------------------------------------- */

static void add_parameter(store_sql_t *sql, uint32_t type, int64_t integer, signet_bytes_t bytes)
{
    signet_buffer_add_byte(&sql->text, '?');
    if (sql->count == STORE_MAX_PARAMETERS) {
        sql->text.failed = 1;
        return;
    }
    sql->parameters[sql->count].type = type;
    sql->parameters[sql->count].integer = integer;
    sql->parameters[sql->count].bytes = bytes;
    sql->count++;
}

static void add_text(store_sql_t *sql, signet_text_t text)
{
    add_parameter(sql, SIGNET_VALUE_TEXT, 0, signet_text_bytes(text));
}

static void add_integer(store_sql_t *sql, int64_t integer)
{
    add_parameter(sql, SIGNET_VALUE_INTEGER, integer, (signet_bytes_t){NULL, 0});
}

static void add_string(store_sql_t *sql, const char *string)
{
    signet_buffer_add_string(&sql->text, string);
}

int store_sql_bind(const store_sql_t *sql, sqlite3_stmt *statement)
{
    int code = SQLITE_OK;
    for (uint32_t i = 0; i < sql->count && code == SQLITE_OK; i++) {
        int index = (int)i + 1;
        signet_bytes_t bytes = sql->parameters[i].bytes;
        if (sql->parameters[i].type == SIGNET_VALUE_TEXT)
            code = store_row_bind_text(statement, index, signet_bytes_text(bytes));
        else if (sql->parameters[i].type == SIGNET_VALUE_BYTES)
            code = store_row_bind_bytes(statement, index, bytes);
        else
            code = sqlite3_bind_int64(statement, index, sql->parameters[i].integer);
    }
    return code;
}

/* --- checking ---------------------------------------------------------------------------- */

static int32_t fail_query(signet_call_t *call, const store_plan_t *plan, signet_text_t name,
                          const char *what)
{
    return signet_fail(call, SIGNET_INVALID, "store.query", "'%.*s' of '%s' %s.",
                       SIGNET_FORMAT(name), plan->collection->name.data, what);
}

static int32_t find_field(signet_call_t *call, const store_plan_t *plan, signet_text_t name,
                          const store_field_t **field)
{
    *field = NULL;
    if (signet_text_is(name, "key"))
        return SIGNET_OK;
    *field = store_collection_field(plan->collection, name);
    if (!*field)
        return fail_query(call, plan, name, "was not declared");
    if ((*field)->flags & SIGNET_FIELD_UNINDEXED)
        return fail_query(call, plan, name, "has no index, so no query can use it");
    return SIGNET_OK;
}

static int32_t check_condition(signet_call_t *call, const store_plan_t *plan,
                               const signet_condition_t *condition, const store_field_t *field)
{
    uint32_t declared = field ? field->type : SIGNET_VALUE_TEXT;
    uint32_t given = condition->value->type;
    int is_text = declared == SIGNET_VALUE_TEXT || declared == SIGNET_VALUE_TEXTS;
    if (is_text ? given != SIGNET_VALUE_TEXT && given != SIGNET_VALUE_TEXTS : given != declared)
        return fail_query(call, plan, condition->value->name, "is compared with another type");
    if (condition->compare < SIGNET_COMPARE_EQUAL || condition->compare > SIGNET_COMPARE_PREFIX ||
        (condition->compare == SIGNET_COMPARE_PREFIX && !is_text))
        return fail_query(call, plan, condition->value->name, "has no such comparison");
    return SIGNET_OK;
}

int32_t store_plan_make(signet_call_t *call, const store_collection_t *collection,
                        const signet_query_t *query, store_plan_t *plan)
{
    memset(plan, 0, sizeof(*plan));
    plan->collection = collection;
    plan->query = query;
    plan->descending = query->flags & SIGNET_QUERY_DESCENDING;
    if (query->condition_count > STORE_MAX_CONDITIONS)
        return signet_fail(call, SIGNET_INVALID, "store.query",
                           "A query has at most %u conditions.", STORE_MAX_CONDITIONS);
    plan->condition_count = (uint32_t)query->condition_count;
    for (uint32_t i = 0; i < plan->condition_count; i++) {
        plan->conditions[i] = SIGNET_AT(signet_condition_t, query->conditions, i);
        int32_t status = find_field(call, plan, plan->conditions[i]->value->name, &plan->fields[i]);
        if (status == SIGNET_OK)
            status = check_condition(call, plan, plan->conditions[i], plan->fields[i]);
        if (status != SIGNET_OK)
            return status;
    }
    if (query->order.length == 0) {
        for (uint32_t i = 0; i < plan->condition_count; i++)
            plan->by_id |= plan->fields[i] && plan->conditions[i]->compare == SIGNET_COMPARE_EQUAL;
        return SIGNET_OK;
    }
    int32_t status = find_field(call, plan, query->order, &plan->order);
    if (status == SIGNET_OK && plan->order && plan->order->type == SIGNET_VALUE_TEXTS)
        return fail_query(call, plan, query->order, "is a list, which gives no order");
    return status;
}

/* --- SQL --------------------------------------------------------------------------------- */

/* The smallest text that is greater than all that begin with `prefix`; 0 where there is none. */
static int successor(signet_call_t *call, signet_text_t prefix, signet_text_t *next)
{
    uint64_t length = prefix.length;
    while (length > 0 && (uint8_t)prefix.data[length - 1] == 0xff)
        length--;
    if (length == 0)
        return 0;
    char *copy = signet_alloc(call, length, 1);
    if (!copy)
        return 0;
    memcpy(copy, prefix.data, length);
    copy[length - 1] = (char)((uint8_t)copy[length - 1] + 1);
    *next = (signet_text_t){copy, length};
    return 1;
}

static void add_value(store_sql_t *sql, const signet_field_t *value)
{
    if (value->type == SIGNET_VALUE_TEXT || value->type == SIGNET_VALUE_TEXTS)
        add_text(sql, value->text);
    else if (value->type == SIGNET_VALUE_BYTES)
        add_parameter(sql, SIGNET_VALUE_BYTES, 0, value->bytes);
    else
        add_integer(sql, value->integer);
}

/* " AND COLUMN OP ?" for the column named by two parts. */
static void add_comparison(store_sql_t *sql, const char *column,
                           const signet_condition_t *condition)
{
    static const char *const operators[] = {"", "=", "<", "<=", ">", ">=", ">="};
    signet_text_t next;
    signet_buffer_format(&sql->text, " AND %s%s", column, operators[condition->compare]);
    add_value(sql, condition->value);
    if (condition->compare == SIGNET_COMPARE_PREFIX &&
        successor(sql->text.call, condition->value->text, &next)) {
        signet_buffer_format(&sql->text, " AND %s<", column);
        add_text(sql, next);
    }
}

#define COLUMN_LIMIT 80 /* names have at most 64 characters */

/* Where a field's value stands: in the entry of the index in use, or in the row. */
static void column_name(const store_field_t *field, const store_field_t *driver, char *name)
{
    if (!field)
        snprintf(name, COLUMN_LIMIT, "m._key");
    else if (field == driver && field->type != SIGNET_VALUE_TEXTS)
        snprintf(name, COLUMN_LIMIT, "s._value");
    else
        snprintf(name, COLUMN_LIMIT, "m.\"%s\"", field->name.data);
}

static void add_condition(store_sql_t *sql, const store_plan_t *plan, const store_field_t *driver,
                          uint32_t at)
{
    const store_field_t *field = plan->fields[at];
    char column[COLUMN_LIMIT];
    column_name(field, driver, column);
    if (!field || field->type != SIGNET_VALUE_TEXTS) {
        add_comparison(sql, column, plan->conditions[at]);
        return;
    }
    signet_buffer_format(&sql->text, " AND signet_texts(%s,", column);
    add_integer(sql, plan->conditions[at]->compare);
    add_string(sql, ",");
    add_text(sql, plan->conditions[at]->value->text);
    add_string(sql, ")");
}

/* The condition by which a list's side table is searched: one of equality where there is one. */
static uint32_t leading_condition(const store_plan_t *plan, const store_field_t *driver)
{
    uint32_t found = STORE_MAX_CONDITIONS;
    for (uint32_t i = 0; i < plan->condition_count; i++) {
        if (plan->fields[i] != driver)
            continue;
        if (plan->conditions[i]->compare == SIGNET_COMPARE_EQUAL)
            return i;
        if (found == STORE_MAX_CONDITIONS)
            found = i;
    }
    return found;
}

static int has_equality(const store_plan_t *plan, const store_field_t *field)
{
    for (uint32_t i = 0; i < plan->condition_count; i++)
        if (plan->fields[i] == field && plan->conditions[i]->compare == SIGNET_COMPARE_EQUAL)
            return 1;
    return 0;
}

/* Whether the driver's entries alone answer the conditions, without the rows. */
static int is_covered(const store_plan_t *plan, const store_field_t *driver)
{
    for (uint32_t i = 0; i < plan->condition_count; i++)
        if (plan->fields[i] != driver)
            return 0;
    return driver && (driver->type != SIGNET_VALUE_TEXTS ||
                      (plan->condition_count == 1 && has_equality(plan, driver)));
}

/* " AND" that an entry stands in any of the parts, which are looked into one after the other. */
static void add_parts(store_sql_t *sql, const store_plan_t *plan, const store_field_t *driver,
                      const char *column)
{
    if (!store_index_has_parts(driver->type))
        return;
    signet_buffer_format(&sql->text,
                         " AND %s IN (WITH RECURSIVE parts(part) AS (VALUES(0) UNION ALL"
                         " SELECT part+1 FROM parts WHERE part<",
                         column);
    add_integer(sql, store_index_part(atomic_load(&plan->collection->table->last)));
    add_string(sql, ") SELECT part FROM parts)");
}

static void add_tenant(store_sql_t *sql, const char *column, signet_text_t tenant)
{
    signet_buffer_format(&sql->text, " WHERE %s._tenant=", column);
    add_text(sql, tenant);
}

/* FROM and the tenant, by the table or the key's index. */
static void add_table(store_sql_t *sql, const store_plan_t *plan, signet_text_t tenant)
{
    const char *table = plan->collection->name.data;
    int by_key = !plan->scan || (!plan->order && !plan->by_id);
    signet_buffer_format(&sql->text, " FROM \"%s\" AS m", table);
    if (by_key)
        signet_buffer_format(&sql->text, " INDEXED BY \"%s/_key\"", table);
    else
        add_string(sql, " NOT INDEXED");
    add_tenant(sql, "m", tenant);
}

/* FROM and the tenant, by the entries of an index; `rows`: with their rows. */
static void add_entries(store_sql_t *sql, const store_plan_t *plan, const store_field_t *driver,
                        signet_text_t tenant, int rows)
{
    const char *table = plan->collection->name.data;
    signet_buffer_format(&sql->text, " FROM \"%s/%s\" AS s", table, driver->name.data);
    if (rows)
        signet_buffer_format(&sql->text, " CROSS JOIN \"%s\" AS m ON m._id=s._id", table);
    add_tenant(sql, "s", tenant);
    add_parts(sql, plan, driver, "s._part");
}

/* FROM and WHERE. `id` gets the column that holds the _id in the index in use. */
static void add_source(store_sql_t *sql, const store_plan_t *plan, const store_field_t *driver,
                       signet_text_t tenant, int rows, const char **id)
{
    const char *table = plan->collection->name.data;
    uint32_t leading = STORE_MAX_CONDITIONS;
    *id = driver ? "s._id" : "m._id";
    if (!driver) {
        add_table(sql, plan, tenant);
    } else if (driver->type != SIGNET_VALUE_TEXTS) {
        add_entries(sql, plan, driver, tenant, rows);
    } else if (has_equality(plan, driver)) {
        leading = leading_condition(plan, driver);
        add_entries(sql, plan, driver, tenant, rows);
        add_comparison(sql, "s._value", plan->conditions[leading]);
    } else {
        leading = leading_condition(plan, driver);
        *id = "m._id";
        signet_buffer_format(&sql->text, " FROM \"%s\" AS m NOT INDEXED", table);
        add_tenant(sql, "m", tenant);
        signet_buffer_format(&sql->text,
                             " AND m._id IN (SELECT _id FROM \"%s/%s\" WHERE _tenant=", table,
                             driver->name.data);
        add_text(sql, tenant);
        add_parts(sql, plan, driver, "_part");
        add_comparison(sql, "_value", plan->conditions[leading]);
        add_string(sql, ")");
    }
    for (uint32_t i = 0; i < plan->condition_count; i++)
        if (i != leading)
            add_condition(sql, plan, driver, i);
    if (plan->order && plan->order != driver)
        signet_buffer_format(&sql->text, " AND m.\"%s\" IS NOT NULL", plan->order->name.data);
}

/* " AND" what comes after the place. Across tenants ties of a key are by tenant. */
static void add_place(store_sql_t *sql, const store_plan_t *plan, const store_field_t *driver,
                      const char *id, signet_text_t tenant, const store_place_t *place)
{
    if (!plan->order && !plan->by_id) {
        int by_tenant = signet_text_compare(tenant, place->tenant);
        int same_too = plan->descending ? by_tenant < 0 : by_tenant > 0;
        const char *compare = plan->descending ? (same_too ? "<=" : "<") : (same_too ? ">=" : ">");
        signet_buffer_format(&sql->text, " AND m._key%s", compare);
        add_text(sql, place->key);
        return;
    }
    const char *compare = plan->descending ? "<" : ">";
    if (!plan->order) {
        signet_buffer_format(&sql->text, " AND %s%s", id, compare);
        add_integer(sql, place->id);
        return;
    }
    char column[COLUMN_LIMIT];
    column_name(plan->order, driver, column);
    signet_buffer_format(&sql->text, " AND (%s, %s)%s(", column, id, compare);
    add_parameter(sql, place->type, place->integer, place->value);
    add_string(sql, ",");
    add_integer(sql, place->id);
    add_string(sql, ")");
}

void store_plan_page(const store_plan_t *plan, const store_field_t *driver, signet_text_t tenant,
                     const store_place_t *place, uint64_t limit, store_sql_t *sql)
{
    const char *direction = plan->descending ? " DESC" : "";
    const char *id = NULL;
    add_string(sql, "SELECT ");
    store_row_columns(&sql->text, plan->collection, !(plan->query->flags & SIGNET_QUERY_NO_BODY));
    add_source(sql, plan, driver, tenant, 1, &id);
    if (place->set)
        add_place(sql, plan, driver, id, tenant, place);
    add_string(sql, " ORDER BY ");
    if (plan->order) {
        char column[COLUMN_LIMIT];
        column_name(plan->order, driver, column);
        signet_buffer_format(&sql->text, "%s%s, ", column, direction);
    } else if (plan->by_id && driver && store_index_has_parts(driver->type) &&
               has_equality(plan, driver)) {
        /* The same order as that of _id alone, but one that SQLite knows to need no sorting. */
        signet_buffer_format(&sql->text, "s._part%s, ", direction);
    }
    signet_buffer_format(&sql->text, "%s%s LIMIT ", plan->order || plan->by_id ? id : "m._key",
                         direction);
    add_integer(sql, (int64_t)limit);
}

void store_plan_count(const store_plan_t *plan, const store_field_t *driver, signet_text_t tenant,
                      uint64_t limit, store_sql_t *sql)
{
    const char *id = NULL;
    add_string(sql, "SELECT count(*) FROM (SELECT 1");
    add_source(sql, plan, driver, tenant, !is_covered(plan, driver), &id);
    add_string(sql, " LIMIT ");
    add_integer(sql, (int64_t)limit);
    add_string(sql, ")");
}

/* --- choosing ---------------------------------------------------------------------------- */

/* How many entries of one condition's index match, no further than PROBE_LIMIT. */
static int32_t probe(signet_call_t *call, const store_plan_t *plan, store_reader_t *reader,
                     signet_text_t tenant, signet_text_t path, const store_field_t *field,
                     uint64_t *count)
{
    store_plan_t part = {.collection = plan->collection, .query = plan->query};
    for (uint32_t i = 0; i < plan->condition_count; i++) {
        if (plan->fields[i] != field)
            continue;
        part.fields[part.condition_count] = field;
        part.conditions[part.condition_count++] = plan->conditions[i];
    }
    store_sql_t sql = {.text = signet_buffer(call, 256)};
    signet_text_t text;
    if (field && field->type == SIGNET_VALUE_TEXTS) {
        signet_buffer_format(&sql.text,
                             "SELECT count(*) FROM (SELECT 1 FROM \"%s/%s\" WHERE _tenant=",
                             plan->collection->name.data, field->name.data);
        add_text(&sql, tenant);
        add_parts(&sql, plan, field, "_part");
        add_comparison(&sql, "_value", plan->conditions[leading_condition(plan, field)]);
        add_string(&sql, " LIMIT ");
        add_integer(&sql, PROBE_LIMIT);
        add_string(&sql, ")");
    } else {
        /* The part of the query that the one index serves. */
        store_plan_count(&part, field, tenant, PROBE_LIMIT, &sql);
    }
    int32_t status = signet_buffer_text(&sql.text, &text);
    if (status != SIGNET_OK)
        return status;
    sqlite3_stmt *statement = store_reader_statement(reader, text);
    int code = statement ? store_sql_bind(&sql, statement) : SQLITE_ERROR;
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *count = (uint64_t)sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
        return SIGNET_OK;
    }
    store_failure_t failure = store_failure(reader->database);
    if (statement)
        sqlite3_reset(statement);
    if (failure.code == SQLITE_INTERRUPT)
        return signet_status(call);
    return store_fail(call, &failure, path);
}

int32_t store_plan_choose(signet_call_t *call, const store_plan_t *plan, store_reader_t *reader,
                          signet_text_t tenant, signet_text_t path, const store_field_t **driver)
{
    const store_field_t *others[STORE_MAX_CONDITIONS];
    uint32_t count = 0;
    *driver = plan->scan ? NULL : plan->order;
    if (plan->scan)
        return SIGNET_OK;
    for (uint32_t i = 0; i < plan->condition_count; i++) {
        uint32_t known = !plan->by_id && plan->fields[i] == plan->order;
        for (uint32_t j = 0; j < count; j++)
            known |= others[j] == plan->fields[i];
        if (!known)
            others[count++] = plan->fields[i];
    }
    /* Equal values stand in the order of _id, whichever field they are of. */
    for (uint32_t i = 0; i < count && plan->by_id; i++) {
        if (others[i] && has_equality(plan, others[i])) {
            *driver = others[i];
            break;
        }
    }
    if (count == 1 && plan->by_id && has_equality(plan, others[0]))
        return SIGNET_OK;
    /* A number needs no order, so any condition's index is better than none. */
    if (count > 0 && plan->by_id && !*driver)
        *driver = others[0];
    uint64_t least = PROBE_LIMIT;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t matches = 0;
        int32_t status = probe(call, plan, reader, tenant, path, others[i], &matches);
        if (status != SIGNET_OK)
            return status;
        if (matches < least) {
            least = matches;
            *driver = others[i];
        }
    }
    return SIGNET_OK;
}
