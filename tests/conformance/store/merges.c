#include "merges.h"

#include "fault.h"
#include "numbered.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* More than the writer lets wait under load. */
#define LOAD 9000
#define BATCH 100

static void path_of(const world_t *world, char path[600])
{
    snprintf(path, 600, "%s/signet.db", signet_check_folder(world->check));
}

/* The number that an SQL text gives; without one it only runs. */
static int64_t run_sql(const world_t *world, const char *sql)
{
    char path[600];
    sqlite3 *database = NULL;
    int64_t number = 0;
    path_of(world, path);
    ck_assert_int_eq(sqlite3_open(path, &database), SQLITE_OK);
    while (sql && *sql) {
        sqlite3_stmt *statement = NULL;
        ck_assert_msg(sqlite3_prepare_v2(database, sql, -1, &statement, &sql) == SQLITE_OK, "%s",
                      sqlite3_errmsg(database));
        if (!statement)
            break;
        int code = sqlite3_step(statement);
        ck_assert_msg(code == SQLITE_ROW || code == SQLITE_DONE, "%s", sqlite3_errmsg(database));
        if (code == SQLITE_ROW)
            number = sqlite3_column_int64(statement, 0);
        sqlite3_finalize(statement);
    }
    sqlite3_close(database);
    return number;
}

/* Waits until the indexes know all records but `left`. */
static void wait_merged(const world_t *world, int64_t left)
{
    for (int i = 0; i < 6000; i++) {
        if (run_sql(world, "SELECT (SELECT max(_id) FROM \"test.items\") - min(indexed)"
                           " FROM signet_field WHERE collection='test.items' AND flags=0") <= left)
            return;
        usleep(10000);
    }
    ck_abort_msg("the indexes do not follow");
}

static void put_many(const world_t *world, int first)
{
    made_t *made = calloc(BATCH, sizeof(*made));
    char keys[BATCH][16];
    signet_change_t changes[BATCH];
    ck_assert_ptr_nonnull(made);
    for (int i = 0; i < BATCH; i++) {
        snprintf(keys[i], sizeof(keys[i]), "%05d", first + i);
        changes[i] = put_made(&made[i], keys[i], first + i);
    }
    ck_assert_int_eq(
        world->store.interface->commit(world->store.instance, world->call, changes, BATCH),
        SIGNET_OK);
    free(made);
}

START_TEST(entries_are_merged_under_load_at_rest_and_at_the_end)
{
    world_t world = world_begin();
    for (int i = 0; i < LOAD; i += BATCH)
        put_many(&world, i);
    wait_merged(&world, LOAD - 4096);
    wait_merged(&world, 0);
    expect_number(&world, 0, "00000");
    put_number(&world, "last", LOAD);
    signet_check_close(world.check, "store");
    wait_merged(&world, 0);
    world_reopen(&world);
    expect_number(&world, LOAD, "last");
    world_end(&world);
}
END_TEST

/* Case 92: a disk that is full delays entries; nothing that is there is lost or not found. */
START_TEST(full_disk_hides_no_record)
{
    world_t world = world_begin();
    int complete = 0;
    for (int nth = 1; !complete && nth < 50; nth++) {
        put_number(&world, "k", nth);
        put_number(&world, "other", 1000 + nth);
        delete_key(&world, "other");
        put_number(&world, "new", 2000 + nth);
        fault_full_at(nth);
        expect_number(&world, nth, "k");
        expect_number(&world, nth - 1, NULL);
        expect_number(&world, 1000 + nth, NULL);
        complete = fault_writes() < nth;
        fault_full_at(0);
        expect_number(&world, 2000 + nth, "new");
        delete_key(&world, "new");
    }
    ck_assert_int_eq(complete, 1);
    put_number(&world, "late", 99);
    fault_full_at(1);
    for (int i = 0; i < 6000 && !signet_check_logged(world.check, "store.merge-failed"); i++)
        usleep(10000);
    ck_assert(signet_check_logged(world.check, "store.merge-failed"));
    fault_full_at(0);
    wait_merged(&world, 0);
    expect_number(&world, 99, "late");
    world_end(&world);
}
END_TEST

