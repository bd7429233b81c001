/* Seals: made while commits go on, after gaps, after a crash, without a key. */
#include "world.h"

#include "tracker.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 8
#define ENTRIES 200

static const signet_collection_t things = {
    .size = sizeof(things), .revision = 1, .name = SIGNET_TEXT_INIT("test.things")};

static void expect_verified(world_t *world)
{
    char said[4096];
    ck_assert_msg(world_verify(world, NULL, 0, said, sizeof(said)) == SIGNET_OK, "%s", said);
}

static uint64_t count_seals(const world_t *world)
{
    const signet_query_t query = {
        .size = sizeof(query), .collection = SIGNET_TEXT("journal.seals"), .limit = 1000};
    uint64_t count = 0;
    ck_assert_int_eq(
        world->store.interface->count(world->store.instance, world->call, &query, &count),
        SIGNET_OK);
    return count;
}

START_TEST(nothing_new_no_seal)
{
    world_t world = world_begin();
    world_seal(&world);
    ck_assert_uint_eq(count_seals(&world), 0);
    world_write(&world, "thing.made", "x");
    world_seal(&world);
    world_seal(&world);
    ck_assert_uint_eq(count_seals(&world), 1);
    world_close(&world);
    expect_verified(&world);
    world_end(&world);
}
END_TEST

typedef struct writer {
    const world_t *world;
    int number;
    atomic_int *running;
} writer_t;

/* Every third commit conflicts and leaves a gap. */
static void *write_entries(void *argument)
{
    const writer_t *writer = argument;
    const world_t *world = writer->world;
    for (int i = 0; i < ENTRIES; i++) {
        signet_call_t *call = world_call(world, "");
        char key[32];
        snprintf(key, sizeof(key), "%d-%d", writer->number, i);
        const signet_entry_t entry = {
            .size = sizeof(entry), .event = SIGNET_TEXT("thing.made"), .object = signet_text(key)};
        const signet_change_t change =
            signet_put("test.things", i % 3 ? signet_text(key) : SIGNET_TEXT("one"),
                       SIGNET_VERSION_ABSENT, NULL, 0, (signet_bytes_t){NULL, 0});
        int32_t status =
            world->journal.interface->commit(world->journal.instance, call, &change, 1, &entry);
        if (status != SIGNET_OK && (status != SIGNET_CONFLICT || i % 3))
            abort();
        signet_check_call_end(call);
    }
    atomic_fetch_sub(writer->running, 1);
    return NULL;
}

START_TEST(commits_go_on_while_sealing)
{
    world_t world = world_begin();
    pthread_t threads[THREADS];
    writer_t writers[THREADS];
    atomic_int running = THREADS;
    ck_assert_int_eq(world.store.interface->declare(world.store.instance, world.call, &things),
                     SIGNET_OK);
    for (int i = 0; i < THREADS; i++) {
        writers[i] = (writer_t){&world, i, &running};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, write_entries, &writers[i]), 0);
    }
    while (atomic_load(&running) > 0)
        world_seal(&world);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    world_seal(&world);
    ck_assert_uint_gt(count_seals(&world), 1);
    ck_assert_uint_eq(world_count(&world, "thing.made"),
                      (uint64_t)THREADS * (ENTRIES - (ENTRIES + 2) / 3) + 1);
    world_close(&world);
    expect_verified(&world);
    world_end(&world);
}
END_TEST

START_TEST(crash_leaves_nothing_unsealed)
{
    world_t world = world_begin();
    world_write(&world, "thing.made", "before");
    world_close(&world);
    for (int round = 0; round < 3; round++) {
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            world_open(&world);
            for (int i = 0; i < 20; i++) {
                world_write(&world, "thing.lost", "x");
                if (i == 10 && round > 0)
                    world_seal(&world);
            }
            kill(getpid(), SIGKILL);
        }
        int status = 0;
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFSIGNALED(status));
    }
    world_open(&world);
    ck_assert_uint_eq(world_count(&world, "thing.lost"), 60);
    signet_journal_query_t query = {.size = sizeof(query), .limit = 100};
    const signet_journal_page_t *page = NULL;
    ck_assert_int_eq(
        world.journal.interface->query(world.journal.instance, world.call, &query, &page),
        SIGNET_OK);
    for (uint64_t i = 0; i < page->count; i++)
        ck_assert_uint_eq(page->entries[i]->sealed, 1);
    world_close(&world);
    expect_verified(&world);
    world_end(&world);
}
END_TEST

