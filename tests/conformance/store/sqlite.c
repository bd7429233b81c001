/* store-sqlite, and what can happen to its file. */
#include "fault.h"
#include "merges.h"
#include "world.h"

#include <signet/ext/draft/backup.h>
#include <signet/sdk/text.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *path_of(const signet_check_t *check, const char *name)
{
    static char path[512];
    snprintf(path, sizeof(path), "%s/%s", signet_check_folder(check), name);
    return path;
}

/* Opening must fail with this status, and the message must contain both words. */
static void expect_refused(signet_check_t *check, const char *instance, int32_t status,
                           const char *first, const char *second)
{
    int32_t got = signet_check_open(check, "store-sqlite", instance, "path = \"signet.db\";");
    ck_assert_int_eq(got, status);
    const signet_error_t *error = signet_check_error(check);
    char message[1024];
    snprintf(message, sizeof(message), "%.*s", SIGNET_FORMAT(error->message));
    ck_assert_msg(strstr(message, first) && strstr(message, second), "%s", message);
    ck_assert_ptr_null(strchr(message, '\n'));
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *database = NULL;
    ck_assert_int_eq(sqlite3_open(path, &database), SQLITE_OK);
    char *error = NULL;
    sqlite3_exec(database, sql, NULL, NULL, &error);
    ck_assert_msg(error == NULL, "%s", error);
    sqlite3_close(database);
}