/* Case 93. */
START_TEST(failed_sync_of_entries_ends_the_process)
{
    world_t world = world_begin();
    signet_check_close(world.check, "store");
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        world_reopen(&world);
        signet_check_expect_fatal(world.check, "store.sync-failed");
        put_number(&world, "k", 1);
        fault_sync();
        expect_number(&world, 1, "k");
        _exit(1);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), SIGNET_CHECK_FATAL);
    world_reopen(&world);
    expect_number(&world, 1, "k");
    world_end(&world);
}
END_TEST

/* The numbers of the records with a label like `label`, page by page. */
static void expect_labelled(const world_t *world, uint32_t compare, const char *label,
                            uint32_t flags, const char *expected)
{
    const signet_field_t value = {.size = sizeof(value),
                                  .type = SIGNET_VALUE_TEXTS,
                                  .name = SIGNET_TEXT("labels"),
                                  .text = signet_text(label)};
    const signet_condition_t condition = {
        .size = sizeof(condition), .compare = compare, .value = &value};
    const signet_query_t query = {.size = sizeof(query),
                                  .collection = SIGNET_TEXT("test.items"),
                                  .conditions = &condition,
                                  .condition_count = 1,
                                  .flags = flags,
                                  .limit = 2};
    expect_numbers(world, &query, expected);
}

/* Indexes of digests and lists are cut into parts, of as many rows as nobody puts in a test: what
 * says how far they are is moved on instead. */
START_TEST(records_are_found_in_every_part)
{
    world_t world = world_begin();
    for (int part = 0; part < 3; part++) {
        for (int i = 0; i < 3; i++) {
            char key[16];
            snprintf(key, sizeof(key), "k%d%d", part, 2 - i);
            put_number(&world, key, part * 10 + i);
        }
        signet_check_close(world.check, "store");
        wait_merged(&world, 0);
        run_sql(&world, "UPDATE signet_field SET indexed=indexed+131072"
                        " WHERE collection='test.items'");
        world_reopen(&world);
    }
    ck_assert_int_eq(run_sql(&world, "SELECT count(DISTINCT _part) FROM \"test.items/labels\""), 3);
    ck_assert_int_eq(run_sql(&world, "SELECT count(DISTINCT _part) FROM \"test.items/digest\""), 3);
    expect_number(&world, 0, "k02");
    expect_number(&world, 12, "k10");
    expect_number(&world, 21, "k21");
    expect_labelled(&world, SIGNET_COMPARE_EQUAL, "all", 0, "0,1,2,10,11,12,20,21,22,");
    expect_labelled(&world, SIGNET_COMPARE_EQUAL, "all", SIGNET_QUERY_DESCENDING,
                    "22,21,20,12,11,10,2,1,0,");
    expect_labelled(&world, SIGNET_COMPARE_PREFIX, "label-001", 0, "12,11,10,");
    expect_labelled(&world, SIGNET_COMPARE_EQUAL, "label-0011", 0, "11,");
    put_number(&world, "k11", 30);
    delete_key(&world, "k02");
    expect_number(&world, 30, "k11");
    expect_number(&world, 11, NULL);
    expect_number(&world, 0, NULL);
    expect_labelled(&world, SIGNET_COMPARE_EQUAL, "all", 0, "1,2,10,30,12,20,21,22,");
    world_end(&world);
}
END_TEST

/* Version 1 had indexes of SQLite's, and side tables of lists alone. */
static const char to_version_1[] =
    "DROP TABLE \"test.items/name\";"
    "DROP TABLE \"test.items/number\";"
    "DROP TABLE \"test.items/made\";"
    "DROP TABLE \"test.items/digest\";"
    "CREATE INDEX \"test.items/name\" ON \"test.items\"(_tenant, name) WHERE name IS NOT NULL;"
    "CREATE INDEX \"test.items/number\" ON \"test.items\"(_tenant, number)"
    " WHERE number IS NOT NULL;"
    "CREATE INDEX \"test.items/made\" ON \"test.items\"(_tenant, made) WHERE made IS NOT NULL;"
    "CREATE INDEX \"test.items/digest\" ON \"test.items\"(_tenant, digest)"
    " WHERE digest IS NOT NULL;"
    "ALTER TABLE signet_field DROP COLUMN indexed;"
    "PRAGMA user_version=1;";

