/* Records that no index knows yet: they are found like all others, at any time. */
#include "numbered.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 4
#define ROUNDS 60
#define RECORDS 30

/* The numbers of the records in the order of a field, page by page. */
static void expect_order(const world_t *world, const char *order, const char *expected)
{
    const signet_query_t query = {.size = sizeof(query),
                                  .collection = SIGNET_TEXT("test.items"),
                                  .order = signet_text(order),
                                  .limit = 2};
    expect_numbers(world, &query, expected);
}

START_TEST(changes_of_new_and_old_records_are_found)
{
    world_t world = world_begin();
    put_number(&world, "a", 1);
    put_number(&world, "a", 2);
    put_number(&world, "b", 3);
    delete_key(&world, "b");
    expect_number(&world, 1, NULL);
    expect_number(&world, 2, "a");
    expect_number(&world, 3, NULL);
    put_number(&world, "a", 4);
    expect_number(&world, 2, NULL);
    expect_number(&world, 4, "a");
    put_number(&world, "c", 5);
    put_number(&world, "c", 6);
    put_number(&world, "a", 7);
    expect_order(&world, "name", "6,7,");
    expect_order(&world, "digest", "6,7,");
    delete_key(&world, "a");
    expect_number(&world, 7, NULL);
    expect_number(&world, 6, "c");
    world_end(&world);
}
END_TEST

/* The last record's place is not given to another while indexes count it as done. */
START_TEST(deleted_last_record_gives_its_place_to_none)
{
    world_t world = world_begin();
    for (int i = 0; i < 4; i++) {
        put_number(&world, "k", i);
        expect_number(&world, i, "k");
        delete_key(&world, "k");
        if (i % 2)
            world_reopen(&world);
    }
    put_number(&world, "k", 4);
    expect_number(&world, 4, "k");
    world_end(&world);
}
END_TEST

START_TEST(pages_go_on_while_records_come)
{
    world_t world = world_begin();
    const signet_field_t all = {.size = sizeof(all),
                                .type = SIGNET_VALUE_TEXTS,
                                .name = SIGNET_TEXT("labels"),
                                .text = SIGNET_TEXT("all")};
    const signet_condition_t condition = {
        .size = sizeof(condition), .compare = SIGNET_COMPARE_EQUAL, .value = &all};
    signet_text_t cursor = {NULL, 0};
    int seen = 0;
    for (int i = 0; i < RECORDS; i++) {
        char key[16];
        snprintf(key, sizeof(key), "old-%02d", i);
        put_number(&world, key, i);
    }
    do {
        char key[16];
        const signet_query_t query = {.size = sizeof(query),
                                      .collection = SIGNET_TEXT("test.items"),
                                      .conditions = &condition,
                                      .condition_count = 1,
                                      .limit = 3,
                                      .cursor = cursor};
        const signet_page_t *page = NULL;
        ck_assert_int_eq(
            world.store.interface->query(world.store.instance, world.call, &query, &page),
            SIGNET_OK);
        /* Equal values stand in the order in which they came, so the new ones come last. */
        for (uint64_t i = 0; i < page->count; i++)
            ck_assert_int_eq(signet_record_integer(page->records[i], "number"), seen++);
        cursor = page->cursor;
        if (seen > RECORDS)
            continue;
        snprintf(key, sizeof(key), "new-%02d", seen);
        put_number(&world, key, RECORDS + seen / 3 - 1);
    } while (cursor.length > 0);
    ck_assert_int_gt(seen, RECORDS);
    world_end(&world);
}
END_TEST

typedef struct worker {
    const world_t *world;
    int number;
} worker_t;

/* Every thread finds its own acknowledged records by their fields at once. */
static void *put_and_find(void *argument)
{
    worker_t *worker = argument;
    for (int i = 0; i < ROUNDS; i++) {
        signet_call_t *call = world_call(worker->world, "");
        made_t made;
        char key[16];
        snprintf(key, sizeof(key), "t%d-%d", worker->number, i % 7);
        const signet_change_t change = put_made(&made, key, worker->number * 1000 + i);
        if (commit_one(worker->world, call, &change) != SIGNET_OK ||
            !finds(worker->world, call, &made.fields[i % 4], key))
            abort();
        signet_check_call_end(call);
    }
    return NULL;
}

START_TEST(threads_find_what_they_put)
{
    world_t world = world_begin();
    worker_t workers[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker_t){&world, i};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, put_and_find, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++) {
        char key[16];
        snprintf(key, sizeof(key), "t%d-%d", i, (ROUNDS - 1) % 7);
        expect_number(&world, i * 1000 + ROUNDS - 1, key);
        expect_number(&world, i * 1000, NULL);
    }
    world_end(&world);
}
END_TEST

/* A process that is killed right after its commits, round after round. */
START_TEST(killed_process_leaves_records_to_be_found)
{
    world_t world = world_begin();
    signet_check_close(world.check, "store");
    for (int round = 0; round < 4; round++) {
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            world_reopen(&world);
            for (int i = 0; i < RECORDS; i++) {
                char key[16];
                snprintf(key, sizeof(key), "k-%02d", i);
                put_number(&world, key, round * 1000 + i);
                if (i == RECORDS / 2 && round % 2)
                    expect_number(&world, round * 1000 + i, key);
            }
            raise(SIGKILL);
        }
        int status = 0;
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFSIGNALED(status));
    }
    world_reopen(&world);
    for (int i = 0; i < RECORDS; i++) {
        char key[16];
        snprintf(key, sizeof(key), "k-%02d", i);
        expect_number(&world, 3000 + i, key);
        expect_number(&world, 2000 + i, NULL);
    }
    world_end(&world);
}
END_TEST

TCase *entries_case(void)
{
    TCase *tests = tcase_create("entries");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, changes_of_new_and_old_records_are_found);
    tcase_add_test(tests, deleted_last_record_gives_its_place_to_none);
    tcase_add_test(tests, pages_go_on_while_records_come);
    tcase_add_test(tests, threads_find_what_they_put);
    tcase_add_test(tests, killed_process_leaves_records_to_be_found);
    return tests;
}
