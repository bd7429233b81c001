/* Requests over real sockets: plain, TLS and Unix. */
#include <check.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "world.h"

static world_t world;

static void open_world(void)
{
    world_open(&world, NULL);
}

static void close_world(void)
{
    world_close(&world);
}

static const char *url_of(int number)
{
    const char *urls[] = {world.plain, world.tls, world.local};

    return urls[number];
}

/* Sends a request on a connection of its own and reads the answer. */
static void ask(const char *url, const char *request, answer_t *answer)
{
    client_t *client = client_open(url);

    ck_assert_ptr_nonnull(client);
    ck_assert(client_send(client, request));
    client_receive(client, answer, 0);
    client_close(client);
}

#define GET(target) "GET " target " HTTP/1.1\r\nHost: test\r\n\r\n"
#define EXPECT(answer, the_status, the_body)                                                       \
    do {                                                                                           \
        ck_assert_int_eq((answer)->status, the_status);                                            \
        ck_assert_str_eq((answer)->body, the_body);                                                \
        answer_free(answer);                                                                       \
    } while (0)

START_TEST(every_listener_answers)
{
    answer_t answer;

    ask(url_of(_i), GET("/show/a%20b?x=1&y=%C3%A4"), &answer);
    ck_assert_str_eq(answer_header(&answer, "X-Content-Type-Options"), "nosniff");
    ck_assert_str_eq(answer_header(&answer, "Cache-Control"), "no-store");
    ck_assert_ptr_nonnull(answer_header(&answer, "Date"));
    ck_assert_ptr_null(answer_header(&answer, "Access-Control-Allow-Origin"));
    ck_assert_ptr_null(answer_header(&answer, "Connection"));
    EXPECT(&answer, 200, "/show/a b {name=a b} [x=1] [y=\xC3\xA4]");
}
END_TEST

