/* Case 96: a store that was put back to an earlier state is noticed, gives no number twice, and
 * nothing is signed until somebody has acknowledged it. */
#include "world.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LISTED 64

static const char *path_of(const world_t *world, const char *name)
{
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", signet_check_folder(world->check), name);
    return path;
}

static void copy_file(const char *from, const char *to)
{
    char buffer[65536];
    FILE *input = fopen(from, "rbe");
    FILE *output = fopen(to, "wbe");
    ck_assert(input && output);
    for (size_t got = 0; (got = fread(buffer, 1, sizeof(buffer), input)) > 0;)
        ck_assert_uint_eq(fwrite(buffer, 1, got, output), got);
    fclose(input);
    ck_assert_int_eq(fclose(output), 0);
}

/* Two sealed entries, then a copy, then `more` that the copy does not have. */
static world_t world_behind(int more)
{
    world_t world = world_begin();
    world_write(&world, "thing.made", "one");
    world_seal(&world);
    world_write(&world, "thing.made", "two");
    world_close(&world);
    copy_file(path_of(&world, "signet.db"), path_of(&world, "old"));
    world_open(&world);
    for (int i = 0; i < more; i++) {
        world_write(&world, "thing.made", "lost");
        world_seal(&world);
    }
    return world;
}

static void put_back(world_t *world)
{
    world_close(world);
    copy_file(path_of(world, "old"), path_of(world, "signet.db"));
}

static int32_t ready(const world_t *world)
{
    signet_call_t *call = world_call(world, "");
    int32_t status = world->journal.interface->ready(world->journal.instance, call);
    if (status != SIGNET_OK)
        ck_assert(signet_text_is(call->services->error(call)->reason, "journal.rolled-back"));
    signet_check_call_end(call);
    return status;
}

/* The keys of what a collection holds. */
static int list_keys(const world_t *world, const char *collection, char keys[LISTED][128])
{
    const signet_query_t query = {
        .size = sizeof(query), .collection = signet_text(collection), .limit = LISTED};
    const signet_page_t *page = NULL;
    ck_assert_int_eq(
        world->store.interface->query(world->store.instance, world->call, &query, &page),
        SIGNET_OK);
    for (uint64_t i = 0; i < page->count; i++)
        snprintf(keys[i], sizeof(keys[i]), "%.*s", SIGNET_FORMAT(page->records[i]->key));
    return (int)page->count;
}

static void expect_verified(world_t *world)
{
    char said[4096];
    ck_assert_msg(world_verify(world, NULL, 0, said, sizeof(said)) == SIGNET_OK, "%s", said);
}

static uint32_t ask(const world_t *world, const char *roles, const char *method, const char *body,
                    char *said, size_t size)
{
    const signet_response_t *response = NULL;
    signet_call_t *call = signet_check_call(world->check, "chief", roles);
    ck_assert_int_eq(signet_check_request(world->check, call, method, "/v1/journal/rollback",
                                          "content-type: application/json",
                                          signet_text_bytes(signet_text(body)), &response),
                     SIGNET_OK);
    uint32_t status = response->status;
    snprintf(said, size, "%.*s", SIGNET_FORMAT(signet_bytes_text(response->body)));
    signet_check_call_end(call);
    return status;
}

