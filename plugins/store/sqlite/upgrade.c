#include "upgrade.h"

#include "failure.h"
#include "table.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

#define CACHE_KIB 2048
#define TEXT_OF(macro) TEXT_OF_(macro)
#define TEXT_OF_(macro) #macro

static int32_t fail(signet_call_t *call, const store_file_t *file, sqlite3 *database)
{
    store_failure_t failure = store_failure(database);
    return store_fail(call, &failure, signet_text(file->path));
}

static int32_t execute(signet_call_t *call, const store_file_t *file, sqlite3 *database,
                       const char *sql)
{
    return sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK ? SIGNET_OK
                                                                      : fail(call, file, database);
}

/* Appends what brings the index of one field to version 3. In version 1 SQLite kept the indexes of
 * all but lists, and in version 2 none had parts. Entries that an index lacks then are merged later
 * like those of new rows. */
static void add_field(signet_buffer_t *sql, int version, const char *collection, const char *name,
                      uint32_t type)
{
    if (version == 2 && !store_index_has_parts(type))
        return;
    signet_buffer_format(sql, "DROP %s \"%s/%s\";",
                         version == 1 && type != SIGNET_VALUE_TEXTS ? "INDEX" : "TABLE", collection,
                         name);
    store_index_create(sql, collection, name, type);
    signet_buffer_format(sql,
                         "UPDATE signet_field SET indexed=0 WHERE collection='%s' AND name='%s';",
                         collection, name);
}

static int32_t change_indexes(signet_call_t *call, const store_file_t *file, sqlite3 *database,
                              int version)
{
    sqlite3_stmt *statement = NULL;
    signet_buffer_t sql = signet_buffer(call, 4096);
    signet_text_t text;
    int32_t status = SIGNET_OK;
    if (version == 1)
        status = execute(call, file, database,
                         "ALTER TABLE signet_field ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0");
    if (status != SIGNET_OK)
        return status;
    int code = sqlite3_prepare_v2(database,
                                  "SELECT collection, name, type FROM signet_field WHERE flags=0",
                                  -1, &statement, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *collection = (const char *)sqlite3_column_text(statement, 0);
        const char *name = (const char *)sqlite3_column_text(statement, 1);
        code = collection && name ? SQLITE_OK : SQLITE_NOMEM;
        if (code == SQLITE_OK)
            add_field(&sql, version, collection, name, (uint32_t)sqlite3_column_int(statement, 2));
    }
    if (code != SQLITE_DONE)
        status = fail(call, file, database);
    sqlite3_finalize(statement);
    signet_buffer_add_string(&sql, "PRAGMA user_version=" TEXT_OF(STORE_SCHEMA_VERSION));
    if (status == SIGNET_OK)
        status = signet_buffer_text(&sql, &text);
    if (status != SIGNET_OK)
        return status;
    const char *string = signet_text_string(call, text);
    return string ? execute(call, file, database, string) : signet_status(call);
}

/* The version as SQLite sees it: what the log says may not be in the file's head yet. */
static int32_t version_of(signet_call_t *call, const store_file_t *file, sqlite3 *database,
                          int *version)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database, "PRAGMA user_version", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *version = sqlite3_column_int(statement, 0);
    int32_t status = code == SQLITE_ROW ? SIGNET_OK : fail(call, file, database);
    sqlite3_finalize(statement);
    return status;
}

int32_t store_upgrade(signet_call_t *call, const store_file_t *file)
{
    sqlite3 *database = NULL;
    int version = 0;
    int32_t status = store_file_connect(call, file, 1, CACHE_KIB, &database);
    if (status != SIGNET_OK)
        return status;
    status = execute(call, file, database, "BEGIN IMMEDIATE");
    if (status == SIGNET_OK)
        status = version_of(call, file, database, &version);
    if (status == SIGNET_OK && version < STORE_SCHEMA_VERSION)
        status = change_indexes(call, file, database, version);
    if (status == SIGNET_OK)
        status = execute(call, file, database, "COMMIT");
    /* So that older versions, which look at the file's head, refuse it from here on. */
    if (status == SIGNET_OK)
        status = execute(call, file, database, "PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite3_close(database);
    return status;
}