START_TEST(file_is_private_and_owned)
{
    world_t world = world_begin();
    struct stat status;
    ck_assert_int_eq(stat(path_of(world.check, "signet.db"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
    ck_assert_int_eq(stat(path_of(world.check, "signet.db-wal"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
    expect_refused(world.check, "second", SIGNET_UNAVAILABLE, "signet.db", "in use");
    world_end(&world);
}
END_TEST

START_TEST(commands_read_beside_the_host)
{
    world_t world = world_begin();
    const signet_record_t *record = NULL;
    item_t item;
    put(&world, "k", "from the host", 1);
    signet_check_mode(world.check, SIGNET_MODE_COMMAND);
    ck_assert_int_eq(
        signet_check_open(world.check, "store-sqlite", "command", "path = \"signet.db\";"),
        SIGNET_OK);
    const signet_provider_t *provider =
        signet_check_find(world.check, SIGNET_STORE_INTERFACE, "command");
    const signet_store_interface_t *store = provider->interface;
    ck_assert_int_eq(store->declare(provider->instance, world.call, &items), SIGNET_OK);
    ck_assert_int_eq(
        store->get(provider->instance, world.call, items.name, SIGNET_TEXT("k"), &record),
        SIGNET_OK);
    put(&world, "k", "changed", 2);
    ck_assert_int_eq(
        store->get(provider->instance, world.call, items.name, SIGNET_TEXT("k"), &record),
        SIGNET_OK);
    ck_assert(signet_text_is(signet_record_text(record, "name"), "changed"));
    const signet_change_t change = put_item(&item, "k", SIGNET_VERSION_ANY, "x", 3);
    ck_assert_int_eq(store->commit(provider->instance, world.call, &change, 1), SIGNET_UNAVAILABLE);
    char message[256];
    snprintf(message, sizeof(message), "%.*s",
             SIGNET_FORMAT(world.call->services->error(world.call)->message));
    ck_assert_ptr_nonnull(strstr(message, "SIGNET_URL=unix:"));
    expect_error(world.call, SIGNET_UNAVAILABLE);
    ck_assert_int_eq(
        store->lease(provider->instance, world.call, SIGNET_TEXT("l"), SIGNET_TEXT("o"), 1000),
        SIGNET_UNAVAILABLE);
    expect_error(world.call, SIGNET_UNAVAILABLE);
    signet_collection_t unknown = items;
    unknown.name = SIGNET_TEXT("test.unknown");
    ck_assert_int_eq(store->declare(provider->instance, world.call, &unknown), SIGNET_UNAVAILABLE);
    expect_error(world.call, SIGNET_UNAVAILABLE);
    signet_check_close(world.check, "command");
    world_end(&world);
}
END_TEST

START_TEST(folder_must_exist)
{
    signet_check_t *check = signet_check_begin();
    ck_assert_int_eq(
        signet_check_open(check, "store-sqlite", "store", "path = \"missing/signet.db\";"),
        SIGNET_UNAVAILABLE);
    char message[512];
    snprintf(message, sizeof(message), "%.*s", SIGNET_FORMAT(signet_check_error(check)->message));
    ck_assert_ptr_nonnull(strstr(message, "missing/signet.db"));
    signet_check_end(check);
}
END_TEST

/* Case 95. */
START_TEST(newer_schema_is_refused)
{
    world_t world = world_begin();
    signet_check_close(world.check, "store");
    run_sql(path_of(world.check, "signet.db"), "PRAGMA user_version=7");
    expect_refused(world.check, "store", SIGNET_CORRUPT, "version 7", "knows up to 3");
    run_sql(path_of(world.check, "signet.db"), "PRAGMA user_version=1;PRAGMA application_id=3");
    expect_refused(world.check, "store", SIGNET_CORRUPT, "signet.db", "not made by Signet");
    world_end(&world);
}
END_TEST

static void put_some(const world_t *world)
{
    for (int i = 0; i < 200; i++) {
        char key[16];
        snprintf(key, sizeof(key), "%04d", i);
        put(world, key, "some", i);
    }
}

static void copy_file(const char *from, const char *to)
{
    char buffer[65536];
    ssize_t length = 0;
    int input = open(from, O_RDONLY);
    int output = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert(input >= 0 && output >= 0);
    while ((length = read(input, buffer, sizeof(buffer))) > 0)
        ck_assert_int_eq(write(output, buffer, (size_t)length), length);
    close(input);
    close(output);
}

START_TEST(truncated_file_is_refused)
{
    static const long lengths[] = {0, 1, 99, 512, 4096, 8191, 40960};
    world_t world = world_begin();
    char copy[600];
    char path[600];
    put_some(&world);
    signet_check_close(world.check, "store");
    snprintf(copy, sizeof(copy), "%s", path_of(world.check, "copy"));
    snprintf(path, sizeof(path), "%s", path_of(world.check, "signet.db"));
    ck_assert_int_eq(rename(path, copy), 0);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct stat status;
        copy_file(copy, path);
        ck_assert_int_eq(truncate(path, lengths[i]), 0);
        expect_refused(world.check, "store", SIGNET_CORRUPT, "signet.db", "backup");
        ck_assert_int_eq(stat(path, &status), 0);
        ck_assert_int_eq(status.st_size, lengths[i]);
    }
    world_end(&world);
}
END_TEST

START_TEST(flipped_file_is_refused)
{
    static const long offsets[] = {0, 18, 69, 4096, 4096 + 3, 8192, 8192 + 5, 12288, 20480};
    world_t world = world_begin();
    char path[600];
    put_some(&world);
    signet_check_close(world.check, "store");
    snprintf(path, sizeof(path), "%s", path_of(world.check, "signet.db"));
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        uint8_t octet = 0;
        int file = open(path, O_RDWR);
        ck_assert_int_ge(file, 0);
        ck_assert_int_eq(pread(file, &octet, 1, offsets[i]), 1);
        octet ^= 0xff;
        ck_assert_int_eq(pwrite(file, &octet, 1, offsets[i]), 1);
        int32_t status =
            signet_check_open(world.check, "store-sqlite", "store", "path = \"signet.db\";");
        ck_assert_msg(status == SIGNET_CORRUPT, "offset %ld: %d", offsets[i], status);
        octet ^= 0xff;
        ck_assert_int_eq(pwrite(file, &octet, 1, offsets[i]), 1);
        close(file);
    }
    world_reopen(&world);
    world_end(&world);
}
END_TEST

START_TEST(lost_file_is_not_made_anew)
{
    world_t world = world_begin();
    struct stat status;
    signet_check_close(world.check, "store");
    ck_assert_int_eq(unlink(path_of(world.check, "signet.db")), 0);
    expect_refused(world.check, "store", SIGNET_CORRUPT, "missing", "signet.db-lock");
    ck_assert_int_ne(stat(path_of(world.check, "signet.db"), &status), 0);
    ck_assert_int_eq(unlink(path_of(world.check, "signet.db-lock")), 0);
    world_reopen(&world);
    world_end(&world);
}
END_TEST

START_TEST(foreign_file_is_left_alone)
{
    signet_check_t *check = signet_check_begin();
    FILE *file = fopen(path_of(check, "signet.db"), "w");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 100; i++)
        fputs("notes of somebody\n", file);
    fclose(file);
    expect_refused(check, "store", SIGNET_CORRUPT, "signet.db", "not an SQLite");
    signet_check_end(check);
}
END_TEST

START_TEST(interrupted_creation_is_repeated)
{
    signet_check_t *check = signet_check_begin();
    FILE *file = fopen(path_of(check, "signet.db-new"), "w");
    ck_assert_ptr_nonnull(file);
    fputs("half", file);
    fclose(file);
    ck_assert_int_eq(signet_check_open(check, "store-sqlite", "store", "path = \"signet.db\";"),
                     SIGNET_OK);
    signet_check_end(check);
}
END_TEST

/* Case 92: whichever write finds the disk full, the commit is not acknowledged, and the next one
 * after there is room again is. */
START_TEST(full_disk_acknowledges_nothing)
{
    world_t world = world_begin();
    int acknowledged = 0;
    for (int nth = 1; acknowledged < 1 && nth < 100; nth++) {
        item_t made[20];
        char keys[20][16];
        signet_change_t changes[20];
        for (int i = 0; i < 20; i++) {
            snprintf(keys[i], sizeof(keys[i]), "full-%02d", i);
            changes[i] = put_item(&made[i], keys[i], SIGNET_VERSION_ABSENT, "x", i);
        }
        fault_full_at(nth);
        int32_t status =
            world.store.interface->commit(world.store.instance, world.call, changes, 20);
        fault_full_at(0);
        if (status == SIGNET_OK) {
            acknowledged = 1;
            ck_assert_int_gt(nth, 1);
            break;
        }
        ck_assert_int_eq(status, SIGNET_FULL);
        expect_error(world.call, SIGNET_FULL);
        ck_assert_int_eq(get(&world, world.call, "full-00", NULL), SIGNET_NOT_FOUND);
        put(&world, "after", "x", nth);
    }
    ck_assert_int_eq(acknowledged, 1);
    world_reopen(&world);
    ck_assert_int_eq(get(&world, world.call, "full-19", NULL), SIGNET_OK);
    world_end(&world);
}
END_TEST

/* The same with a real limit, in a process of its own because the limit cannot be raised again. */
START_TEST(limited_file_recovers)
{
    world_t world = world_begin();
    signet_check_close(world.check, "store");
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct rlimit limit;
        uint8_t body[4000];
        int full = 0;
        memset(body, 'x', sizeof(body));
        signal(SIGXFSZ, SIG_IGN);
        world_reopen(&world);
        getrlimit(RLIMIT_FSIZE, &limit);
        limit.rlim_cur = 300000;
        setrlimit(RLIMIT_FSIZE, &limit);
        for (int i = 0; i < 1000 && !full; i++) {
            item_t item;
            char key[16];
            snprintf(key, sizeof(key), "%d", i);
            signet_change_t change = put_item(&item, key, SIGNET_VERSION_ABSENT, "x", i);
            change.body = (signet_bytes_t){body, sizeof(body)};
            int32_t status = commit_one(&world, world.call, &change);
            if (status == SIGNET_OK)
                continue;
            if (status != SIGNET_FULL)
                _exit(2);
            world.call->services->clear(world.call);
            if (get(&world, world.call, key, NULL) != SIGNET_NOT_FOUND)
                _exit(3);
            full = 1;
        }
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_FSIZE, &limit);
        put(&world, "after", "x", 1);
        _exit(full ? 0 : 4);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    world_reopen(&world);
    ck_assert_int_eq(get(&world, world.call, "after", NULL), SIGNET_OK);
    world_end(&world);
}
END_TEST

/* The pages of a commit reach the log in few pieces, however many they are. */
START_TEST(commit_is_few_writes)
{
    world_t world = world_begin();
    static uint8_t body[50000];
    item_t item;
    signet_change_t change = put_item(&item, "k", SIGNET_VERSION_ANY, "x", 1);
    change.body = (signet_bytes_t){body, sizeof(body)};
    put(&world, "first", "x", 1);
    fault_full_at(0);
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_OK);
    ck_assert_int_ge(fault_writes(), 1);
    ck_assert_int_le(fault_writes(), 4);
    world_end(&world);
}
END_TEST

/* Case 93: a failed sync is never survived, so that nothing is acknowledged after it. */
START_TEST(failed_sync_ends_the_process)
{
    world_t world = world_begin();
    signet_check_close(world.check, "store");
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        item_t item;
        world_reopen(&world);
        signet_check_expect_fatal(world.check, "store.sync-failed");
        const signet_change_t change = put_item(&item, "k", SIGNET_VERSION_ANY, "x", 1);
        fault_sync();
        commit_one(&world, world.call, &change);
        _exit(1);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), SIGNET_CHECK_FATAL);
    world_reopen(&world);
    put(&world, "k", "x", 1);
    world_end(&world);
}
END_TEST

