/* Times, numbers and ends: what is slow, too many or still there when the edge stops. */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "world.h"

static world_t world;

#define GET(target) "GET " target " HTTP/1.1\r\nHost: test\r\n\r\n"

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int ask_status(const char *url, const char *request)
{
    client_t *client = client_open(url);
    answer_t answer;
    int status;

    ck_assert_ptr_nonnull(client);
    ck_assert(client_send(client, request));
    client_receive(client, &answer, 0);
    status = answer.status;
    answer_free(&answer);
    client_close(client);
    return status;
}

START_TEST(a_slow_head_ends_in_408)
{
    world_options_t options = {.header_ms = 300};
    client_t *client;
    client_t *silent;
    answer_t answer;
    int64_t before;

    world_open(&world, &options);
    silent = client_open(world.plain);
    before = now_ms();
    client = client_open(_i == 0 ? world.plain : world.tls);
    ck_assert(client_send(client, "GET /echo HTTP/1.1\r\nHo"));
    client_receive(client, &answer, 0);
    ck_assert_int_eq(answer.status, 408);
    ck_assert_int_ge(now_ms() - before, 290);
    ck_assert_int_lt(now_ms() - before, 30000);
    answer_free(&answer);
    ck_assert(client_is_closed(client));
    ck_assert(client_is_closed(silent));
    client_close(silent);
    client_close(client);
    world_close(&world);
}
END_TEST

static atomic_int dripped; /* 1: enough */

/* Sends an octet of a body every 50 ms. */
static void *drip(void *argument)
{
    client_t *client = argument;
    struct timespec pause = {0, 50000000};
    int i;

    for (i = 0; i < 200 && !atomic_load(&dripped) && client_send(client, "x"); i++) {
        (void)nanosleep(&pause, NULL);
    }
    return NULL;
}

