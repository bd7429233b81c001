/* Thousands of clients that never finish their requests: each is cut at its deadline, and honest
 * ones are served all the while. A program of its own, because it opens many files. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "http2_client.h"
#include "world.h"

#define CLIENTS 5000
#define ASKED 100
#define PATIENCE_MS 2000 /* an honest client waits less, sanitizers and neighbours included */

static world_t world;

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

START_TEST(slow_clients_are_cut_and_harm_nobody)
{
    world_options_t options = {.header_ms = 5000, .connections = 2 * CLIENTS};
    static client_t *clients[CLIENTS];
    http2_client_t honest;
    int64_t began;
    int cut = 0;
    int i;

    world_open(&world, &options);
    http2_open(&honest, world.tls, NULL);
    began = now_ms();
    for (i = 0; i < CLIENTS; i++) {
        clients[i] = client_open(world.plain);
        ck_assert_ptr_nonnull(clients[i]);
        ck_assert(client_send(clients[i], "GET /echo HTTP/1.1\r\nX-Slow: "));
        if (i % (CLIENTS / ASKED) == 0) {
            int64_t asked = now_ms();

            ck_assert_int_eq(http2_status(&honest, 2 * i + 1, "GET", "/echo"), 200);
            ck_assert_int_lt(now_ms() - asked, PATIENCE_MS);
        }
    }
    for (i = 0; i < CLIENTS; i++) {
        answer_t answer;

        client_receive(clients[i], &answer, 0);
        ck_assert_int_eq(answer.status, 408);
        answer_free(&answer);
        cut += client_is_closed(clients[i]);
        client_close(clients[i]);
        if (i % (CLIENTS / ASKED) == 0) {
            int64_t asked = now_ms();

            ck_assert_int_eq(http2_status(&honest, 2 * (CLIENTS + i) + 1, "GET", "/echo"), 200);
            ck_assert_int_lt(now_ms() - asked, PATIENCE_MS);
        }
    }
    ck_assert_int_eq(cut, CLIENTS);
    ck_assert_int_ge(now_ms() - began, 5000);
    ck_assert_int_eq(atomic_load(&watch.handled), 2 * ASKED);
    http2_close(&honest);
    world_close(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edge-slow");
    TCase *slow = tcase_create("slow");
    struct rlimit files;
    SRunner *runner;
    int failed;

    /* Both ends of each connection are here. */
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_max < 3 * CLIENTS) {
        return 1;
    }
    files.rlim_cur = 3 * CLIENTS;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) {
        return 1;
    }
    tcase_set_timeout(slow, 110);
    tcase_add_test(slow, slow_clients_are_cut_and_harm_nobody);
    suite_add_tcase(suite, slow);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
