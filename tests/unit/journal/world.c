#include "world.h"

#include <signet/sdk/error.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static void expect_open(const world_t *world, int32_t status)
{
    ck_assert_msg(status == SIGNET_OK, "open: %.*s",
                  SIGNET_FORMAT(signet_check_error(world->check)->message));
}

void world_open(world_t *world)
{
    expect_open(world,
                signet_check_open(world->check, "store-sqlite", "store", "path = \"signet.db\";"));
    expect_open(world, signet_check_open_linked(world->check, &sealkeys_plugin, "keys", ""));
    expect_open(world, signet_check_open(world->check, "journal", "journal",
                                         "store = \"store\"; keys = \"keys\";"));
    const signet_provider_t *store =
        signet_check_find(world->check, SIGNET_STORE_INTERFACE, "store");
    const signet_provider_t *journal =
        signet_check_find(world->check, SIGNET_JOURNAL_INTERFACE, "journal");
    world->store = (signet_store_t){store->interface, store->instance};
    world->journal = (signet_journal_t){journal->interface, journal->instance};
    world->call = signet_check_call(world->check, "tester", "auditor");
}

void world_close(world_t *world)
{
    signet_check_call_end(world->call);
    signet_check_close(world->check, "journal");
    signet_check_close(world->check, "keys");
    signet_check_close(world->check, "store");
    world->call = NULL;
}

world_t world_begin(void)
{
    world_t world = {.check = signet_check_begin()};
    world_open(&world);
    return world;
}

void world_end(world_t *world)
{
    if (world->call)
        world_close(world);
    signet_check_end(world->check);
    sealkeys_fail(0);
    sealkeys_forget();
}

signet_call_t *world_call(const world_t *world, const char *tenant)
{
    signet_call_t *call = signet_check_call(world->check, "tester", "auditor");
    if (tenant[0])
        ck_assert_int_eq(call->services->set_tenant(call, signet_text(tenant)), SIGNET_OK);
    return call;
}

void world_write(const world_t *world, const char *event, const char *object)
{
    signet_call_t *call = world_call(world, "");
    const signet_entry_t entry = {
        .size = sizeof(entry), .event = signet_text(event), .object = signet_text(object)};
    ck_assert_int_eq(
        world->journal.interface->commit(world->journal.instance, call, NULL, 0, &entry),
        SIGNET_OK);
    signet_check_call_end(call);
}

void world_seal(const world_t *world)
{
    ck_assert_int_eq(signet_check_run_job(world->check, "journal", "seal"), SIGNET_OK);
}

uint64_t world_count(const world_t *world, const char *event)
{
    signet_call_t *call = world_call(world, "");
    uint64_t count = 0;
    signet_journal_query_t query = {.size = sizeof(query), .event = signet_text(event), .limit = 7};
    do {
        const signet_journal_page_t *page = NULL;
        ck_assert_int_eq(
            world->journal.interface->query(world->journal.instance, call, &query, &page),
            SIGNET_OK);
        count += page->count;
        query.cursor = page->cursor;
    } while (query.cursor.length > 0);
    signet_check_call_end(call);
    return count;
}

void world_tamper(world_t *world, const char *sql)
{
    char path[512];
    sqlite3 *database = NULL;
    char *error = NULL;
    world_close(world);
    snprintf(path, sizeof(path), "%s/signet.db", signet_check_folder(world->check));
    ck_assert_int_eq(sqlite3_open(path, &database), SQLITE_OK);
    sqlite3_exec(database, sql, NULL, NULL, &error);
    ck_assert_msg(error == NULL, "%s", error);
    ck_assert_msg(sqlite3_total_changes(database) > 0, "nothing was changed by %s", sql);
    sqlite3_close(database);
}

int32_t world_verify(world_t *world, const char *const *arguments, uint64_t count, char *said,
                     size_t size)
{
    signet_text_t output = {NULL, 0};
    signet_check_mode(world->check, SIGNET_MODE_COMMAND);
    world_open(world);
    int32_t status = signet_check_command(world->check, world->call, "journal", "journal verify",
                                          arguments, count, 0, &output);
    const signet_error_t *error = world->call->services->error(world->call);
    if (status != SIGNET_OK && error)
        output = error->message;
    snprintf(said, size, "%.*s", SIGNET_FORMAT(output));
    world_close(world);
    signet_check_mode(world->check, SIGNET_MODE_SERVE);
    return status;
}