START_TEST(a_slow_body_ends_in_408)
{
    world_options_t options = {.body_ms = 500};
    client_t *client;
    pthread_t dripping;
    answer_t answer;
    int64_t before;

    world_open(&world, &options);
    client = client_open(_i == 0 ? world.plain : world.local);
    before = now_ms();
    ck_assert(
        client_send(client, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"));
    atomic_store(&dripped, 0);
    ck_assert_int_eq(pthread_create(&dripping, NULL, drip, client), 0);
    client_receive(client, &answer, 0);
    ck_assert_int_eq(answer.status, 408);
    ck_assert_int_ge(now_ms() - before, 490);
    ck_assert_int_lt(now_ms() - before, 30000);
    answer_free(&answer);
    atomic_store(&dripped, 1);
    (void)pthread_join(dripping, NULL);
    client_close(client);
    ck_assert_int_eq(atomic_load(&watch.handled), 0);
    world_close(&world);
}
END_TEST

START_TEST(an_idle_connection_is_closed)
{
    world_options_t options = {.idle_ms = 1000};
    client_t *client;
    answer_t answer;
    int64_t before;

    world_open(&world, &options);
    client = client_open(_i == 0 ? world.plain : world.tls);
    before = now_ms();
    ck_assert(client_send(client, GET("/echo")));
    client_receive(client, &answer, 0);
    ck_assert_int_eq(answer.status, 200);
    answer_free(&answer);
    ck_assert(client_is_closed(client));
    ck_assert_int_ge(now_ms() - before, 950);
    client_close(client);
    world_close(&world);
}
END_TEST

START_TEST(a_handshake_has_a_deadline)
{
    world_options_t options = {.handshake_ms = 300};
    char as_plain[512];
    client_t *client;

    world_open(&world, &options);
    (void)snprintf(as_plain, sizeof(as_plain), "http%s", world.tls + strlen("https"));
    client = client_open(as_plain);
    ck_assert(client_is_closed(client));
    client_close(client);
    client = client_open(as_plain);
    ck_assert(client_send(client, "\x16\x03\x01"));
    ck_assert(client_is_closed(client));
    client_close(client);
    ck_assert_int_eq(ask_status(world.tls, GET("/echo")), 200);
    world_close(&world);
}
END_TEST

START_TEST(a_handler_past_its_deadline_is_told)
{
    world_open(&world, NULL);
    ck_assert_int_eq(ask_status(world.plain, GET("/gate-short")), 504);
    world_close(&world);
}
END_TEST

/* Beyond the limit nobody is accepted, and as soon as one goes the next one is. */
START_TEST(connections_are_limited)
{
    world_options_t options = {.connections = 8};
    client_t *clients[8];
    client_t *waiting;
    answer_t answer;
    size_t i;

    world_open(&world, &options);
    for (i = 0; i < 8; i++) {
        clients[i] = client_open(world.plain);
        ck_assert(client_send(clients[i], GET("/echo")));
        client_receive(clients[i], &answer, 0);
        ck_assert_int_eq(answer.status, 200);
        answer_free(&answer);
    }
    waiting = client_open(world.plain);
    ck_assert(client_send(waiting, GET("/echo")));
    (void)usleep(300000);
    ck_assert_uint_eq(client_peek(waiting), 0);
    client_close(clients[0]);
    client_receive(waiting, &answer, 0);
    ck_assert_int_eq(answer.status, 200);
    answer_free(&answer);
    client_close(waiting);
    for (i = 1; i < 8; i++) {
        client_close(clients[i]);
    }
    ck_assert_int_eq(ask_status(world.plain, GET("/echo")), 200);
    world_close(&world);
}
END_TEST

/* A full lane answers 503 at once; those that it took are served. */
START_TEST(a_full_lane_answers_503)
{
    enum { CLIENTS = 400 };
    static client_t *clients[CLIENTS];
    int refused = 0;
    int served = 0;
    int i;

    world_open(&world, NULL);
    for (i = 0; i < CLIENTS; i++) {
        clients[i] = client_open(world.plain);
        ck_assert_ptr_nonnull(clients[i]);
        ck_assert(client_send(clients[i], "POST /upload?gate HTTP/1.1\r\nHost: a\r\n"
                                          "Content-Length: 0\r\n\r\n"));
    }
    for (i = 0; i < CLIENTS && refused < 50; i = (i + 1) % CLIENTS) {
        answer_t answer;

        if (clients[i] != NULL && client_peek(clients[i]) > 0) {
            client_receive(clients[i], &answer, 0);
            ck_assert_int_eq(answer.status, 503);
            ck_assert_str_eq(answer_header(&answer, "Retry-After"), "1");
            answer_free(&answer);
            client_close(clients[i]);
            clients[i] = NULL;
            refused++;
        }
    }
    atomic_store(&watch.gate, 1);
    for (i = 0; i < CLIENTS; i++) {
        answer_t answer;

        if (clients[i] != NULL) {
            client_receive(clients[i], &answer, 0);
            served += answer.status == 200;
            refused += answer.status == 503;
            answer_free(&answer);
            client_close(clients[i]);
        }
    }
    ck_assert_int_eq(served + refused, CLIENTS);
    ck_assert_int_ge(served, 256);
    world_close(&world);
}
END_TEST

static void *drain(void *argument)
{
    edge_drain(world.edge, *(int64_t *)argument);
    return NULL;
}

START_TEST(a_drain_lets_requests_end)
{
    int64_t wait_ms = 120000;
    client_t *busy;
    client_t *idle;
    client_t *refused = NULL;
    pthread_t draining;
    answer_t answer;
    int64_t before;

    world_open(&world, NULL);
    busy = client_open(_i == 0 ? world.plain : world.tls);
    idle = client_open(_i == 0 ? world.plain : world.tls);
    ck_assert(client_send(idle, GET("/echo")));
    client_receive(idle, &answer, 0);
    ck_assert_int_eq(answer.status, 200);
    answer_free(&answer);
    ck_assert(client_send(busy, GET("/gate")));
    ck_assert(world_await(&watch.waiting, 1));
    before = now_ms();
    ck_assert_int_eq(pthread_create(&draining, NULL, drain, &wait_ms), 0);
    ck_assert(client_is_closed(idle));
    client_close(idle);
    while ((refused = client_open(world.plain)) != NULL && now_ms() - before < 30000) {
        client_close(refused); /* until every loop has closed its socket */
    }
    ck_assert_ptr_null(refused);
    atomic_store(&watch.gate, 1);
    client_receive(busy, &answer, 0);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_str_eq(answer_header(&answer, "Connection"), "close");
    ck_assert_str_eq(answer.body, "through");
    answer_free(&answer);
    ck_assert(client_is_closed(busy));
    client_close(busy);
    (void)pthread_join(draining, NULL);
    ck_assert_int_lt(now_ms() - before, 60000);
    world_close(&world);
}
END_TEST

START_TEST(a_drain_cuts_what_does_not_end)
{
    client_t *client;
    int64_t before;

    world_open(&world, NULL);
    client = client_open(world.plain);
    ck_assert(client_send(client, GET("/gate")));
    ck_assert(world_await(&watch.waiting, 1));
    before = now_ms();
    edge_drain(world.edge, 300);
    ck_assert_int_lt(now_ms() - before, 30000);
    ck_assert(client_is_closed(client));
    ck_assert(world_await(&watch.cancelled, 1));
    client_close(client);
    world_close(&world);
}
END_TEST

START_TEST(an_end_without_a_drain_waits_for_its_workers)
{
    client_t *client;

    world_open(&world, NULL);
    client = client_open(world.tls);
    ck_assert(client_send(client, GET("/gate")));
    ck_assert(world_await(&watch.waiting, 1));
    world_close(&world);
    ck_assert_int_eq(atomic_load(&watch.waiting), 0);
    client_close(client);
}
END_TEST

/* Many connections at once, some that end in the middle. */
static void *hammer(void *argument)
{
    const char *url = argument;
    int *served = calloc(1, sizeof(*served));
    int i;

    for (i = 0; i < 30; i++) {
        client_t *client = client_open(url);
        answer_t answer;
        int again;

        for (again = 0; client != NULL && again < 5; again++) {
            (void)client_send(client, again % 2 == 0 ? GET("/echo")
                                                     : "POST /echo HTTP/1.1\r\nHost: a\r\n"
                                                       "Content-Length: 5\r\n\r\nhello");
            if (i % 5 == 4 && again == 3) {
                break;
            }
            client_receive(client, &answer, 0);
            *served += answer.status == 200;
            answer_free(&answer);
        }
        if (client != NULL) {
            client_close(client);
        }
    }
    return served;
}

START_TEST(many_clients_are_served)
{
    pthread_t threads[6];
    int total = 0;
    size_t i;

    world_open(&world, NULL);
    for (i = 0; i < 6; i++) {
        char *urls[] = {world.plain, world.tls, world.local};

        ck_assert_int_eq(pthread_create(&threads[i], NULL, hammer, urls[i % 3]), 0);
    }
    for (i = 0; i < 6; i++) {
        void *served;

        (void)pthread_join(threads[i], &served);
        total += *(int *)served;
        free(served);
    }
    ck_assert_int_eq(total, 828 /* of each client 24 connections with 5 and 6 with 3 */);
    world_close(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edge-limits");
    TCase *limits = tcase_create("limits");
    SRunner *runner;
    int failed;

    tcase_set_timeout(limits, 60);
    tcase_add_loop_test(limits, a_slow_head_ends_in_408, 0, 2);
    tcase_add_loop_test(limits, a_slow_body_ends_in_408, 0, 2);
    tcase_add_loop_test(limits, an_idle_connection_is_closed, 0, 2);
    tcase_add_test(limits, a_handshake_has_a_deadline);
    tcase_add_test(limits, a_handler_past_its_deadline_is_told);
    tcase_add_test(limits, connections_are_limited);
    tcase_add_test(limits, a_full_lane_answers_503);
    tcase_add_loop_test(limits, a_drain_lets_requests_end, 0, 2);
    tcase_add_test(limits, a_drain_cuts_what_does_not_end);
    tcase_add_test(limits, an_end_without_a_drain_waits_for_its_workers);
    tcase_add_test(limits, many_clients_are_served);
    suite_add_tcase(suite, limits);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