START_TEST(old_copy_is_noticed)
{
    static char lost[LISTED][128];
    static char kept[LISTED][128];
    static const char *const collections[] = {"journal.entries", "journal.seals"};
    int lost_count[2];
    char said[512];
    world_t world = world_behind(3);
    ck_assert_int_eq(ready(&world), SIGNET_OK);
    ck_assert_int_eq(signet_check_metric(world.check, "signet_journal_rolled_back", ""), 0);
    for (int at = 0; at < 2; at++) {
        world_t *w = &world;
        lost_count[at] = list_keys(w, collections[at], lost);
        ck_assert_int_ge(lost_count[at], 3);
        put_back(w);
        world_open(w);
        ck_assert_int_eq(ready(w), SIGNET_UNAVAILABLE);
        world_write(w, "thing.made", "new");
        world_seal(w);
        int count = list_keys(w, collections[at], kept);
        int shared = 0;
        for (int i = 0; i < count; i++)
            for (int j = 0; j < lost_count[at]; j++)
                shared += strcmp(kept[i], lost[j]) == 0;
        /* What was in the copy, and nothing of what came after it. */
        ck_assert_int_eq(shared, 2);
        ck_assert_int_ge(count, 4 - at);
    }
    ck_assert(signet_check_logged(world.check, "journal.rolled-back"));
    ck_assert_uint_eq(world_count(&world, "journal.rolled-back"), 1);
    ck_assert_int_eq(signet_check_metric(world.check, "signet_journal_rolled_back", ""), 1);
    /* A restart does not forget it, and finds nothing new. */
    world_close(&world);
    world_open(&world);
    ck_assert_int_eq(ready(&world), SIGNET_UNAVAILABLE);
    ck_assert_uint_eq(world_count(&world, "journal.rolled-back"), 1);
    ck_assert_uint_eq(ask(&world, "auditor", "GET", "", said, sizeof(said)), 200);
    ck_assert_ptr_nonnull(strstr(said, "\"rolled_back\":true"));
    ck_assert_uint_eq(ask(&world, "auditor", "POST", "{\"reason\":\"x\"}", said, sizeof(said)),
                      403);
    ck_assert_uint_eq(
        ask(&world, "administrator@one", "POST", "{\"reason\":\"x\"}", said, sizeof(said)), 403);
    ck_assert_uint_eq(ask(&world, "administrator", "POST", "{}", said, sizeof(said)), 400);
    ck_assert_int_eq(ready(&world), SIGNET_UNAVAILABLE);
    ck_assert_uint_eq(
        ask(&world, "administrator", "POST", "{\"reason\":\"disk was lost\"}", said, sizeof(said)),
        200);
    ck_assert_ptr_nonnull(strstr(said, "\"rolled_back\":false"));
    ck_assert_uint_eq(
        ask(&world, "administrator", "POST", "{\"reason\":\"again\"}", said, sizeof(said)), 200);
    ck_assert_uint_eq(world_count(&world, "journal.acknowledged"), 1);
    ck_assert_int_eq(ready(&world), SIGNET_OK);
    world_close(&world);
    world_open(&world);
    ck_assert_int_eq(ready(&world), SIGNET_OK);
    world_close(&world);
    expect_verified(&world);
    world_end(&world);
}
END_TEST

/* As many seals as were lost, but others: only the digest tells. */
START_TEST(another_past_is_noticed)
{
    world_t world = world_behind(2);
    put_back(&world);
    copy_file(path_of(&world, "signet.db-head"), path_of(&world, "head"));
    ck_assert_int_eq(unlink(path_of(&world, "signet.db-head")), 0);
    world_open(&world);
    ck_assert_int_eq(ready(&world), SIGNET_OK);
    for (int i = 0; i < 2; i++) {
        world_write(&world, "thing.made", "other");
        world_seal(&world);
    }
    world_close(&world);
    copy_file(path_of(&world, "head"), path_of(&world, "signet.db-head"));
    world_open(&world);
    ck_assert_int_eq(ready(&world), SIGNET_UNAVAILABLE);
    world_close(&world);
    expect_verified(&world);
    world_end(&world);
}
END_TEST

/* Nothing was sealed after the copy: only the epoch tells. */
START_TEST(lost_start_is_noticed)
{
    world_t world = world_behind(0);
    world_close(&world);
    world_open(&world);
    put_back(&world);
    world_open(&world);
    ck_assert_int_eq(ready(&world), SIGNET_UNAVAILABLE);
    world_close(&world);
    expect_verified(&world);
    world_end(&world);
}
END_TEST

/* Seals of what was lost that an attacker leaves out, without the signed word that they are. */
START_TEST(left_out_seals_are_missed)
{
    char said[512];
    world_t world = world_behind(3);
    world_tamper(&world, "DELETE FROM \"journal.seals\" WHERE _key LIKE '%/0000000000000002'");
    ck_assert_int_eq(world_verify(&world, NULL, 0, said, sizeof(said)), SIGNET_CORRUPT);
    ck_assert_ptr_nonnull(strstr(said, "was removed"));
    world_end(&world);
}
END_TEST

START_TEST(head_file_may_be_lost_not_wrong)
{
    world_t world = world_behind(1);
    world_close(&world);
    /* Cut off by a power cut. */
    ck_assert_int_eq(truncate(path_of(&world, "signet.db-head"), 0), 0);
    world_open(&world);
    ck_assert_int_eq(ready(&world), SIGNET_OK);
    signet_check_close(world.check, "journal");
    FILE *file = fopen(path_of(&world, "signet.db-head"), "we");
    ck_assert_ptr_nonnull(file);
    fputs("somebody's notes\n", file);
    fclose(file);
    ck_assert_int_eq(
        signet_check_open(world.check, "journal", "journal", "store = \"store\"; keys = \"keys\";"),
        SIGNET_INVALID);
    ck_assert(signet_text_is(signet_check_error(world.check)->reason, "journal.head-file"));
    signet_check_call_end(world.call);
    world.call = NULL;
    world_end(&world);
}
END_TEST

TCase *rollback_case(void)
{
    TCase *tests = tcase_create("rollback");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, old_copy_is_noticed);
    tcase_add_test(tests, another_past_is_noticed);
    tcase_add_test(tests, lost_start_is_noticed);
    tcase_add_test(tests, left_out_seals_are_missed);
    tcase_add_test(tests, head_file_may_be_lost_not_wrong);
    return tests;
}
