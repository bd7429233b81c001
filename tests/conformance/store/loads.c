/* Many threads, and a process that is killed. */
#include "world.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 8
#define ROUNDS 150

typedef struct worker {
    const world_t *world;
    int number;
    int done;      /* increments that were acknowledged */
    int conflicts; /* and those that were not */
} worker_t;

/* Adds one to a shared counter by expected versions, each time with a record of its own. */
static void *increment(void *argument)
{
    worker_t *worker = argument;
    const world_t *world = worker->world;
    while (worker->done < ROUNDS) {
        signet_call_t *call = world_call(world, "");
        const signet_record_t *record = NULL;
        item_t item;
        item_t mine;
        char key[32];
        snprintf(key, sizeof(key), "w%d-%05d", worker->number, worker->done);
        if (get(world, call, "counter", &record) != SIGNET_OK)
            abort();
        const signet_change_t changes[] = {
            put_item(&mine, key, SIGNET_VERSION_ABSENT, "mine", worker->done),
            put_item(&item, "counter", record->version, "counter",
                     signet_record_integer(record, "number") + 1),
        };
        int32_t status = world->store.interface->commit(world->store.instance, call, changes, 2);
        if (status == SIGNET_OK)
            worker->done++;
        else if (status == SIGNET_CONFLICT)
            worker->conflicts++;
        else
            abort();
        signet_check_call_end(call);
    }
    return NULL;
}

START_TEST(conflicts_fail_only_their_own)
{
    world_t world = world_begin();
    worker_t workers[THREADS];
    pthread_t threads[THREADS];
    const signet_record_t *record = NULL;
    uint64_t count = 0;
    int conflicts = 0;
    put(&world, "counter", "counter", 0);
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker_t){&world, i, 0, 0};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, increment, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        conflicts += workers[i].conflicts;
    }
    ck_assert_int_gt(conflicts, 0);
    ck_assert_int_eq(get(&world, world.call, "counter", &record), SIGNET_OK);
    ck_assert_int_eq(signet_record_integer(record, "number"), (int64_t)THREADS * ROUNDS);
    const signet_query_t query = {
        .size = sizeof(query), .collection = SIGNET_TEXT("test.items"), .limit = 100000};
    ck_assert_int_eq(world.store.interface->count(world.store.instance, world.call, &query, &count),
                     SIGNET_OK);
    ck_assert_uint_eq(count, THREADS * ROUNDS + 1);
    world_end(&world);
}
END_TEST

/* Every thread reads its own acknowledged write back at once. */
static void *write_and_read(void *argument)
{
    worker_t *worker = argument;
    for (; worker->done < ROUNDS; worker->done++) {
        signet_call_t *call = world_call(worker->world, "");
        const signet_record_t *record = NULL;
        item_t item;
        char key[32];
        snprintf(key, sizeof(key), "r%d", worker->number);
        const signet_change_t change = put_item(&item, key, SIGNET_VERSION_ANY, "r", worker->done);
        if (commit_one(worker->world, call, &change) != SIGNET_OK ||
            get(worker->world, call, key, &record) != SIGNET_OK ||
            signet_record_integer(record, "number") != worker->done)
            abort();
        signet_check_call_end(call);
    }
    return NULL;
}

START_TEST(reads_see_acknowledged_writes)
{
    world_t world = world_begin();
    worker_t workers[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker_t){&world, i, 0, 0};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, write_and_read, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    world_end(&world);
}
END_TEST

/* Writes and tells each acknowledged number through the pipe, until it is killed. */
static void write_until_killed(const world_t *world, int output)
{
    for (int i = 0;; i++) {
        item_t item;
        char key[32];
        snprintf(key, sizeof(key), "killed-%06d", i);
        const signet_change_t change = put_item(&item, key, SIGNET_VERSION_ABSENT, "x", i);
        if (commit_one(world, world->call, &change) != SIGNET_OK ||
            write(output, &i, sizeof(i)) != (ssize_t)sizeof(i))
            _exit(1);
    }
}

START_TEST(killed_process_loses_nothing_acknowledged)
{
    world_t world = world_begin();
    signet_check_close(world.check, "store");
    for (int round = 0; round < 5; round++) {
        int ends[2];
        int last = -1;
        int number = 0;
        ck_assert_int_eq(pipe(ends), 0);
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            close(ends[0]);
            world_t own = {.check = world.check};
            if (signet_check_open(own.check, backend->plugin, "store", backend->settings))
                _exit(2);
            const signet_provider_t *provider =
                signet_check_find(own.check, SIGNET_STORE_INTERFACE, "store");
            own.store = (signet_store_t){provider->interface, provider->instance};
            own.call = signet_check_call(own.check, "tester", "administrator");
            if (own.store.interface->declare(own.store.instance, own.call, &items))
                _exit(3);
            signet_change_t clear;
            for (int i = 0; i < 100000; i++) {
                char key[32];
                snprintf(key, sizeof(key), "killed-%06d", i);
                clear = signet_delete("test.items", signet_text(key), SIGNET_VERSION_ANY);
                if (get(&own, own.call, key, NULL) == SIGNET_NOT_FOUND)
                    break;
                if (commit_one(&own, own.call, &clear))
                    _exit(4);
            }
            write_until_killed(&own, ends[1]);
        }
        close(ends[1]);
        while (last < 50 + 20 * round && read(ends[0], &number, sizeof(number)) == sizeof(number))
            last = number;
        kill(child, SIGKILL);
        while (read(ends[0], &number, sizeof(number)) == sizeof(number))
            last = number;
        close(ends[0]);
        int status = 0;
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFSIGNALED(status));
        ck_assert_int_ge(last, 50);
        world_reopen(&world);
        for (int i = 0; i <= last; i++) {
            char key[32];
            snprintf(key, sizeof(key), "killed-%06d", i);
            ck_assert_int_eq(get(&world, world.call, key, NULL), SIGNET_OK);
        }
        signet_check_close(world.check, "store");
    }
    world_end(&world);
}
END_TEST

TCase *loads_case(void)
{
    TCase *tests = tcase_create("loads");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, conflicts_fail_only_their_own);
    tcase_add_test(tests, reads_see_acknowledged_writes);
    tcase_add_test(tests, killed_process_loses_nothing_acknowledged);
    return tests;
}