START_TEST(files_of_version_1_are_brought_up)
{
    world_t world = world_begin();
    for (int i = 0; i < LOAD; i += BATCH)
        put_many(&world, i);
    delete_key(&world, "00100");
    signet_check_close(world.check, "store");
    wait_merged(&world, 0);
    run_sql(&world, to_version_1);
    world_reopen(&world);
    ck_assert_int_eq(run_sql(&world, "PRAGMA user_version"), 3);
    expect_number(&world, 17, "00017");
    expect_number(&world, LOAD - 1, "08999");
    expect_number(&world, 100, NULL);
    put_number(&world, "00017", LOAD);
    expect_number(&world, 17, NULL);
    expect_number(&world, LOAD, "00017");
    wait_merged(&world, 0);
    world_reopen(&world);
    expect_number(&world, LOAD, "00017");
    world_end(&world);
}
END_TEST

/* In version 2 no index had parts. */
static const char to_version_2[] =
    "DROP TABLE \"test.items/digest\";"
    "CREATE TABLE \"test.items/digest\"(_tenant TEXT NOT NULL, _value BLOB NOT NULL,"
    " _id INTEGER NOT NULL, PRIMARY KEY(_tenant, _value, _id)) WITHOUT ROWID;"
    "INSERT INTO \"test.items/digest\" SELECT _tenant, digest, _id FROM \"test.items\";"
    "DROP TABLE \"test.items/labels\";"
    "CREATE TABLE \"test.items/labels\"(_tenant TEXT NOT NULL, _value TEXT NOT NULL,"
    " _id INTEGER NOT NULL, PRIMARY KEY(_tenant, _value, _id)) WITHOUT ROWID;"
    "INSERT INTO \"test.items/labels\" SELECT _tenant, 'all', _id FROM \"test.items\";"
    "PRAGMA user_version=2;";

START_TEST(files_of_version_2_are_brought_up)
{
    world_t world = world_begin();
    put_number(&world, "a", 1);
    put_number(&world, "b", 2);
    put_number(&world, "c", 3);
    delete_key(&world, "c");
    signet_check_close(world.check, "store");
    wait_merged(&world, 0);
    run_sql(&world, to_version_2);
    world_reopen(&world);
    ck_assert_int_eq(run_sql(&world, "PRAGMA user_version"), 3);
    expect_number(&world, 1, "a");
    put_number(&world, "a", 4);
    put_number(&world, "d", 5);
    expect_number(&world, 1, NULL);
    expect_number(&world, 2, "b");
    expect_number(&world, 3, NULL);
    expect_number(&world, 4, "a");
    expect_number(&world, 5, "d");
    expect_labelled(&world, SIGNET_COMPARE_EQUAL, "all", 0, "4,2,5,");
    world_end(&world);
}
END_TEST

/* A command beside the host cannot have entries merged, and finds all the same. */
START_TEST(commands_find_what_no_index_knows)
{
    world_t world = world_begin();
    put_number(&world, "a", 1);
    expect_number(&world, 1, "a");
    signet_check_mode(world.check, SIGNET_MODE_COMMAND);
    ck_assert_int_eq(
        signet_check_open(world.check, "store-sqlite", "command", "path = \"signet.db\";"),
        SIGNET_OK);
    const signet_provider_t *provider =
        signet_check_find(world.check, SIGNET_STORE_INTERFACE, "command");
    world_t command = world;
    command.store = (signet_store_t){provider->interface, provider->instance};
    ck_assert_int_eq(command.store.interface->declare(command.store.instance, command.call, &items),
                     SIGNET_OK);
    put_number(&world, "b", 2);
    put_number(&world, "a", 3);
    expect_number(&command, 1, NULL);
    expect_number(&command, 2, "b");
    expect_number(&command, 3, "a");
    signet_check_close(world.check, "command");
    world_end(&world);
}
END_TEST

TCase *merges_case(void)
{
    TCase *tests = tcase_create("merges");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, entries_are_merged_under_load_at_rest_and_at_the_end);
    tcase_add_test(tests, full_disk_hides_no_record);
    tcase_add_test(tests, failed_sync_of_entries_ends_the_process);
    tcase_add_test(tests, records_are_found_in_every_part);
    tcase_add_test(tests, files_of_version_1_are_brought_up);
    tcase_add_test(tests, files_of_version_2_are_brought_up);
    tcase_add_test(tests, commands_find_what_no_index_knows);
    return tests;
}
