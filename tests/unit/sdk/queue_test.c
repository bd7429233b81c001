#include "sdk_test.h"

#include "sdk_plugin.h"

#include <pthread.h>
#include <signet/sdk/queue.h>
#include <unistd.h>

#define MOST 3U

typedef struct item {
    signet_queue_item_t item; /* first */
    int number;
    int left;
} item_t;

/* What happened: numbers of items, in order. */
static signet_queue_t *queue;
static int worked[8];
static unsigned worked_count;
static int put_again; /* an item of the same number is put while its work goes on */

static item_t make(int number);

static void work(signet_queue_item_t *item, signet_call_t *own)
{
    ck_assert_ptr_ne(own, call);
    ck_assert(!((item_t *)item)->left);
    worked[worked_count++] = ((item_t *)item)->number;
    if (put_again) {
        item_t same = make(((item_t *)item)->number);
        put_again = 0;
        ck_assert(!signet_queue_put(queue, own, &same.item));
    }
}

static void leave(signet_queue_item_t *item)
{
    ((item_t *)item)->left++;
}

static int is_same(const signet_queue_item_t *one, const signet_queue_item_t *other)
{
    return ((const item_t *)one)->number == ((const item_t *)other)->number;
}

static item_t make(int number)
{
    return (item_t){.item = {.work = work, .leave = leave, .is_same = is_same}, .number = number};
}

static int32_t start(void *instance, signet_call_t *starting)
{
    const signet_queue_kind_t kind = {
        .job = "turn", .jobs = 2, .lane = SIGNET_LANE_OUTBOUND, .most = MOST, .period_ms = 1000};
    (void)instance;
    worked_count = 0;
    put_again = 0;
    queue = signet_queue_new(starting, plugin_host, &kind);
    return queue != NULL ? signet_queue_start(queue, starting) : SIGNET_NO_MEMORY;
}

static int32_t stop(void *instance, signet_call_t *stopping)
{
    (void)instance;
    (void)stopping;
    signet_queue_free(queue);
    return SIGNET_OK;
}

static void open_queue(void)
{
    static signet_plugin_t plugin;
    plugin = plugin_descriptor();
    plugin.start = start;
    plugin.stop = stop;
    ck_assert_int_eq(signet_check_open_linked(check, &plugin, "one", ""), SIGNET_OK);
}

START_TEST(works_in_order)
{
    item_t items[MOST] = {make(1), make(2), make(3)};
    open_queue();
    for (unsigned i = 0; i < MOST; i++) {
        ck_assert(signet_queue_put(queue, call, &items[i].item));
    }
    ck_assert_int_eq(signet_check_run_job(check, "one", "turn-2"), SIGNET_OK);
    ck_assert_int_eq(signet_check_run_job(check, "one", "turn-1"), SIGNET_OK);
    ck_assert_uint_eq(worked_count, MOST);
    for (unsigned i = 0; i < MOST; i++) {
        ck_assert_int_eq(worked[i], items[i].number);
        ck_assert_int_eq(items[i].left, 1);
    }
}
END_TEST

START_TEST(takes_the_same_once)
{
    item_t first = make(1);
    item_t again = make(1);
    open_queue();
    ck_assert(signet_queue_put(queue, call, &first.item));
    ck_assert(!signet_queue_put(queue, call, &again.item));
    put_again = 1;
    ck_assert_int_eq(signet_check_run_job(check, "one", "turn-1"), SIGNET_OK);
    ck_assert_int_eq(put_again, 0);
    ck_assert_int_eq(again.left, 0);
    /* Once it is done, the next one is another. */
    ck_assert(signet_queue_put(queue, call, &again.item));
    ck_assert_int_eq(signet_check_run_job(check, "one", "turn-1"), SIGNET_OK);
    ck_assert_uint_eq(worked_count, 2);
}
END_TEST

START_TEST(has_an_end)
{
    item_t items[MOST + 1] = {make(1), make(2), make(3), make(4)};
    signet_queue_item_t *const late[] = {&items[MOST].item};
    open_queue();
    for (unsigned i = 0; i < MOST; i++) {
        ck_assert(signet_queue_put(queue, call, &items[i].item));
    }
    ck_assert(!signet_queue_put(queue, call, &items[MOST].item));
    signet_queue_close(queue);
    for (unsigned i = 0; i < MOST; i++) {
        ck_assert_int_eq(items[i].left, 1);
    }
    ck_assert(!signet_queue_put(queue, call, &items[MOST].item));
    ck_assert_int_eq(items[MOST].left, 0);
    ck_assert_int_eq(signet_check_run_job(check, "one", "turn-1"), SIGNET_OK);
    /* Nobody waits for what a closed queue did not take. */
    signet_queue_run(queue, call, late, 1);
    ck_assert_uint_eq(worked_count, 0);
}
END_TEST

static void *wait_for_items(void *argument)
{
    item_t items[2] = {make(1), make(2)};
    signet_queue_item_t *const waiting[] = {&items[0].item, &items[1].item};
    signet_call_t *own = argument;
    signet_queue_run(queue, own, waiting, 2);
    ck_assert_int_eq(items[0].left + items[1].left, 0);
    return NULL;
}

START_TEST(is_waited_for)
{
    pthread_t thread;
    item_t before = make(3);
    signet_call_t *own = signet_check_call(check, "token:test", "officer");
    open_queue();
    ck_assert(signet_queue_put(queue, call, &before.item));
    ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_items, own), 0);
    while (worked_count < 3) {
        ck_assert_int_eq(signet_check_run_job(check, "one", "turn-1"), SIGNET_OK);
        usleep(1000);
    }
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    signet_check_call_end(own);
    ck_assert_uint_eq(worked_count, 3);
    ck_assert_int_eq(before.left, 1);
}
END_TEST

/* A local command has no jobs. */
START_TEST(runs_here_for_a_command)
{
    item_t items[2] = {make(1), make(2)};
    signet_queue_item_t *const waiting[] = {&items[0].item, &items[1].item};
    signet_check_mode(check, SIGNET_MODE_COMMAND);
    open_queue();
    signet_queue_run(queue, call, waiting, 2);
    ck_assert_uint_eq(worked_count, 2);
    ck_assert_int_eq(worked[0], 1);
}
END_TEST

SDK_RUN("queue", works_in_order, takes_the_same_once, has_an_end, is_waited_for,
        runs_here_for_a_command)
