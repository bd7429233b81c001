/* HTTP/2 as nobody should speak it: refused, at a bounded price, without harm to others. */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "http2_client.h"
#include "world.h"

#define FLOOD 100000

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

/* Another client is served, and soon. */
static void expect_others_served(void)
{
    http2_client_t other;

    http2_open(&other, world.tls, NULL);
    ck_assert_int_eq(http2_status(&other, 1, "GET", "/echo"), 200);
    http2_close(&other);
}

static double cpu_seconds(void)
{
    struct rusage usage;

    ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static long resident_kib(void)
{
    struct rusage usage;

    ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

/* Whether the server has not said that it is enough. Looks at what came now and then, as a client
 * that never reads would also not be told. */
static int is_taken(int turn)
{
    http2_frame_t frame;

    while (turn % 50 == 0 && http2.goaway < 0 && client_peek(http2.client) > 0) {
        if (!http2_next(&http2, &frame)) {
            return 0;
        }
    }
    return http2.goaway < 0;
}

/* Requests that are cancelled as soon as they are made. */
START_TEST(rapid_reset_ends_the_connection)
{
    static const uint8_t code[4] = {0, 0, 0, NGHTTP2_CANCEL};
    double before;
    int32_t i;

    open_with(NULL);
    before = cpu_seconds();
    for (i = 0; i < FLOOD && is_taken(i); i++) {
        if (!http2_ask(&http2, 2 * i + 1, "GET", "/gate", 1) ||
            !http2_send(&http2, NGHTTP2_RST_STREAM, 0, 2 * i + 1, code, 4)) {
            break;
        }
    }
    ck_assert_int_eq(http2_await_end(&http2), NGHTTP2_ENHANCE_YOUR_CALM);
    ck_assert(cpu_seconds() - before < 5);
    expect_others_served();
    close_all();
}
END_TEST

/* Requests that the client has the server reset, by what may not be sent on them. */
START_TEST(made_resets_end_the_connection)
{
    static const uint8_t most[4] = {0x7f, 0xff, 0xff, 0xff};
    int32_t i;

    open_with(NULL);
    for (i = 0; i < FLOOD && is_taken(i); i++) {
        if (!http2_ask(&http2, 2 * i + 1, "GET", "/gate", 0) ||
            !http2_send(&http2, NGHTTP2_WINDOW_UPDATE, 0, 2 * i + 1, most, 4)) {
            break;
        }
    }
    ck_assert_int_eq(http2_await_end(&http2), NGHTTP2_ENHANCE_YOUR_CALM);
    expect_others_served();
    close_all();
}
END_TEST

/* A few cancelled requests are nothing special. */
START_TEST(some_resets_are_permitted)
{
    static const uint8_t code[4] = {0, 0, 0, NGHTTP2_CANCEL};
    int32_t i;

    open_with(NULL);
    for (i = 0; i < 100; i++) {
        ck_assert(http2_ask(&http2, 2 * i + 1, "GET", "/echo", 1));
        ck_assert(http2_send(&http2, NGHTTP2_RST_STREAM, 0, 2 * i + 1, code, 4));
    }
    ck_assert_int_eq(http2_status(&http2, 2 * i + 1, "GET", "/echo"), 200);
    close_all();
}
END_TEST

/* A field block that does not end: in large frames, in empty ones, in one too large. */
START_TEST(endless_continuation_ends_the_connection)
{
    static uint8_t block[16384];
    long before;
    size_t length;
    int i;

    open_with(NULL);
    ck_assert_int_eq(http2_status(&http2, 1, "GET", "/healthz"), 200);
    before = resident_kib();
    length = http2_begin_block(block, "GET", "/echo");
    ck_assert(http2_send(&http2, NGHTTP2_HEADERS, 1, 3, block, length));
    length = 0;
    while (_i == 0 && length + 300 < sizeof(block)) {
        length = http2_add_field(block, length, "x-more", "more and more and more and more");
    }
    for (i = 0; i < FLOOD && is_taken(i); i++) {
        if (!http2_send(&http2, NGHTTP2_CONTINUATION, 0, 3, block, length)) {
            break;
        }
    }
    ck_assert_int_eq(http2_await_end(&http2), NGHTTP2_ENHANCE_YOUR_CALM);
    ck_assert_int_lt(resident_kib() - before, 60000);
    ck_assert_int_eq(atomic_load(&watch.handled), 0);
    expect_others_served();
    close_all();
}
END_TEST

static const struct {
    const char *name;
    uint8_t type;
    uint8_t flags;
    int32_t stream;
    size_t length;
    uint8_t payload[8];
} floods[] = {
    {"ping", NGHTTP2_PING, 0, 0, 8, "pingping"},
    {"ping answers", NGHTTP2_PING, NGHTTP2_FLAG_ACK, 0, 8, "pingping"},
    {"settings", NGHTTP2_SETTINGS, 0, 0, 6, {0, 4, 0, 1, 0, 0}},
    {"priority", NGHTTP2_PRIORITY, 0, 3, 5, {0, 0, 0, 0, 1}},
    {"window of the stream", NGHTTP2_WINDOW_UPDATE, 0, 1, 4, {0, 0, 0, 1}},
    {"empty data", NGHTTP2_DATA, 0, 1, 0, {0}},
    {"padding alone", NGHTTP2_DATA, NGHTTP2_FLAG_PADDED, 1, 8, {7, 0, 0, 0, 0, 0, 0, 0}},
    {"unknown", 0xBB, 0, 0, 1, {0}},
    {"resets of nothing", NGHTTP2_RST_STREAM, 0, 1, 4, {0, 0, 0, 8}},
};

START_TEST(frames_without_sense_end_the_connection)
{
    double before;
    int i;

    open_with(NULL);
    ck_assert(http2_ask(&http2, 1, "POST", "/upload", 0));
    before = cpu_seconds();
    for (i = 0; i < FLOOD && is_taken(i); i++) {
        if (!http2_send(&http2, floods[_i].type, floods[_i].flags, floods[_i].stream,
                        floods[_i].payload, floods[_i].length)) {
            break;
        }
    }
    ck_assert_msg(http2_await_end(&http2) > 0, "a flood of %s ends without a word",
                  floods[_i].name);
    ck_assert(cpu_seconds() - before < 5);
    expect_others_served();
    close_all();
}
END_TEST

static int status_with(int32_t stream, const char *name, const char *value)
{
    uint8_t block[16384];
    answer_t answer;
    int64_t code;
    size_t length = http2_begin_block(block, "GET", "/show/x");

    length = http2_add_field(block, length, name, value);
    ck_assert(http2_send(&http2, NGHTTP2_HEADERS, 5, stream, block, length));
    http2_receive(&http2, stream, &answer, &code);
    answer_free(&answer);
    return answer.status > 0 ? answer.status : -(int)code;
}

/* What two readers could take for two things is a malformed request (RFC 9113, 8.1.1). */
START_TEST(malformed_fields_reset_the_stream)
{
    static const char *const fields[][2] = {
        {"X-Upper", "a"},
        {"x name", "a"},
        {"x:name", "a"},
        {"", "a"},
        {"x-cr", "a\rb"},
        {"x-crlf", "a\r\nhost: b"},
        {"x-lf", "a\nb"},
        {"x-control", "a\x01"},
        {"x-delete", "a\x7f"},
        {"x-blank", " a"},
        {"connection", "close"},
        {"connection", "upgrade"},
        {"keep-alive", "timeout=5"},
        {"proxy-connection", "keep-alive"},
        {"transfer-encoding", "chunked"},
        {"upgrade", "h2c"},
        {"te", "chunked"},
        {"content-length", "5"},
        {"content-length", "+0"},
        {"content-length", "0x0"},
        {":path", "/second"},
        {":method", "POST"},
        {":authority", "second"},
        {":unknown", "a"},
    };
    size_t i;

    open_with(NULL);
    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        int status = status_with((int32_t)(2 * i + 1), fields[i][0], fields[i][1]);

        ck_assert_msg(status == -NGHTTP2_PROTOCOL_ERROR, "%s: %s: %d", fields[i][0], fields[i][1],
                      status);
    }
    ck_assert_int_eq(status_with((int32_t)(2 * i + 1), "x-fine", "a"), 200);
    ck_assert_int_eq(atomic_load(&watch.handled), 1);
    close_all();
}
END_TEST

START_TEST(a_nul_in_a_field_resets_the_stream)
{
    uint8_t block[1024];
    answer_t answer;
    int64_t code;
    size_t length;

    open_with(NULL);
    length = http2_begin_block(block, "GET", "/show/x");
    length = http2_add_field(block, length, "x-nul", "abc");
    block[length - 2] = '\0';
    ck_assert(http2_send(&http2, NGHTTP2_HEADERS, 5, 1, block, length));
    http2_receive(&http2, 1, &answer, &code);
    ck_assert_int_eq(code, NGHTTP2_PROTOCOL_ERROR);
    answer_free(&answer);
    close_all();
}
END_TEST

START_TEST(the_host_is_named_once)
{
    uint8_t block[1024];
    answer_t answer;
    int64_t code;
    size_t length;

    open_with(NULL);
    ck_assert_int_eq(status_with(1, "host", "other"), 400);
    ck_assert_int_eq(status_with(3, "host", "test"), 200);
    length = http2_add_field(block, 0, ":method", "GET");
    length = http2_add_field(block, length, ":scheme", "https");
    length = http2_add_field(block, length, ":path", "/show/x");
    ck_assert(http2_send(&http2, NGHTTP2_HEADERS, 5, 5, block, length));
    http2_receive(&http2, 5, &answer, &code);
    ck_assert_int_ne(answer.status, 200);
    answer_free(&answer);
    ck_assert_int_eq(status_with(7, "expect", "miracles"), 417);
    close_all();
}
END_TEST

/* Headers over the limit, also those that cost the client an octet each (RFC 7541, 7.3). */
START_TEST(large_headers_are_refused)
{
    static uint8_t block[16384];
    static char value[4001];
    answer_t answer;
    int64_t code;
    size_t length;
    long before;
    int i;

    open_with(NULL);
    before = resident_kib();
    memset(value, 'v', sizeof(value) - 1);
    length = http2_begin_block(block, "GET", "/show/x");
    if (_i == 0) {
        for (i = 0; i < 120; i++) {
            length = http2_add_field(block, length, "x", "y");
        }
    } else {
        /* A field that goes into the table, and then its number again and again. */
        size_t field = length;

        length = http2_add_field(block, length, "x", value);
        block[field] = 0x40;
        memset(block + length, 0x80 | 62, 10000);
        length += 10000;
    }
    ck_assert(http2_send(&http2, NGHTTP2_HEADERS, 5, 1, block, length));
    http2_receive(&http2, 1, &answer, &code);
    ck_assert_int_eq(answer.status, 431);
    answer_free(&answer);
    ck_assert_int_lt(resident_kib() - before, 20000);
    ck_assert_int_eq(http2_status(&http2, 3, "GET", "/echo"), 200);
    close_all();
}
END_TEST

START_TEST(bodies_over_the_limit_are_refused)
{
    static uint8_t data[16384];
    answer_t answer;
    int64_t code;
    int32_t stream = 1;
    size_t i;
    static const char *const paths[] = {"/small", "/upload-small", "/echo"};

    open_with(NULL);
    for (i = 0; i < 3; i++, stream += 2) {
        int pieces = i < 2 ? 1 : 5;

        ck_assert(http2_ask(&http2, stream, "POST", paths[i], 0));
        while (pieces-- > 0) {
            ck_assert(http2_send_data(&http2, stream, data, i == 2 ? 13200 : 8000, 0));
        }
        http2_receive(&http2, stream, &answer, &code);
        ck_assert_msg(answer.status == 413, "%s: %d", paths[i], answer.status);
        answer_free(&answer);
    }
    ck_assert_int_eq(atomic_load(&watch.handled), 0);
    ck_assert_int_eq(http2_status(&http2, stream, "GET", "/echo"), 200);
    close_all();
}
END_TEST

START_TEST(announced_bodies_are_refused_at_once)
{
    uint8_t block[1024];
    answer_t answer;
    int64_t code;
    size_t length;

    open_with(NULL);
    length = http2_begin_block(block, "POST", "/small");
    length = http2_add_field(block, length, "content-length", _i == 0 ? "17" : "5");
    if (_i == 1) {
        length = http2_add_field(block, length, "content-encoding", "gzip");
    }
    ck_assert(http2_send(&http2, NGHTTP2_HEADERS, 4, 1, block, length));
    http2_receive(&http2, 1, &answer, &code);
    ck_assert_int_eq(answer.status, _i == 0 ? 413 : 415);
    answer_free(&answer);
    ck_assert_int_eq(http2_status(&http2, 3, "GET", "/echo"), 200);
    close_all();
}
END_TEST

START_TEST(a_slow_body_ends_in_408)
{
    world_options_t options = {.body_ms = 400};
    answer_t answer;
    int64_t code;

    open_with(&options);
    ck_assert(http2_ask(&http2, 1, "POST", "/echo", 0));
    ck_assert(http2_send_data(&http2, 1, "x", 1, 0));
    http2_receive(&http2, 1, &answer, &code);
    ck_assert_int_eq(answer.status, 408);
    answer_free(&answer);
    ck_assert_int_eq(http2_status(&http2, 3, "GET", "/echo"), 200);
    ck_assert_int_eq(atomic_load(&watch.handled), 1);
    close_all();
}
END_TEST

START_TEST(a_slow_head_ends_the_connection)
{
    world_options_t options = {.header_ms = 400};
    http2_client_t silent;
    uint8_t block[256];
    size_t length;

    open_with(&options);
    http2_open(&silent, world.tls, NULL);
    length = http2_begin_block(block, "GET", "/echo");
    ck_assert(http2_send(&http2, NGHTTP2_HEADERS, 1, 1, block, length));
    ck_assert_int_ne(http2_await_end(&http2), NGHTTP2_NO_ERROR);
    (void)http2_await_end(&silent);
    http2_close(&silent);
    close_all();
}
END_TEST

START_TEST(an_idle_connection_is_closed)
{
    world_options_t options = {.idle_ms = 300};

    open_with(&options);
    ck_assert_int_eq(http2_status(&http2, 1, "GET", "/echo"), 200);
    ck_assert_int_eq(http2_await_end(&http2), NGHTTP2_NO_ERROR);
    close_all();
}
END_TEST

/* Pings do not keep a connection that is not used. */
START_TEST(pings_do_not_keep_a_connection)
{
    world_options_t options = {.idle_ms = 300};
    http2_frame_t frame;
    int i;

    open_with(&options);
    ck_assert_int_eq(http2_status(&http2, 1, "GET", "/echo"), 200);
    for (i = 0; i < 250 && http2.goaway < 0; i++) {
        (void)usleep(20000);
        ck_assert(http2_send(&http2, NGHTTP2_PING, 0, 0, "pingping", 8));
        ck_assert(http2_next(&http2, &frame));
    }
    ck_assert_int_lt(i, 250);
    close_all();
}
END_TEST

/* Who makes no room for an answer loses it; the other streams go on. */
START_TEST(an_answer_that_is_not_read_is_cut)
{
    world_options_t options = {.body_ms = 400};
    static const uint8_t more[4] = {0, 1, 0, 0};
    answer_t answer;
    int64_t code;

    open_with(&options);
    http2.keeps_windows = 0;
    ck_assert(http2_ask(&http2, 1, "GET", "/download/1000", 1));
    http2_receive(&http2, 1, &answer, &code);
    ck_assert_int_eq(code, NGHTTP2_CANCEL);
    ck_assert_uint_eq(answer.length, 65535);
    answer_free(&answer);
    ck_assert(http2_send(&http2, NGHTTP2_WINDOW_UPDATE, 0, 0, more, 4));
    ck_assert_int_eq(http2_status(&http2, 3, "GET", "/echo"), 200);
    close_all();
}
END_TEST

static const char *const openings[] = {
    "GET /echo HTTP/1.1\r\nHost: test\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\x04\x00\x00\x00\x00\x00",
};

/* Whatever else comes after an agreement on HTTP/2 ends the connection. */
START_TEST(another_protocol_ends_the_connection)
{
    client_tls_t tls = {.http2 = 1};
    client_t *client;
    char octet;
    int count = 0;

    world_open(&world, NULL);
    client = client_open_as(world.tls, &tls);
    ck_assert_ptr_nonnull(client);
    ck_assert(
        client_send_bytes(client, openings[_i], strlen(openings[_i]) + (_i == 2 ? (size_t)5 : 0)));
    while (client_read(client, &octet, 1)) {
        count++;
    }
    ck_assert_int_lt(count, 200);
    client_close(client);
    expect_others_served();
    world_close(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edge-http2-abuse");
    TCase *abuse = tcase_create("abuse");
    SRunner *runner;
    int failed;

    (void)signal(SIGPIPE, SIG_IGN);
    tcase_set_timeout(abuse, 60);
    tcase_add_test(abuse, rapid_reset_ends_the_connection);
    tcase_add_test(abuse, made_resets_end_the_connection);
    tcase_add_test(abuse, some_resets_are_permitted);
    tcase_add_loop_test(abuse, endless_continuation_ends_the_connection, 0, 2);
    tcase_add_loop_test(abuse, frames_without_sense_end_the_connection, 0,
                        (int)(sizeof(floods) / sizeof(floods[0])));
    tcase_add_test(abuse, malformed_fields_reset_the_stream);
    tcase_add_test(abuse, a_nul_in_a_field_resets_the_stream);
    tcase_add_test(abuse, the_host_is_named_once);
    tcase_add_loop_test(abuse, large_headers_are_refused, 0, 2);
    tcase_add_test(abuse, bodies_over_the_limit_are_refused);
    tcase_add_loop_test(abuse, announced_bodies_are_refused_at_once, 0, 2);
    tcase_add_test(abuse, a_slow_body_ends_in_408);
    tcase_add_test(abuse, a_slow_head_ends_the_connection);
    tcase_add_test(abuse, an_idle_connection_is_closed);
    tcase_add_test(abuse, pings_do_not_keep_a_connection);
    tcase_add_test(abuse, an_answer_that_is_not_read_is_cut);
    tcase_add_loop_test(abuse, another_protocol_ends_the_connection, 0, 3);
    suite_add_tcase(suite, abuse);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