/* The log is moved to the database beside the writer and does not grow with what is written. */
START_TEST(log_stays_bounded)
{
    world_t world = world_begin();
    static uint8_t body[200000];
    struct stat status;
    off_t largest = 0;
    for (int i = 0; i < 1000; i++) {
        item_t item;
        char key[16];
        snprintf(key, sizeof(key), "%d", i % 50);
        signet_change_t change = put_item(&item, key, SIGNET_VERSION_ANY, "x", i);
        memset(body, i, sizeof(body));
        change.body = (signet_bytes_t){body, sizeof(body)};
        ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_OK);
        ck_assert_int_eq(stat(path_of(world.check, "signet.db-wal"), &status), 0);
        largest = status.st_size > largest ? status.st_size : largest;
    }
    ck_assert_int_gt(largest, 8L * 1024 * 1024);
    ck_assert_int_lt(largest, 160L * 1024 * 1024);
    world_end(&world);
}
END_TEST

static const signet_backup_interface_t *backup_of(const world_t *world, void **instance)
{
    const signet_provider_t *provider =
        signet_check_find(world->check, SIGNET_BACKUP_INTERFACE, "store");
    ck_assert_ptr_nonnull(provider);
    *instance = provider->instance;
    return provider->interface;
}

static signet_text_t text_of(const world_t *world, const char *name)
{
    return signet_text_copy(world->call, signet_text(path_of(world->check, name)));
}

