/* Lanes: all work runs once, queues are bounded, draining waits. */
#include <check.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/worker.h"

#define SUBMITTERS 4
#define EACH 2000

typedef struct counted {
    core_work_t work;
    atomic_int *count;
} counted_t;

typedef struct gate {
    core_work_t work;
    sem_t *reached;
    sem_t *open;
} gate_t;

static void count_one(core_work_t *work)
{
    counted_t *counted = (counted_t *)(void *)work;
    atomic_fetch_add(counted->count, 1);
    free(counted);
}

static void wait_at_gate(core_work_t *work)
{
    gate_t *gate = (gate_t *)(void *)work;
    sem_post(gate->reached);
    while (sem_wait(gate->open) != 0)
        ;
    free(gate);
}

typedef struct submitter {
    core_lanes_t *lanes;
    atomic_int *count;
    int taken;
} submitter_t;

static void *submit_many(void *argument)
{
    submitter_t *submitter = argument;
    for (int index = 0; index < EACH; index++) {
        counted_t *counted = calloc(1, sizeof *counted);
        counted->work.run = count_one;
        counted->count = submitter->count;
        uint32_t lane = SIGNET_LANE_REQUEST + (uint32_t)index % 4;
        if (core_lanes_submit(submitter->lanes, lane, &counted->work) == SIGNET_OK)
            submitter->taken++;
        else
            free(counted);
    }
    return NULL;
}

START_TEST(all_work_runs_once)
{
    core_lanes_t *lanes = core_lanes_new(2);
    ck_assert_ptr_nonnull(lanes);
    atomic_int count = 0;
    int taken = 0;
    pthread_t threads[SUBMITTERS];
    submitter_t submitters[SUBMITTERS];
    for (int index = 0; index < SUBMITTERS; index++) {
        submitters[index] = (submitter_t){lanes, &count, 0};
        ck_assert_int_eq(pthread_create(&threads[index], NULL, submit_many, &submitters[index]), 0);
    }
    for (int index = 0; index < SUBMITTERS; index++) {
        pthread_join(threads[index], NULL);
        taken += submitters[index].taken;
    }
    ck_assert_int_eq(core_lanes_drain(lanes, 10000), 1);
    ck_assert_int_eq(atomic_load(&count), taken);
    ck_assert_int_gt(taken, SUBMITTERS * EACH / 4);
    core_lanes_free(lanes);
}
END_TEST

START_TEST(queues_are_bounded)
{
    core_lanes_t *lanes = core_lanes_new(1);
    sem_t reached;
    sem_t open;
    sem_init(&reached, 0, 0);
    sem_init(&open, 0, 0);
    int taken = 0;
    for (;;) {
        gate_t *gate = calloc(1, sizeof *gate);
        *gate = (gate_t){.work = {.run = wait_at_gate}, .reached = &reached, .open = &open};
        if (core_lanes_submit(lanes, SIGNET_LANE_BACKGROUND, &gate->work) != SIGNET_OK) {
            free(gate);
            break;
        }
        /* The four workers of this lane take their work before more is queued. */
        if (++taken <= 4)
            sem_wait(&reached);
    }
    ck_assert_int_eq(taken, 4 + 256);
    ck_assert_int_eq(core_lanes_drain(lanes, 10), 0);
    for (int index = 0; index < taken; index++)
        sem_post(&open);
    ck_assert_int_eq(core_lanes_drain(lanes, 10000), 1);
    core_lanes_free(lanes);
    sem_destroy(&reached);
    sem_destroy(&open);
}
END_TEST

START_TEST(freeing_runs_what_is_queued)
{
    core_lanes_t *lanes = core_lanes_new(1);
    atomic_int count = 0;
    for (int index = 0; index < 200; index++) {
        counted_t *counted = calloc(1, sizeof *counted);
        *counted = (counted_t){.work = {.run = count_one}, .count = &count};
        ck_assert_int_eq(core_lanes_submit(lanes, SIGNET_LANE_OUTBOUND, &counted->work), SIGNET_OK);
    }
    core_lanes_free(lanes);
    ck_assert_int_eq(atomic_load(&count), 200);
}
END_TEST

START_TEST(there_are_four_lanes)
{
    core_lanes_t *lanes = core_lanes_new(1);
    core_work_t work = {.run = count_one};
    ck_assert_int_eq(core_lanes_submit(lanes, 0, &work), SIGNET_INVALID);
    ck_assert_int_eq(core_lanes_submit(lanes, 5, &work), SIGNET_INVALID);
    core_lanes_free(lanes);
}
END_TEST

#if CORE_FIBERS
typedef struct named {
    core_work_t work;
    char *name;
    sem_t *done;
} named_t;

static void tell_name(core_work_t *work)
{
    named_t *named = (named_t *)(void *)work;
    pthread_getname_np(pthread_self(), named->name, 16);
    sem_post(named->done);
}

/* Eight pieces of work block, so that workers beyond the one of a single core are called. */
static void block_eight(core_lanes_t *lanes)
{
    sem_t reached;
    sem_t open;
    sem_init(&reached, 0, 0);
    sem_init(&open, 0, 0);
    for (int index = 0; index < 8; index++) {
        gate_t *gate = calloc(1, sizeof *gate);
        *gate = (gate_t){.work = {.run = wait_at_gate}, .reached = &reached, .open = &open};
        ck_assert_int_eq(core_lanes_submit(lanes, SIGNET_LANE_REQUEST, &gate->work), SIGNET_OK);
    }
    for (int index = 0; index < 8; index++)
        sem_wait(&reached);
    for (int index = 0; index < 8; index++)
        sem_post(&open);
    ck_assert_int_eq(core_lanes_drain(lanes, 10000), 1);
    sem_destroy(&reached);
    sem_destroy(&open);
}

START_TEST(workers_called_for_a_stall_step_back)
{
    core_lanes_t *lanes = core_lanes_new(1);
    block_eight(lanes);
    sem_t done;
    sem_init(&done, 0, 0);
    /* Those called may still look for work for a moment; after that, the base worker has it all. */
    int in_a_row = 0;
    for (int index = 0; in_a_row < 50; index++) {
        ck_assert_int_lt(index, 10000);
        char name[16] = "";
        named_t named = {.work = {.run = tell_name}, .name = name, .done = &done};
        ck_assert_int_eq(core_lanes_submit(lanes, SIGNET_LANE_REQUEST, &named.work), SIGNET_OK);
        sem_wait(&done);
        ck_assert_int_eq(core_lanes_drain(lanes, 10000), 1);
        in_a_row = strcmp(name, "request-0") == 0 ? in_a_row + 1 : 0;
    }
    core_lanes_free(lanes);
    sem_destroy(&done);
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("lane");
    TCase *tests = tcase_create("lane");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, all_work_runs_once);
    tcase_add_test(tests, queues_are_bounded);
    tcase_add_test(tests, freeing_runs_what_is_queued);
    tcase_add_test(tests, there_are_four_lanes);
#if CORE_FIBERS
    tcase_add_test(tests, workers_called_for_a_stall_step_back);
#endif
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