START_TEST(a_connection_is_kept)
{
    client_t *client = client_open(url_of(_i));
    answer_t answer;
    int i;

    ck_assert_ptr_nonnull(client);
    for (i = 0; i < 20; i++) {
        ck_assert(client_send(client, i % 2 == 0 ? GET("/show/literal") : GET("/show/x/of/y")));
        client_receive(client, &answer, 0);
        EXPECT(&answer, 200, i % 2 == 0 ? "literal" : "/show/x/of/y {name=x} {owner=y}");
    }
    ck_assert(client_send(client, "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    client_receive(client, &answer, 0);
    ck_assert_str_eq(answer_header(&answer, "Connection"), "close");
    EXPECT(&answer, 200, "/echo");
    ck_assert(client_is_closed(client));
    client_close(client);
}
END_TEST

START_TEST(pipelined_requests_are_answered_in_order)
{
    client_t *client = client_open(url_of(_i));
    char requests[32768];
    char one[8];
    size_t length = 0;
    answer_t answer;
    int i;

    ck_assert_ptr_nonnull(client);
    for (i = 0; i < 100; i++) {
        char *end = requests + length;
        size_t room = sizeof(requests) - length;

        if (i % 3 == 2) {
            length += (size_t)snprintf(end, room,
                                       "POST /echo HTTP/1.1\r\nHost: a\r\n"
                                       "Transfer-Encoding: chunked\r\n\r\n"
                                       "3\r\n%03d\r\n0\r\n\r\n",
                                       i);
        } else {
            length += (size_t)snprintf(end, room,
                                       "POST /echo%s HTTP/1.1\r\nHost: a\r\n"
                                       "Content-Length: 3\r\n\r\n%03d",
                                       i % 3 == 0 ? "-inline" : "", i);
        }
    }
    ck_assert(client_send(client, requests));
    for (i = 0; i < 100; i++) {
        (void)snprintf(one, sizeof(one), "%03d", i);
        client_receive(client, &answer, 0);
        EXPECT(&answer, 200, one);
    }
    client_close(client);
}
END_TEST

START_TEST(bodies_are_whole_before_the_handler)
{
    size_t length = 3000000;
    char *body = malloc(length + 1);
    char head[128];
    client_t *client = client_open(url_of(_i));
    answer_t answer;
    size_t i;

    ck_assert_ptr_nonnull(body);
    ck_assert_ptr_nonnull(client);
    for (i = 0; i < length; i++) {
        body[i] = (char)('a' + i * 7 % 26);
    }
    body[length] = '\0';
    (void)snprintf(head, sizeof(head),
                   "POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n", length);
    ck_assert(client_send(client, head));
    ck_assert(client_send(client, body));
    client_receive(client, &answer, 0);
    ck_assert_uint_eq(answer.length, length);
    EXPECT(&answer, 200, body);
    client_close(client);
    free(body);
}
END_TEST

START_TEST(old_and_new_tls_are_spoken)
{
    int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    client_t *client = client_open_tls(world.tls, versions[_i]);
    answer_t answer;

    ck_assert_ptr_nonnull(client);
    ck_assert(client_send(client, GET("/echo")));
    client_receive(client, &answer, 0);
    EXPECT(&answer, 200, "/echo");
    client_close(client);
    ck_assert_ptr_null(client_open_tls(world.tls, TLS1_1_VERSION));
}
END_TEST

START_TEST(head_is_answered_from_get)
{
    client_t *client = client_open(world.plain);
    answer_t answer;

    ck_assert(client_send(client, "HEAD /show/literal HTTP/1.1\r\nHost: a\r\n\r\n"));
    client_receive(client, &answer, 1);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_str_eq(answer_header(&answer, "Content-Length"), "7");
    answer_free(&answer);
    ck_assert(client_send(client, GET("/show/literal")));
    client_receive(client, &answer, 0);
    EXPECT(&answer, 200, "literal");
    client_close(client);
}
END_TEST

START_TEST(an_old_client_is_answered_and_closed)
{
    client_t *client = client_open(world.plain);
    answer_t answer;

    ck_assert(client_send(client, "GET /download/2 HTTP/1.0\r\n\r\n"));
    client_receive(client, &answer, 0);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_ptr_null(answer_header(&answer, "Transfer-Encoding"));
    ck_assert_uint_eq(answer.length, 20000);
    answer_free(&answer);
    client_close(client);
}
END_TEST

START_TEST(a_client_may_wait_for_100_continue)
{
    client_t *client = client_open(url_of(_i));
    answer_t answer;

    ck_assert(client_send(client, "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                                  "Content-Length: 2\r\n\r\n"));
    client_receive(client, &answer, 0);
    ck_assert_int_eq(answer.status, 100);
    answer_free(&answer);
    ck_assert(client_send(client, "ok"));
    client_receive(client, &answer, 0);
    EXPECT(&answer, 200, "ok");
    ck_assert(client_send(client, "POST /small HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                                  "Content-Length: 20000\r\n\r\n"));
    client_receive(client, &answer, 0);
    ck_assert_int_eq(answer.status, 413);
    answer_free(&answer);
    client_close(client);
}
END_TEST

START_TEST(an_inline_route_may_go_on_on_a_worker)
{
    answer_t answer;

    ask(world.plain, GET("/twice"), &answer);
    EXPECT(&answer, 200, "worker");
    ck_assert_int_eq(atomic_load(&watch.inline_calls), 2);
}
END_TEST

START_TEST(credentials_are_checked)
{
    answer_t answer;

    ask(world.tls, GET("/who"), &answer);
    ck_assert_int_eq(answer.status, 401);
    ck_assert_str_eq(answer_header(&answer, "WWW-Authenticate"), "Bearer");
    ck_assert_ptr_nonnull(strstr(answer.body, "auth.credential-missing"));
    answer_free(&answer);
    ck_assert_int_eq(atomic_load(&watch.denied), 0);
    ask(world.tls, "GET /who HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer good\r\n\r\n", &answer);
    EXPECT(&answer, 200, "token:1 token requester");
    ask(world.tls, "GET /who HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer wrong\r\n\r\n", &answer);
    ck_assert_int_eq(answer.status, 401);
    ck_assert_ptr_nonnull(strstr(answer.body, "auth.token-invalid"));
    answer_free(&answer);
    ck_assert_int_eq(atomic_load(&watch.denied), 1);
    ask(world.tls, "GET /who HTTP/1.1\r\nHost: a\r\nAuthorization: Basic eDp5\r\n\r\n", &answer);
    ck_assert_int_eq(answer.status, 401);
    ck_assert_ptr_nonnull(strstr(answer.body, "auth.credential-invalid"));
    answer_free(&answer);
    ck_assert_int_eq(atomic_load(&watch.denied), 2);
    ck_assert_int_eq(atomic_load(&watch.handled), 1);
}
END_TEST

/* Nothing that a peer claims in a header makes it somebody. */
START_TEST(forwarded_identities_are_ignored)
{
    static const char *const headers[] = {
        "X-Forwarded-User: root",     "X-Remote-User: root",
        "Remote-User: root",          "X-SSL-Client-Verify: SUCCESS\r\nX-SSL-Client-S-DN: CN=admin",
        "X-Client-Cert: MIIB",        "Forwarded: for=127.0.0.1",
        "X-Forwarded-For: 127.0.0.1", "X-Signet-Actor: uid:0",
    };
    char request[512];
    answer_t answer;
    size_t i;

    for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        (void)snprintf(request, sizeof(request), "GET /who HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n",
                       headers[i]);
        ask(i % 2 == 0 ? world.plain : world.tls, request, &answer);
        ck_assert_int_eq(answer.status, 401);
        answer_free(&answer);
        (void)snprintf(request, sizeof(request),
                       "GET /who HTTP/1.1\r\nHost: a\r\n%s\r\nAuthorization: Bearer good\r\n\r\n",
                       headers[i]);
        ask(i % 2 == 0 ? world.plain : world.tls, request, &answer);
        EXPECT(&answer, 200, "token:1 token requester");
    }
}
END_TEST

START_TEST(a_local_user_needs_no_credential)
{
    char expected[64];
    answer_t answer;

    (void)snprintf(expected, sizeof(expected), "uid:%lu peer officer", (unsigned long)geteuid());
    ask(world.local, GET("/who"), &answer);
    EXPECT(&answer, 200, expected);
}
END_TEST

START_TEST(a_trace_id_is_taken_over)
{
    answer_t answer;

    ask(world.plain,
        "GET /trace HTTP/1.1\r\nHost: a\r\n"
        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n",
        &answer);
    EXPECT(&answer, 200, "4bf92f3577b34da6a3ce929d0e0e4736");
    ask(world.plain,
        "GET /trace HTTP/1.1\r\nHost: a\r\n"
        "traceparent: 00-00000000000000000000000000000000-00f067aa0ba902b7-01\r\n\r\n",
        &answer);
    ck_assert_uint_eq(answer.length, 32);
    ck_assert_str_ne(answer.body, "00000000000000000000000000000000");
    answer_free(&answer);
}
END_TEST

START_TEST(errors_are_problem_details)
{
    answer_t answer;

    ask(world.plain, GET("/fail/3"), &answer);
    ck_assert_int_eq(answer.status, 403);
    ck_assert_str_eq(answer_header(&answer, "Content-Type"), "application/problem+json");
    ck_assert_ptr_nonnull(strstr(answer.body,
                                 "{\"type\":\"urn:signet:error:test.failed\","
                                 "\"title\":\"Forbidden\",\"status\":403,"
                                 "\"detail\":\"It \\u0022failed\\u0022 \\u003chere>.\","
                                 "\"field\":\"names[2]\","
                                 "\"instance\":\"urn:trace:"));
    ck_assert_ptr_null(strstr(answer.body, "internals"));
    answer_free(&answer);
    ask(world.plain, GET("/fail/20"), &answer);
    ck_assert_int_eq(answer.status, 500);
    ck_assert_ptr_null(strstr(answer.body, "internals"));
    answer_free(&answer);
    ask(world.plain, GET("/fail/8"), &answer);
    ck_assert_int_eq(answer.status, 429);
    ck_assert_str_eq(answer_header(&answer, "Retry-After"), "2");
    answer_free(&answer);
    ask(world.plain, GET("/fail-own/4"), &answer);
    EXPECT(&answer, 418, "own form: test.failed");
    ask(world.plain, GET("/silent"), &answer);
    ck_assert_int_eq(answer.status, 500);
    answer_free(&answer);
    ask(world.plain, GET("/split"), &answer);
    ck_assert_int_eq(answer.status, 500);
    ck_assert_ptr_null(strstr(answer.head, "Set-Cookie"));
    answer_free(&answer);
}
END_TEST

START_TEST(wrong_paths_and_methods_are_told)
{
    answer_t answer;

    ask(world.plain, GET("/nowhere"), &answer);
    ck_assert_int_eq(answer.status, 404);
    ck_assert_ptr_nonnull(strstr(answer.body, "\"instance\":\"urn:trace:"));
    answer_free(&answer);
    ask(world.plain, "DELETE /who HTTP/1.1\r\nHost: a\r\n\r\n", &answer);
    ck_assert_int_eq(answer.status, 405);
    ck_assert_str_eq(answer_header(&answer, "Allow"), "GET, HEAD, POST");
    answer_free(&answer);
    ask(world.plain, "TRACE /who HTTP/1.1\r\nHost: a\r\n\r\n", &answer);
    ck_assert_int_eq(answer.status, 405);
    answer_free(&answer);
    ask(world.plain, "OPTIONS /who HTTP/1.1\r\nHost: a\r\nOrigin: https://evil\r\n\r\n", &answer);
    ck_assert_int_eq(answer.status, 405);
    ck_assert_ptr_null(answer_header(&answer, "Access-Control-Allow-Origin"));
    answer_free(&answer);
    ask(world.plain, "GET /echo HTTP/1.1\r\nHost: a\r\nOrigin: https://evil\r\n\r\n", &answer);
    ck_assert_ptr_null(answer_header(&answer, "Access-Control-Allow-Origin"));
    EXPECT(&answer, 200, "/echo");
    ask(world.plain, "BREW /who HTTP/1.1\r\nHost: a\r\n\r\n", &answer);
    ck_assert_int_eq(answer.status, 501);
    answer_free(&answer);
    ask(world.plain, "PROPFIND /who HTTP/1.1\r\nHost: a\r\n\r\n", &answer);
    ck_assert_int_eq(answer.status, 501);
    answer_free(&answer);
    ask(world.plain, "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", &answer);
    ck_assert_int_eq(answer.status, 501);
    answer_free(&answer);
    ask(world.plain,
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
        &answer);
    ck_assert_int_eq(answer.status, 415);
    answer_free(&answer);
}
END_TEST

START_TEST(the_host_answers_for_itself)
{
    answer_t answer;

    ask(world.plain, GET("/healthz"), &answer);
    EXPECT(&answer, 200, "ok\n");
    ask(world.plain, GET("/readyz"), &answer);
    EXPECT(&answer, 200, "ready\n");
    ask(world.tls, GET("/metrics"), &answer);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_ptr_nonnull(strstr(answer.body, "signet_http_requests_total{status=\"2xx\"}"));
    ck_assert_ptr_nonnull(strstr(answer.body, "signet_http_request_duration_seconds_count"));
    ck_assert_ptr_nonnull(strstr(answer.body, "signet_tls_handshakes_total"));
    answer_free(&answer);
}
END_TEST

START_TEST(nothing_is_served_before_it_is_ready)
{
    world_options_t options = {.not_ready = 1};
    world_t other;
    answer_t answer;

    world_open(&other, &options);
    ask(other.plain, GET("/readyz"), &answer);
    EXPECT(&answer, 503, "not ready\n");
    ask(other.plain, GET("/healthz"), &answer);
    EXPECT(&answer, 200, "ok\n");
    ask(other.plain, GET("/echo"), &answer);
    ck_assert_int_eq(answer.status, 503);
    ck_assert_str_eq(answer_header(&answer, "Retry-After"), "1");
    answer_free(&answer);
    edge_ready(other.edge);
    ask(other.plain, GET("/echo"), &answer);
    EXPECT(&answer, 200, "/echo");
    world_close(&other);
}
END_TEST

/* A large body is refused by what its head says, and by its chunks as soon as they are too many. */
START_TEST(bodies_over_the_limit_are_refused)
{
    client_t *client = client_open(url_of(_i));
    answer_t answer;

    ck_assert(client_send(client, "POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\n\r\n"));
    client_receive(client, &answer, 0);
    ck_assert_int_eq(answer.status, 413);
    ck_assert_str_eq(answer_header(&answer, "Connection"), "close");
    answer_free(&answer);
    ck_assert(client_is_closed(client));
    client_close(client);
    ask(url_of(_i),
        "POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "10\r\n0123456789abcdef\r\n1\r\nx\r\n",
        &answer);
    ck_assert_int_eq(answer.status, 413);
    answer_free(&answer);
    ask(url_of(_i),
        "POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "10\r\n0123456789abcdef\r\n0\r\n\r\n",
        &answer);
    EXPECT(&answer, 200, "0123456789abcdef");
    ask(url_of(_i), "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n", &answer);
    ck_assert_int_eq(answer.status, 413);
    answer_free(&answer);
    ask(url_of(_i), "POST /upload-small HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n",
        &answer);
    ck_assert_int_eq(answer.status, 413);
    answer_free(&answer);
    ck_assert_int_eq(atomic_load(&watch.handled), 1);
}
END_TEST

static long resident_kib(void)
{
    struct rusage usage;

    ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

START_TEST(a_giant_header_is_refused)
{
    client_t *client = client_open(url_of(_i));
    size_t length = 10000000;
    char *header = malloc(length + 1);
    long before;
    answer_t answer;

    ck_assert_ptr_nonnull(header);
    memset(header, 'a', length);
    header[length] = '\0';
    before = resident_kib();
    ck_assert(client_send(client, "GET /echo HTTP/1.1\r\nHost: a\r\nX: "));
    (void)client_send(client, header); /* the server ends it long before its end */
    client_receive(client, &answer, 0);
    ck_assert_int_eq(answer.status, 431);
    answer_free(&answer);
    client_close(client);
    ck_assert_int_lt(resident_kib() - before, 4096);
    free(header);
}
END_TEST

START_TEST(too_many_headers_are_refused)
{
    char headers[1024];
    char request[2048];
    answer_t answer;
    size_t i;

    for (i = 0; i < 100; i++) {
        memcpy(headers + 6 * i, "X: 1\r\n", 7);
    }
    (void)snprintf(request, sizeof(request), "GET /echo HTTP/1.1\r\nHost: a\r\n%s\r\n",
                   headers + 6);
    ask(world.plain, request, &answer);
    EXPECT(&answer, 200, "/echo");
    (void)snprintf(request, sizeof(request), "GET /echo HTTP/1.1\r\nHost: a\r\n%s\r\n", headers);
    ask(world.plain, request, &answer);
    ck_assert_int_eq(answer.status, 431);
    answer_free(&answer);
}
END_TEST

START_TEST(a_body_streams_in)
{
    size_t piece = 1000000;
    int pieces = 20;
    char *data = calloc(1, piece);
    char head[128];
    client_t *client = client_open(url_of(_i));
    answer_t answer;
    int i;

    ck_assert_ptr_nonnull(data);
    (void)snprintf(head, sizeof(head),
                   "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n",
                   piece * (size_t)pieces);
    ck_assert(client_send(client, head));
    for (i = 0; i < pieces; i++) {
        ck_assert(client_send_bytes(client, data, piece));
    }
    client_receive(client, &answer, 0);
    EXPECT(&answer, 200, "20000000");
    ck_assert(client_send(client, "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"));
    client_receive(client, &answer, 0);
    EXPECT(&answer, 200, "0");
    client_close(client);
    free(data);
    ask(url_of(_i),
        "POST /upload-small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n0\r\n\r\n",
        &answer);
    EXPECT(&answer, 200, "5");
}
END_TEST

START_TEST(a_streamed_body_over_the_limit_is_refused)
{
    static char piece[1001];
    client_t *client = client_open(url_of(_i));
    answer_t answer;

    memset(piece, 'x', sizeof(piece) - 1);
    ck_assert(client_send(client, "POST /upload-small HTTP/1.1\r\nHost: a\r\n"
                                  "Transfer-Encoding: chunked\r\n\r\n3e9\r\n"));
    ck_assert(client_send(client, piece));
    ck_assert(client_send(client, "x\r\n"));
    client_receive(client, &answer, 0);
    ck_assert_int_eq(answer.status, 413);
    answer_free(&answer);
    ck_assert(client_is_closed(client));
    client_close(client);
}
END_TEST

/* A handler that does not read holds the client back, not the server's memory. */
START_TEST(a_slow_reader_holds_the_client_back)
{
    size_t length = 40000000;
    char *data = calloc(1, length);
    client_t *client = client_open(world.plain);
    answer_t answer;
    size_t sent;
    long before;

    ck_assert_ptr_nonnull(data);
    memset(data, 'x', length);
    before = resident_kib();
    ck_assert(client_send(client, "POST /upload?gate HTTP/1.1\r\nHost: a\r\n"
                                  "Content-Length: 40000000\r\n\r\n"));
    ck_assert(world_await(&watch.waiting, 1));
    /* More than the buffers on the way hold cannot be sent while nobody reads. */
    sent = client_send_until_full(client, data, length);
    ck_assert_uint_lt(sent, length);
    ck_assert_int_lt(resident_kib() - before, 8192);
    atomic_store(&watch.gate, 1);
    ck_assert(client_send_bytes(client, data + sent, length - sent));
    client_receive(client, &answer, 0);
    EXPECT(&answer, 200, "40000000");
    client_close(client);
    free(data);
}
END_TEST

START_TEST(an_answer_streams_out)
{
    client_t *client = client_open(url_of(_i));
    answer_t answer;

    ck_assert(client_send(client, GET("/download/200")));
    client_receive(client, &answer, 0);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_uint_eq(answer.length, 2000000);
    answer_free(&answer);
    ck_assert(client_send(client, "HEAD /download/3 HTTP/1.1\r\nHost: a\r\n\r\n"));
    client_receive(client, &answer, 1);
    ck_assert_int_eq(answer.status, 200);
    answer_free(&answer);
    ck_assert(client_send(client, GET("/echo")));
    client_receive(client, &answer, 0);
    EXPECT(&answer, 200, "/echo");
    client_close(client);
}
END_TEST

START_TEST(half_an_answer_is_cut)
{
    answer_t answer;

    ask(url_of(_i), GET("/half"), &answer);
    ck_assert_int_eq(answer.status, 0);
    ck_assert_str_eq(answer.body, "half");
    answer_free(&answer);
}
END_TEST

START_TEST(a_slow_client_holds_the_writer_back)
{
    client_t *client = client_open(url_of(_i));
    long long sent;
    long long before = -1;

    ck_assert(client_send(client, GET("/download/10000")));
    /* The writer stops: what it has written no longer grows. */
    while ((sent = atomic_load(&watch.sent)) != before || sent == 0) {
        before = sent;
        (void)usleep(200000);
    }
    ck_assert_int_lt(sent, 50000000);
    client_reset(client);
    ck_assert(world_await(&watch.download_status, SIGNET_CANCELLED));
}
END_TEST

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Held back for a second, while others are answered; and nobody need wait for it. */
START_TEST(who_comes_too_fast_is_answered_late)
{
    client_t *fast = client_open(url_of(_i));
    client_t *gone = client_open(url_of(_i));
    int64_t begun = now_ms();
    answer_t answer;

    ck_assert(client_send(fast, GET("/fail/8") GET("/echo")));
    ck_assert(client_send(gone, GET("/fail/8")));
    ask(url_of(_i), GET("/echo"), &answer);
    EXPECT(&answer, 200, "/echo");
    ck_assert_int_lt(now_ms() - begun, 900);
    client_reset(gone);
    client_receive(fast, &answer, 0);
    ck_assert_int_eq(answer.status, 429);
    ck_assert_int_ge(now_ms() - begun, 900);
    answer_free(&answer);
    client_receive(fast, &answer, 0);
    EXPECT(&answer, 200, "/echo");
    client_close(fast);
}
END_TEST

START_TEST(a_client_that_goes_away_cancels_its_call)
{
    client_t *client = client_open(url_of(_i));

    ck_assert(client_send(client, GET("/gate")));
    ck_assert(world_await(&watch.waiting, 1));
    if (_i % 2 == 0) {
        client_close(client);
    } else {
        client_reset(client);
    }
    ck_assert(world_await(&watch.cancelled, 1));
    ck_assert(world_await(&watch.waiting, 0));
}
END_TEST

START_TEST(a_client_may_go_away_anywhere)
{
    static const char *const pieces[] = {
        "",
        "G",
        "GET /echo HTTP/1.1\r\nHo",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab",
        "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab",
        GET("/download/1000"),
        GET("/echo") GET("/gate") GET("/echo"),
    };
    answer_t answer;
    size_t i;
    int round;

    for (round = 0; round < 10; round++) {
        for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
            client_t *client = client_open(url_of(_i));

            ck_assert_ptr_nonnull(client);
            (void)client_send(client, pieces[i]);
            if (round % 2 == 0) {
                client_reset(client);
            } else {
                client_close(client);
            }
        }
    }
    ask(url_of(_i), GET("/echo"), &answer);
    EXPECT(&answer, 200, "/echo");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edge-requests");
    TCase *requests = tcase_create("requests");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(requests, open_world, close_world);
    tcase_set_timeout(requests, 60);
    tcase_add_loop_test(requests, every_listener_answers, 0, 3);
    tcase_add_loop_test(requests, a_connection_is_kept, 0, 3);
    tcase_add_loop_test(requests, pipelined_requests_are_answered_in_order, 0, 3);
    tcase_add_loop_test(requests, bodies_are_whole_before_the_handler, 0, 3);
    tcase_add_loop_test(requests, old_and_new_tls_are_spoken, 0, 2);
    tcase_add_test(requests, head_is_answered_from_get);
    tcase_add_test(requests, an_old_client_is_answered_and_closed);
    tcase_add_loop_test(requests, a_client_may_wait_for_100_continue, 0, 3);
    tcase_add_test(requests, an_inline_route_may_go_on_on_a_worker);
    tcase_add_test(requests, credentials_are_checked);
    tcase_add_test(requests, forwarded_identities_are_ignored);
    tcase_add_test(requests, a_local_user_needs_no_credential);
    tcase_add_test(requests, a_trace_id_is_taken_over);
    tcase_add_test(requests, errors_are_problem_details);
    tcase_add_test(requests, wrong_paths_and_methods_are_told);
    tcase_add_test(requests, the_host_answers_for_itself);
    tcase_add_test(requests, nothing_is_served_before_it_is_ready);
    tcase_add_loop_test(requests, bodies_over_the_limit_are_refused, 0, 3);
    tcase_add_loop_test(requests, a_giant_header_is_refused, 0, 3);
    tcase_add_test(requests, too_many_headers_are_refused);
    tcase_add_loop_test(requests, a_body_streams_in, 0, 3);
    tcase_add_loop_test(requests, a_streamed_body_over_the_limit_is_refused, 0, 3);
    tcase_add_test(requests, a_slow_reader_holds_the_client_back);
    tcase_add_loop_test(requests, an_answer_streams_out, 0, 3);
    tcase_add_loop_test(requests, half_an_answer_is_cut, 0, 3);
    tcase_add_loop_test(requests, a_slow_client_holds_the_writer_back, 0, 2);
    tcase_add_loop_test(requests, who_comes_too_fast_is_answered_late, 0, 3);
    tcase_add_loop_test(requests, a_client_that_goes_away_cancels_its_call, 0, 3);
    tcase_add_loop_test(requests, a_client_may_go_away_anywhere, 0, 3);
    suite_add_tcase(suite, requests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
