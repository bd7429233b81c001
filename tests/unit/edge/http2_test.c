/* HTTP/2: the same requests and answers as over HTTP/1.1, many at a time. */
#include <check.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http2_client.h"
#include "world.h"

static world_t world;
static http2_client_t http2;

static void open_with(const world_options_t *options)
{
    world_open(&world, options);
    http2_open(&http2, world.tls, NULL);
}

static void close_all(void)
{
    http2_close(&http2);
    world_close(&world);
}

START_TEST(a_request_is_answered)
{
    uint8_t block[1024];
    size_t length;
    answer_t answer;
    int64_t code;

    open_with(NULL);
    length = http2_begin_block(block, "GET", "/show/a%20b?x=1&y=%32");
    length = http2_add_field(block, length, "x-test", "seen");
    ck_assert(http2_send(&http2, NGHTTP2_HEADERS, 5, 1, block, length));
    http2_receive(&http2, 1, &answer, &code);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_str_eq(answer.body, "/show/a b {name=a b} [x=1] [y=2] <seen>");
    ck_assert_str_eq(answer_header(&answer, "content-type"), "text/plain");
    ck_assert_str_eq(answer_header(&answer, "cache-control"), "no-store");
    ck_assert_str_eq(answer_header(&answer, "x-content-type-options"), "nosniff");
    ck_assert_ptr_nonnull(answer_header(&answer, "date"));
    ck_assert_str_eq(answer_header(&answer, "content-length"), "39");
    ck_assert_ptr_null(answer_header(&answer, "connection"));
    answer_free(&answer);
    close_all();
}
END_TEST

START_TEST(statuses_are_those_of_http_1)
{
    static const struct {
        const char *method;
        const char *path;
        int status;
    } cases[] = {
        {"GET", "/nowhere", 404},    {"DELETE", "/echo", 405},       {"TRACE", "/echo", 405},
        {"BREW", "/echo", 501},      {"GET", "/who", 401},           {"GET", "/fail/3", 403},
        {"GET", "/show/..", 400},    {"GET", "/show/%2e%2e/a", 400}, {"GET", "//echo", 400},
        {"GET", "/show/%00", 400},   {"GET", "/show/%252e", 400},    {"GET", "/show/a%2fb", 400},
        {"GET", "/fail-own/3", 418}, {"GET", "/silent", 500},        {"GET", "/split", 500},
        {"GET", "/gate-short", 504}, {"GET", "/healthz", 200},       {"GET", "/twice", 200},
    };
    size_t i;

    open_with(NULL);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int status = http2_status(&http2, (int32_t)(2 * i + 1), cases[i].method, cases[i].path);

        ck_assert_msg(status == cases[i].status, "%s %s: %d", cases[i].method, cases[i].path,
                      status);
    }
    close_all();
}
END_TEST

START_TEST(head_has_no_body)
{
    answer_t answer;
    int64_t code;

    open_with(NULL);
    ck_assert(http2_ask(&http2, 1, "HEAD", "/show/x", 1));
    http2_receive(&http2, 1, &answer, &code);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_uint_eq(answer.length, 0);
    ck_assert_str_eq(answer_header(&answer, "content-length"), "16");
    answer_free(&answer);
    ck_assert(http2_ask(&http2, 3, "HEAD", "/download/3", 1));
    http2_receive(&http2, 3, &answer, &code);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_uint_eq(answer.length, 0);
    answer_free(&answer);
    close_all();
}
END_TEST

START_TEST(a_body_arrives)
{
    answer_t answer;
    int64_t code;
    const char *path = _i == 0 ? "/echo" : "/echo-inline";

    open_with(NULL);
    ck_assert(http2_ask(&http2, 1, "POST", path, 0));
    ck_assert(http2_send_data(&http2, 1, "some ", 5, 0));
    ck_assert(http2_send_data(&http2, 1, "octets", 6, 1));
    http2_receive(&http2, 1, &answer, &code);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_str_eq(answer.body, "some octets");
    answer_free(&answer);
    close_all();
}
END_TEST

/* Requests do not wait for each other, and an answer may overtake another. */
START_TEST(streams_do_not_wait)
{
    answer_t answer;
    int64_t code;
    int32_t stream;

    open_with(NULL);
    for (stream = 1; stream < 20; stream += 2) {
        ck_assert(http2_ask(&http2, stream, "GET", "/gate", 1));
    }
    ck_assert(world_await(&watch.waiting, 10));
    ck_assert_int_eq(http2_status(&http2, 21, "GET", "/show/x"), 200);
    atomic_store(&watch.gate, 1);
    ck_assert(world_await(&watch.waiting, 0));
    ck_assert_int_eq(http2_status(&http2, 23, "GET", "/echo"), 200);
    http2_close(&http2);
    http2_open(&http2, world.tls, NULL);
    ck_assert(http2_ask(&http2, 1, "GET", "/gate", 1));
    http2_receive(&http2, 1, &answer, &code);
    ck_assert_str_eq(answer.body, "through");
    answer_free(&answer);
    close_all();
}
END_TEST