/* A copy is of one moment, and whole. */
START_TEST(copy_is_looked_through)
{
    void *instance = NULL;
    void *opened = NULL;
    const signet_record_t *record = NULL;
    world_t world = world_begin();
    const signet_backup_interface_t *backup = backup_of(&world, &instance);
    put(&world, "k", "before", 1);
    signet_text_t path = text_of(&world, "copy");
    ck_assert_int_eq(backup->copy(instance, world.call, path), SIGNET_OK);
    ck_assert_int_eq(backup->copy(instance, world.call, path), SIGNET_EXISTS);
    expect_error(world.call, SIGNET_EXISTS);
    put(&world, "k", "after", 2);
    ck_assert_int_eq(backup->open_copy(instance, world.call, path, &opened), SIGNET_OK);
    const signet_store_interface_t *store = world.store.interface;
    ck_assert_int_eq(store->declare(opened, world.call, &items), SIGNET_OK);
    ck_assert_int_eq(store->get(opened, world.call, items.name, SIGNET_TEXT("k"), &record),
                     SIGNET_OK);
    ck_assert(signet_text_is(signet_record_text(record, "name"), "before"));
    backup->close_copy(instance, opened);
    ck_assert_int_ne(access(path_of(world.check, "copy-wal"), F_OK), 0);
    ck_assert_int_ne(access(path_of(world.check, "copy-lock"), F_OK), 0);
    ck_assert_int_eq(truncate(path_of(world.check, "copy"), 8192), 0);
    ck_assert_int_eq(backup->open_copy(instance, world.call, path, &opened), SIGNET_CORRUPT);
    expect_error(world.call, SIGNET_CORRUPT);
    world_end(&world);
}
END_TEST