START_TEST(lost_key_delays_seals_only)
{
    world_t world = world_begin();
    sealkeys_fail(1);
    for (int i = 0; i < 5; i++)
        world_write(&world, "thing.made", "x");
    ck_assert_int_eq(signet_check_run_job(world.check, "journal", "seal"), SIGNET_UNAVAILABLE);
    ck_assert_uint_eq(count_seals(&world), 0);
    sealkeys_fail(0);
    world_seal(&world);
    ck_assert_uint_eq(count_seals(&world), 1);
    world_close(&world);
    expect_verified(&world);
    world_end(&world);
}
END_TEST

/* Of more unsealed entries than fit, the oldest are forgotten, and the sealer is told to read
 * them back; one whose commit is open is never forgotten. */
START_TEST(backlog_is_bounded)
{
    signet_check_t *check = signet_check_begin();
    signet_call_t *call = signet_check_call(check, "tester", "");
    static journal_slot_t slots[10];
    static const uint8_t leaf[JOURNAL_DIGEST] = {1};
    journal_tracker_t tracker;
    uint64_t sequence = 0;
    uint64_t kept = 0;
    ck_assert_int_eq(journal_tracker_init(call, &tracker), SIGNET_OK);
    for (uint64_t i = 1; i <= JOURNAL_TRACKED + 10; i++) {
        ck_assert_int_eq(journal_tracker_begin(call, &tracker, &sequence), SIGNET_OK);
        ck_assert_uint_eq(sequence, i);
        if (i != 20)
            journal_tracker_settle(&tracker, i, i % 2 ? JOURNAL_PRESENT : JOURNAL_ABSENT, leaf);
    }
    ck_assert_uint_eq(journal_tracker_copy(&tracker, 1, 10, slots, &kept), 0);
    ck_assert_uint_eq(kept, 11);
    ck_assert_uint_eq(journal_tracker_copy(&tracker, 11, 100, slots, &kept), 9);
    ck_assert_uint_eq(slots[0].state, JOURNAL_PRESENT);
    ck_assert_uint_eq(slots[1].state, JOURNAL_ABSENT);
    for (int i = 0; i < 9; i++)
        ck_assert_int_eq(journal_tracker_begin(call, &tracker, &sequence), SIGNET_OK);
    ck_assert_int_eq(journal_tracker_begin(call, &tracker, &sequence), SIGNET_BUSY);
    journal_tracker_forget(&tracker, 40);
    call->services->clear(call);
    ck_assert_int_eq(journal_tracker_begin(call, &tracker, &sequence), SIGNET_OK);
    journal_tracker_clear(&tracker);
    signet_check_call_end(call);
    signet_check_end(check);
}
END_TEST

START_TEST(keys_can_change)
{
    world_t world = world_begin();
    world_write(&world, "thing.made", "x");
    world_close(&world);
    sealkeys_forget();
    world_open(&world);
    world_write(&world, "thing.made", "y");
    world_close(&world);
    expect_verified(&world);
    world_end(&world);
}
END_TEST

TCase *sealing_case(void)
{
    TCase *tests = tcase_create("sealing");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, nothing_new_no_seal);
    tcase_add_test(tests, commits_go_on_while_sealing);
    tcase_add_test(tests, crash_leaves_nothing_unsealed);
    tcase_add_test(tests, lost_key_delays_seals_only);
    tcase_add_test(tests, backlog_is_bounded);
    tcase_add_test(tests, keys_can_change);
    return tests;
}