START_TEST(a_reset_stream_cancels_its_call)
{
    static const uint8_t code[4] = {0, 0, 0, NGHTTP2_CANCEL};

    open_with(NULL);
    ck_assert(http2_ask(&http2, 1, "GET", "/gate", 1));
    ck_assert(world_await(&watch.waiting, 1));
    ck_assert(http2_send(&http2, NGHTTP2_RST_STREAM, 0, 1, code, 4));
    ck_assert(world_await(&watch.cancelled, 1));
    ck_assert_int_eq(http2_status(&http2, 3, "GET", "/echo"), 200);
    ck_assert(http2_ask(&http2, 5, "GET", "/gate", 1));
    ck_assert(world_await(&watch.waiting, 1));
    http2_close(&http2);
    ck_assert(world_await(&watch.cancelled, 2));
    world_close(&world);
}
END_TEST

/* Too many at a time are refused one by one, and can be asked again. */
START_TEST(streams_are_limited)
{
    world_options_t options = {.streams = 4};
    int64_t code;
    answer_t answer;
    int32_t stream;

    open_with(&options);
    for (stream = 1; stream < 9; stream += 2) {
        ck_assert(http2_ask(&http2, stream, "GET", "/gate", 1));
    }
    ck_assert(http2_ask(&http2, 9, "GET", "/echo", 1));
    http2_receive(&http2, 9, &answer, &code);
    ck_assert_int_eq(code, NGHTTP2_REFUSED_STREAM);
    answer_free(&answer);
    atomic_store(&watch.gate, 1);
    http2_receive(&http2, 7, &answer, &code);
    ck_assert_int_eq(answer.status, 200);
    answer_free(&answer);
    close_all();
}
END_TEST

/* Sends as much of a body as the server makes room for; how much that was before it stopped. */
static size_t send_body(int32_t stream, size_t total)
{
    static uint8_t data[16384];
    http2_frame_t *frame = malloc(sizeof(*frame));
    int64_t rooms[2] = {65535, 65535};
    size_t sent = 0;

    ck_assert_ptr_nonnull(frame);
    while (sent < total) {
        int64_t room = rooms[0] < rooms[1] ? rooms[0] : rooms[1];
        size_t length = total - sent < sizeof(data) ? total - sent : sizeof(data);

        if ((int64_t)length > room) {
            length = room > 0 ? (size_t)room : 0;
        }
        if (length > 0) {
            ck_assert(http2_send_data(&http2, stream, data, length, sent + length == total));
            sent += length;
            rooms[0] -= (int64_t)length;
            rooms[1] -= (int64_t)length;
        } else if (atomic_load(&watch.gate) == 0 && client_peek(http2.client) == 0) {
            (void)usleep(300000);
            if (client_peek(http2.client) == 0) {
                atomic_store(&watch.gate, 1);
                free(frame);
                return sent;
            }
        } else {
            ck_assert(http2_next(&http2, frame));
            if (frame->type == NGHTTP2_WINDOW_UPDATE) {
                rooms[frame->stream == 0 ? 0 : 1] +=
                    (int64_t)frame->payload[0] << 24 | (int64_t)frame->payload[1] << 16 |
                    (int64_t)frame->payload[2] << 8 | frame->payload[3];
            }
        }
    }
    free(frame);
    return sent;
}

START_TEST(an_upload_streams)
{
    answer_t answer;
    int64_t code;

    open_with(NULL);
    atomic_store(&watch.gate, 1);
    ck_assert(http2_ask(&http2, 1, "POST", "/upload", 0));
    ck_assert_uint_eq(send_body(1, 5000000), 5000000);
    http2_receive(&http2, 1, &answer, &code);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_str_eq(answer.body, "5000000");
    answer_free(&answer);
    close_all();
}
END_TEST

/* A handler that does not read holds up its client, not the host's memory. */
START_TEST(an_upload_waits_for_its_handler)
{
    size_t sent;

    open_with(NULL);
    ck_assert(http2_ask(&http2, 1, "POST", "/upload?gate", 0));
    ck_assert(world_await(&watch.waiting, 1));
    sent = send_body(1, 5000000);
    ck_assert_uint_ge(sent, 65535);
    ck_assert_uint_lt(sent, 1000000);
    ck_assert_int_eq(http2_status(&http2, 3, "GET", "/echo"), 200);
    close_all();
}
END_TEST

/* A client that makes no room holds up its handler, not the host's memory. */
START_TEST(a_download_waits_for_its_client)
{
    static const uint8_t more[4] = {0x10, 0, 0, 0};
    answer_t answer;
    int64_t code;
    int tries;

    open_with(NULL);
    http2.keeps_windows = 0;
    ck_assert(http2_ask(&http2, 1, "GET", "/download/1000", 1));
    for (tries = 0; tries < 100; tries++) {
        long long before = atomic_load(&watch.sent);

        (void)usleep(20000);
        if (before > 0 && atomic_load(&watch.sent) == before) {
            break;
        }
    }
    ck_assert_int_lt(atomic_load(&watch.sent), 1000000);
    ck_assert(http2_send(&http2, NGHTTP2_WINDOW_UPDATE, 0, 0, more, 4));
    ck_assert(http2_send(&http2, NGHTTP2_WINDOW_UPDATE, 0, 1, more, 4));
    http2_receive(&http2, 1, &answer, &code);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_uint_eq(answer.length, 10000000);
    answer_free(&answer);
    close_all();
}
END_TEST

