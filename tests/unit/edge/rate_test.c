/* How often each may ask: by address, by actor, over HTTP/1.1 and HTTP/2. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "edge/rate.h"
#include "http2_client.h"
#include "world.h"

static world_t world;

#define GET(target) "GET " target " HTTP/1.1\r\nHost: test\r\n\r\n"
#define GET_AS(target, token)                                                                      \
    "GET " target " HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer " token "\r\n\r\n"

static signet_text_t text(const char *string)
{
    return (signet_text_t){string, strlen(string)};
}

START_TEST(a_rate_is_kept_over_time)
{
    edge_rate_t *rate = edge_rate_new(10, 5);
    int64_t now = 1000000;
    int i;

    ck_assert_ptr_nonnull(rate);
    for (i = 0; i < 5; i++) {
        ck_assert_int_eq(edge_rate_take(rate, text("a"), now), 0);
    }
    ck_assert_int_eq(edge_rate_take(rate, text("a"), now), 100);
    ck_assert_int_eq(edge_rate_take(rate, text("b"), now), 0);
    ck_assert_int_eq(edge_rate_take(rate, text("a"), now + 40000), 60);
    ck_assert_int_eq(edge_rate_take(rate, text("a"), now + 100000), 0);
    ck_assert_int_eq(edge_rate_take(rate, text("a"), now + 100000), 100);
    for (i = 0; i < 5; i++) {
        ck_assert_int_eq(edge_rate_take(rate, text("a"), now + 10000000), 0);
    }
    ck_assert_int_ne(edge_rate_take(rate, text("a"), now + 10000000), 0);
    edge_rate_free(rate);
}
END_TEST

/* A million others do not make the table grow, and hardly anybody is taken for another. */
START_TEST(many_clients_fit)
{
    edge_rate_t *rate = edge_rate_new(1, 1);
    int refused = 0;
    int i;

    ck_assert_ptr_nonnull(rate);
    for (i = 0; i < 1000000; i++) {
        signet_text_t who = {(const char *)&i, sizeof(i)};

        refused += edge_rate_take(rate, who, 1000000 + i) != 0;
    }
    ck_assert_int_eq(refused, 0);
    edge_rate_free(rate);
}
END_TEST

START_TEST(an_address_is_a_network)
{
    char one[16];
    char other[16];
    signet_text_t first = edge_rate_address(text("2001:db8:1:2:3::1"), one);
    signet_text_t second = edge_rate_address(text("2001:db8:1:2:ffff::"), other);

    ck_assert_uint_eq(first.length, 8);
    ck_assert_int_eq(memcmp(first.data, second.data, 8), 0);
    second = edge_rate_address(text("2001:db8:1:3::1"), other);
    ck_assert_int_ne(memcmp(first.data, second.data, 8), 0);
    ck_assert_str_eq(edge_rate_address(text("192.0.2.1"), one).data, "192.0.2.1");
}
END_TEST

/* Asks on one connection; where it is refused, `*after` is what Retry-After says. */
static int ask(client_t *client, const char *request, int *after)
{
    answer_t answer;
    const char *value;

    ck_assert(client_send(client, request));
    client_receive(client, &answer, 0);
    value = answer_header(&answer, "Retry-After");
    *after = value != NULL ? atoi(value) : -1;
    if (answer.status == 429) {
        ck_assert_ptr_nonnull(strstr(answer.body, "http.rate-limited"));
        ck_assert_ptr_null(answer_header(&answer, "Connection"));
    }
    answer_free(&answer);
    return answer.status;
}

START_TEST(an_address_is_limited)
{
    world_options_t options = {.address_rate = 1, .burst = 3};
    http2_client_t http2;
    client_t *client;
    client_t *local;
    int after;
    int i;

    world_open(&world, &options);
    client = client_open(world.plain);
    local = client_open(world.local);
    for (i = 0; i < 3; i++) {
        ck_assert_int_eq(ask(client, GET("/echo"), &after), 200);
    }
    ck_assert_int_eq(ask(client, GET("/echo"), &after), 429);
    ck_assert_int_eq(after, 1);
    http2_open(&http2, world.tls, NULL);
    ck_assert_int_eq(http2_status(&http2, 1, "GET", "/healthz"), 429);
    for (i = 0; i < 10; i++) {
        ck_assert_int_eq(ask(local, GET("/echo"), &after), 200);
    }
    (void)sleep(2);
    ck_assert_int_eq(ask(client, GET("/echo"), &after), 200);
    http2_close(&http2);
    client_close(local);
    client_close(client);
    world_close(&world);
}
END_TEST

START_TEST(an_actor_is_limited)
{
    world_options_t options = {.actor_rate = 1, .burst = 2};
    client_t *client;
    int after;
    int i;

    world_open(&world, &options);
    client = client_open(world.tls);
    ck_assert_int_eq(ask(client, GET_AS("/who", "good"), &after), 200);
    ck_assert_int_eq(ask(client, GET_AS("/who", "good"), &after), 200);
    ck_assert_int_eq(ask(client, GET_AS("/who", "good"), &after), 429);
    ck_assert_int_eq(after, 1);
    /* Who is not logged in is nobody's actor, and public routes have none. */
    for (i = 0; i < 5; i++) {
        ck_assert_int_eq(ask(client, GET_AS("/who", "wrong"), &after), 401);
        ck_assert_int_eq(ask(client, GET("/echo"), &after), 200);
    }
    client_close(client);
    world_close(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edge-rate");
    TCase *rate = tcase_create("rate");
    SRunner *runner;
    int failed;

    tcase_set_timeout(rate, 60);
    tcase_add_test(rate, a_rate_is_kept_over_time);
    tcase_add_test(rate, many_clients_fit);
    tcase_add_test(rate, an_address_is_a_network);
    tcase_add_test(rate, an_address_is_limited);
    tcase_add_test(rate, an_actor_is_limited);
    suite_add_tcase(suite, rate);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