/* No copy takes the place of a store that is in use, or unasked of one that is there. */
START_TEST(copy_takes_the_place_when_told)
{
    void *instance = NULL;
    signet_text_t staged = {NULL, 0};
    signet_text_t kept = {NULL, 0};
    world_t world = world_begin();
    const signet_backup_interface_t *backup = backup_of(&world, &instance);
    put(&world, "k", "before", 1);
    signet_text_t path = text_of(&world, "copy");
    ck_assert_int_eq(backup->copy(instance, world.call, path), SIGNET_OK);
    put(&world, "k", "after", 2);
    ck_assert_int_eq(backup->stage(instance, world.call, path, 1, &staged), SIGNET_UNAVAILABLE);
    expect_error(world.call, SIGNET_UNAVAILABLE);
    signet_check_mode(world.check, SIGNET_MODE_COMMAND);
    ck_assert_int_eq(
        signet_check_open(world.check, "store-sqlite", "beside", "path = \"signet.db\";"),
        SIGNET_OK);
    signet_check_mode(world.check, SIGNET_MODE_SERVE);
    signet_check_close(world.check, "store");
    instance = signet_check_find(world.check, SIGNET_BACKUP_INTERFACE, "beside")->instance;
    ck_assert_int_eq(backup->adopt(instance, world.call, &kept), SIGNET_CONFLICT);
    expect_error(world.call, SIGNET_CONFLICT);
    ck_assert_int_eq(backup->stage(instance, world.call, path, 0, &staged), SIGNET_EXISTS);
    expect_error(world.call, SIGNET_EXISTS);
    ck_assert_int_eq(backup->stage(instance, world.call, path, 1, &staged), SIGNET_OK);
    backup->abandon(instance);
    ck_assert_int_ne(access(path_of(world.check, "signet.db-restoring"), F_OK), 0);
    ck_assert_int_eq(backup->stage(instance, world.call, path, 1, &staged), SIGNET_OK);
    expect_refused(world.check, "store", SIGNET_UNAVAILABLE, "signet.db", "in use");
    ck_assert_int_eq(backup->adopt(instance, world.call, &kept), SIGNET_OK);
    ck_assert_uint_gt(kept.length, 0);
    world_reopen(&world);
    const signet_record_t *record = NULL;
    ck_assert_int_eq(get(&world, world.call, "k", &record), SIGNET_OK);
    ck_assert(signet_text_is(signet_record_text(record, "name"), "before"));
    world_end(&world);
}
END_TEST

static Suite *faults(void)
{
    Suite *suite = suite_create("store-sqlite faults");
    TCase *tests = tcase_create("file");
    fault_install();
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, file_is_private_and_owned);
    tcase_add_test(tests, commands_read_beside_the_host);
    tcase_add_test(tests, folder_must_exist);
    tcase_add_test(tests, newer_schema_is_refused);
    tcase_add_test(tests, truncated_file_is_refused);
    tcase_add_test(tests, flipped_file_is_refused);
    tcase_add_test(tests, lost_file_is_not_made_anew);
    tcase_add_test(tests, foreign_file_is_left_alone);
    tcase_add_test(tests, interrupted_creation_is_repeated);
    tcase_add_test(tests, full_disk_acknowledges_nothing);
    tcase_add_test(tests, limited_file_recovers);
    tcase_add_test(tests, commit_is_few_writes);
    tcase_add_test(tests, failed_sync_ends_the_process);
    tcase_add_test(tests, log_stays_bounded);
    tcase_add_test(tests, copy_is_looked_through);
    tcase_add_test(tests, copy_takes_the_place_when_told);
    suite_add_tcase(suite, tests);
    suite_add_tcase(suite, merges_case());
    return suite;
}

static const backend_t sqlite = {"store-sqlite", "path = \"signet.db\";", faults};
const backend_t *const backend = &sqlite;