START_TEST(half_an_answer_is_not_whole)
{
    answer_t answer;
    int64_t code;

    open_with(NULL);
    ck_assert(http2_ask(&http2, 1, "GET", "/half", 1));
    http2_receive(&http2, 1, &answer, &code);
    ck_assert_int_eq(code, NGHTTP2_INTERNAL_ERROR);
    answer_free(&answer);
    ck_assert_int_eq(http2_status(&http2, 3, "GET", "/echo"), 200);
    close_all();
}
END_TEST

/* Each request is authenticated; the connection proves nothing beyond its certificate. */
START_TEST(trust_is_asked_for_each_request)
{
    client_tls_t tls = {.http2 = 1};
    void *session;
    answer_t answer;
    int64_t code;

    world_open(&world, NULL);
    tls.certificate = world_path(&world, "server.pem");
    tls.key = world_path(&world, "server.key");
    atomic_store(&watch.trusting, 1);
    http2_open(&http2, world.optional, &tls);
    ck_assert(http2_ask(&http2, 1, "GET", "/who", 1));
    http2_receive(&http2, 1, &answer, &code);
    ck_assert_str_eq(answer.body, "cert:1+0 certificate -");
    answer_free(&answer);
    atomic_store(&watch.trusting, 0);
    ck_assert_int_eq(http2_status(&http2, 3, "GET", "/who"), 401);
    session = client_session(http2.client);
    http2_close(&http2);
    tls.session = session;
    http2_open(&http2, world.optional, &tls);
    ck_assert(client_is_resumed(http2.client));
    ck_assert_int_eq(http2_status(&http2, 1, "GET", "/who"), 401);
    atomic_store(&watch.trusting, 1);
    ck_assert_int_eq(http2_status(&http2, 3, "GET", "/who"), 200);
    http2_close(&http2);
    SSL_SESSION_free(session);
    world_close(&world);
}
END_TEST

/* Nothing of what a foreign page asks is granted to it. */
START_TEST(a_foreign_origin_is_granted_nothing)
{
    uint8_t block[1024];
    answer_t answer;
    int64_t code;
    size_t length;

    open_with(NULL);
    length = http2_begin_block(block, "OPTIONS", "/echo");
    length = http2_add_field(block, length, "origin", "https://evil.example");
    length = http2_add_field(block, length, "access-control-request-method", "POST");
    ck_assert(http2_send(&http2, NGHTTP2_HEADERS, 5, 1, block, length));
    http2_receive(&http2, 1, &answer, &code);
    ck_assert_int_eq(answer.status, 405);
    ck_assert_ptr_null(strstr(answer.head, "access-control"));
    answer_free(&answer);
    close_all();
}
END_TEST

static void *drain(void *argument)
{
    (void)argument;
    edge_drain(world.edge, 20000);
    return NULL;
}

/* The host stops: what was begun is served, and the client learns up to which stream. */
START_TEST(a_drain_serves_what_was_begun)
{
    pthread_t draining;
    http2_frame_t frame;
    answer_t answer;
    int64_t code;

    open_with(NULL);
    ck_assert(http2_ask(&http2, 1, "GET", "/gate", 1));
    ck_assert(world_await(&watch.waiting, 1));
    ck_assert_int_eq(pthread_create(&draining, NULL, drain, NULL), 0);
    while (http2.goaway < 0) {
        ck_assert(http2_next(&http2, &frame));
    }
    ck_assert_int_eq(http2.goaway, NGHTTP2_NO_ERROR);
    atomic_store(&watch.gate, 1);
    http2_receive(&http2, 1, &answer, &code);
    ck_assert_str_eq(answer.body, "through");
    answer_free(&answer);
    (void)http2_await_end(&http2);
    (void)pthread_join(draining, NULL);
    close_all();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edge-http2");
    TCase *requests = tcase_create("requests");
    SRunner *runner;
    int failed;

    tcase_set_timeout(requests, 60);
    tcase_add_test(requests, a_request_is_answered);
    tcase_add_test(requests, statuses_are_those_of_http_1);
    tcase_add_test(requests, head_has_no_body);
    tcase_add_loop_test(requests, a_body_arrives, 0, 2);
    tcase_add_test(requests, streams_do_not_wait);
    tcase_add_test(requests, a_reset_stream_cancels_its_call);
    tcase_add_test(requests, streams_are_limited);
    tcase_add_test(requests, an_upload_streams);
    tcase_add_test(requests, an_upload_waits_for_its_handler);
    tcase_add_test(requests, a_download_waits_for_its_client);
    tcase_add_test(requests, half_an_answer_is_not_whole);
    tcase_add_test(requests, trust_is_asked_for_each_request);
    tcase_add_test(requests, a_foreign_origin_is_granted_nothing);
    tcase_add_test(requests, a_drain_serves_what_was_begun);
    suite_add_tcase(suite, requests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
