/* Pauses: work that waits leaves its thread to others, goes on where it was, and work that blocks
 * all the same does not hold up what is queued. */
#include <check.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/call.h"
#include "core/lane.h"

#define PIECES 120
#define ROUNDS 50

/* A thread that wakes calls in the order in which they came, as a store's writer does. */
typedef struct waker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t came;
    signet_call_t *calls[PIECES];
    int count;
    int ending;
} waker_t;

typedef struct piece {
    core_work_t work;
    waker_t *waker;
    atomic_int *done;
    atomic_int *wrong;
    int number;
} piece_t;

static void *wake_calls(void *argument)
{
    waker_t *waker = argument;
    pthread_mutex_lock(&waker->lock);
    while (waker->count || !waker->ending) {
        if (!waker->count) {
            pthread_cond_wait(&waker->came, &waker->lock);
            continue;
        }
        signet_call_t *calls[PIECES];
        int count = waker->count;
        memcpy(calls, waker->calls, sizeof calls);
        waker->count = 0;
        pthread_mutex_unlock(&waker->lock);
        for (int index = 0; index < count; index++)
            calls[index]->services->resume(calls[index]);
        pthread_mutex_lock(&waker->lock);
    }
    pthread_mutex_unlock(&waker->lock);
    return NULL;
}

static void begin_waker(waker_t *waker)
{
    memset(waker, 0, sizeof *waker);
    pthread_mutex_init(&waker->lock, NULL);
    pthread_cond_init(&waker->came, NULL);
    ck_assert_int_eq(pthread_create(&waker->thread, NULL, wake_calls, waker), 0);
}

static void end_waker(waker_t *waker)
{
    pthread_mutex_lock(&waker->lock);
    waker->ending = 1;
    pthread_cond_signal(&waker->came);
    pthread_mutex_unlock(&waker->lock);
    pthread_join(waker->thread, NULL);
    pthread_cond_destroy(&waker->came);
    pthread_mutex_destroy(&waker->lock);
}

static void pause_once(waker_t *waker, signet_call_t *call)
{
    pthread_mutex_lock(&waker->lock);
    waker->calls[waker->count++] = call;
    pthread_cond_signal(&waker->came);
    pthread_mutex_unlock(&waker->lock);
    call->services->pause(call);
}

static void run_piece(core_work_t *work)
{
    piece_t *piece = (piece_t *)(void *)work;
    core_call_options_t options = {.registry = NULL};
    signet_call_t *call = core_call_new(&options);
    pthread_t thread = pthread_self();
    int own[64];
    for (int round = 0; call && round < ROUNDS; round++) {
        for (int index = 0; index < 64; index++)
            own[index] = piece->number + round + index;
        pause_once(piece->waker, call);
        for (int index = 0; index < 64; index++)
            if (own[index] != piece->number + round + index)
                atomic_fetch_add(piece->wrong, 1);
        /* What is kept per thread stays what it was. */
        if (!pthread_equal(thread, pthread_self()))
            atomic_fetch_add(piece->wrong, 1);
    }
    if (!call)
        atomic_fetch_add(piece->wrong, 1);
    else
        core_call_free(call);
    atomic_fetch_add(piece->done, 1);
    free(piece);
}

START_TEST(work_pauses_and_goes_on)
{
    core_lanes_t *lanes = core_lanes_new(2);
    waker_t waker;
    begin_waker(&waker);
    atomic_int done = 0;
    atomic_int wrong = 0;
    for (int index = 0; index < PIECES; index++) {
        piece_t *piece = calloc(1, sizeof *piece);
        *piece = (piece_t){{.run = run_piece}, &waker, &done, &wrong, index};
        ck_assert_int_eq(core_lanes_submit(lanes, SIGNET_LANE_REQUEST, &piece->work), SIGNET_OK);
    }
    ck_assert_int_eq(core_lanes_drain(lanes, 60000), 1);
    ck_assert_int_eq(atomic_load(&done), PIECES);
    ck_assert_int_eq(atomic_load(&wrong), 0);
    core_lanes_free(lanes);
    end_waker(&waker);
}
END_TEST

START_TEST(ending_waits_for_what_is_paused)
{
    core_lanes_t *lanes = core_lanes_new(1);
    waker_t waker;
    begin_waker(&waker);
    atomic_int done = 0;
    atomic_int wrong = 0;
    for (int index = 0; index < PIECES; index++) {
        piece_t *piece = calloc(1, sizeof *piece);
        *piece = (piece_t){{.run = run_piece}, &waker, &done, &wrong, index};
        ck_assert_int_eq(core_lanes_submit(lanes, SIGNET_LANE_REQUEST, &piece->work), SIGNET_OK);
    }
    core_lanes_free(lanes);
    ck_assert_int_eq(atomic_load(&done), PIECES);
    ck_assert_int_eq(atomic_load(&wrong), 0);
    end_waker(&waker);
}
END_TEST

typedef struct blocked {
    core_work_t work;
    sem_t *open;
} blocked_t;

static void block(core_work_t *work)
{
    while (sem_wait(((blocked_t *)(void *)work)->open) != 0)
        continue;
}

static void open_gate(core_work_t *work)
{
    sem_t *open = ((blocked_t *)(void *)work)->open;
    for (int index = 0; index < 8; index++)
        sem_post(open);
}

START_TEST(blocked_workers_hold_nothing_up)
{
    /* Eight pieces block every thread that is called at first; the ninth ends that, and must run.
     */
    core_lanes_t *lanes = core_lanes_new(2);
    sem_t open;
    sem_init(&open, 0, 0);
    blocked_t pieces[9];
    for (int index = 0; index < 9; index++) {
        pieces[index] = (blocked_t){{.run = index < 8 ? block : open_gate}, &open};
        ck_assert_int_eq(core_lanes_submit(lanes, SIGNET_LANE_REQUEST, &pieces[index].work),
                         SIGNET_OK);
    }
    ck_assert_int_eq(core_lanes_drain(lanes, 10000), 1);
    core_lanes_free(lanes);
    sem_destroy(&open);
}
END_TEST

START_TEST(a_thread_pauses_too)
{
    waker_t waker;
    begin_waker(&waker);
    core_call_options_t options = {.registry = NULL};
    signet_call_t *call = core_call_new(&options);
    for (int round = 0; round < 1000; round++)
        pause_once(&waker, call);
    /* A resume that comes first is not lost. */
    call->services->resume(call);
    call->services->pause(call);
    core_call_free(call);
    end_waker(&waker);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pause");
    TCase *tests = tcase_create("pause");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, work_pauses_and_goes_on);
    tcase_add_test(tests, ending_waits_for_what_is_paused);
    tcase_add_test(tests, blocked_workers_hold_nothing_up);
    tcase_add_test(tests, a_thread_pauses_too);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
