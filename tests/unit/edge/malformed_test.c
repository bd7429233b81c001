/* Requests that two readers could understand differently, each refused: cases 5, 6, 7 and 13. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Sends octets on each kind of connection: the answer is `status`, the connection is closed, and
 * nothing behind it was served. */
static void expect_bytes(const char *request, size_t length, int status)
{
    const char *urls[] = {world.plain, world.tls, world.local};
    int handled = atomic_load(&watch.handled);
    size_t i;

    for (i = 0; i < 3; i++) {
        client_t *client = client_open(urls[i]);
        answer_t answer;

        ck_assert_ptr_nonnull(client);
        ck_assert(client_send_bytes(client, request, length));
        client_receive(client, &answer, 0);
        ck_assert_msg(answer.status == status, "%d instead of %d for: %s", answer.status, status,
                      request);
        ck_assert_str_eq(answer_header(&answer, "Connection"), "close");
        ck_assert_str_eq(answer_header(&answer, "Content-Type"), "application/problem+json");
        answer_free(&answer);
        ck_assert(client_is_closed(client));
        client_close(client);
    }
    ck_assert_msg(atomic_load(&watch.handled) == handled, "served: %s", request);
}

static void expect(const char *request, int status)
{
    expect_bytes(request, strlen(request), status);
}

#define SMUGGLED "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"

START_TEST(length_and_coding_together_are_refused)
{
    static const char *const requests[] = {
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\n\r\n" SMUGGLED,
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
        "0\r\n\r\n" SMUGGLED,
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\nContent-Length: 5\r\n\r\n"
        "hello" SMUGGLED,
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
        "0\r\n\r\n" SMUGGLED,
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n"
        "0\r\n\r\n" SMUGGLED,
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED,
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n"
        "0\r\n\r\n" SMUGGLED,
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n" SMUGGLED,
        "POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\n\r\n" SMUGGLED,
    };
    size_t i;

    for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        expect(requests[i], 400);
    }
}
END_TEST

START_TEST(unclear_lengths_and_headers_are_refused)
{
    static const char *const headers[] = {
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: -5\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: 5 5\r\n",
        "Content-Length: 5a\r\n",
        "Content-Length: \r\n",
        "Content-Length: 18446744073709551621\r\n",
        "Content-Length : 5\r\n",
        "X: a\r\n folded\r\n",
        "X: a\r\n\tfolded\r\n",
        " X: folded at once\r\n",
        "Transfer-Encoding:\r\n chunked\r\n",
        ": no name\r\n",
        ":\r\n",
        "no colon\r\n",
        "na me: x\r\n",
        "na\tme: x\r\n",
        "n(me: x\r\n",
        "X\xC3\xA4: x\r\n",
    };
    char request[512];
    size_t i;

    for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        (void)snprintf(request, sizeof(request),
                       "POST /echo HTTP/1.1\r\nHost: a\r\n%s\r\nhello" SMUGGLED, headers[i]);
        expect(request, 400);
    }
}
END_TEST

START_TEST(unclear_lines_are_refused)
{
    static const char *const requests[] = {
        "GET /echo HTTP/1.1\nHost: a\n\n" SMUGGLED,
        "GET /echo HTTP/1.1\r\nHost: a\n\r\n" SMUGGLED,
        "GET /echo HTTP/1.1\r\nHost: a\r\n\n" SMUGGLED,
        "GET /echo HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n" SMUGGLED,
        "GET /echo HTTP/1.1\r\nHost: a\r\nX: a\r\r\n\r\n" SMUGGLED,
        "GET /echo HTTP/1.1\r\nHost: a\r\n\rX: a\r\n\r\n" SMUGGLED,
        "GET /echo HTTP/1.1\rHost: a\r\n\r\n" SMUGGLED,
        "GET /echo HTTP/1.1\r\nHost: a\r\nX: a\nTransfer-Encoding: chunked\r\n\r\n" SMUGGLED,
        "GET /echo HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n" SMUGGLED,
        "GET /echo HTTP/1.1\r\nHost: a\r\nX: \x7F\r\n\r\n" SMUGGLED,
        "GET /echo HTTP/1.1\r\nHost: a\r\nX: \x0B\r\n\r\n" SMUGGLED,
        "GET  /echo HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED,
        "GET /echo  HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED,
        " GET /echo HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED,
        "GET\t/echo HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED,
        "GET /echo\r\n\r\n" SMUGGLED,
        "/echo\r\n\r\n" SMUGGLED,
        "GET /echo HTTP/1.1\r\n\r\n" SMUGGLED,
        "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" SMUGGLED,
        "\x16\x03\x01\x02\r\n\r\n" SMUGGLED,
    };
    static const char nul[] = "GET /echo HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n" SMUGGLED;
    static const char nul_name[] = "GET /echo HTTP/1.1\r\nHost: a\r\nX\0: a\r\n\r\n" SMUGGLED;
    static const char nul_target[] = "GET /ec\0ho HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED;
    size_t i;

    for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        expect(requests[i], 400);
    }
    expect_bytes(nul, sizeof(nul) - 1, 400);
    expect_bytes(nul_name, sizeof(nul_name) - 1, 400);
    expect_bytes(nul_target, sizeof(nul_target) - 1, 400);
}
END_TEST

START_TEST(unclear_chunks_are_refused)
{
    static const char *const bodies[] = {
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "x\r\nhello\r\n0\r\n\r\n",
        "-5\r\nhello\r\n0\r\n\r\n",
        "+5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0\r\n\r\n",
        "\r\nhello\r\n0\r\n\r\n",
        "5\rhello\r\n0\r\n\r\n",
        "10000000000000005\r\nhello\r\n0\r\n\r\n",
        "5;a=\nb\r\nhello\r\n0\r\n\r\n",
        "0\n\n",
        "0\r\n\n",
        "5\r\nhello\r\n0\r\nX: a\n\r\n",
    };
    char request[512];
    size_t i;

    for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        (void)snprintf(
            request, sizeof(request),
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n%s" SMUGGLED,
            bodies[i]);
        expect(request, 400);
    }
}
END_TEST

START_TEST(chunks_smaller_than_their_framing_are_refused)
{
    client_t *client = client_open(world.plain);
    char chunk[1024] = "1;";
    answer_t answer;
    int i;

    memset(chunk + 2, 'x', 1000);
    memcpy(chunk + 1002, "\r\nx\r\n", 6);
    ck_assert(client_send(client,
                          "POST /large HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
    for (i = 0; i < 100 && client_send(client, chunk); i++) {
    }
    client_receive(client, &answer, 0);
    ck_assert_int_eq(answer.status, 400);
    answer_free(&answer);
    client_close(client);
}
END_TEST

START_TEST(other_versions_are_told)
{
    expect("GET /echo HTTP/2.0\r\nHost: a\r\n\r\n", 505);
    expect("GET /echo HTTP/0.9\r\nHost: a\r\n\r\n", 505);
    expect("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
    expect("GET /echo HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", 417);
}
END_TEST

/* A path that could be another one is refused, whoever asks, and never reaches a handler. */
START_TEST(unclear_paths_are_refused)
{
    static const char *const paths[] = {
        "/show/../who",
        "/../who",
        "/show/./who",
        "/.",
        "/show/..",
        "/show/%2e%2e/who",
        "/show/%2E%2E/who",
        "/show/.%2e/who",
        "/%2e/who",
        "/show/%2ewho",
        "//who",
        "/show//who",
        "/who//",
        "/show/%00",
        "/wh%00o",
        "/show/%252e%252e/who",
        "/show/%25%32%65",
        "/show/%2fwho",
        "/show/..%2fwho",
        "/show/%5c..%5cwho",
        "/show/..\\who",
        "/show/%c0%ae%c0%ae/who",
        "/show/%",
        "/show/%4",
        "/show/%gg",
        "/show/a%0d%0ab",
        "/show/a#b",
        "*",
        "who",
        "/show/x?a=%00",
        "/show/x?a=%zz",
        "/show/\xC3\xA4",
    };
    char request[512];
    int handled = atomic_load(&watch.handled);
    size_t i;

    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        const char *urls[] = {world.plain, world.tls, world.local};
        size_t kind;

        (void)snprintf(request, sizeof(request),
                       "GET %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer good\r\n\r\n",
                       paths[i]);
        for (kind = 0; kind < 3; kind++) {
            client_t *client = client_open(urls[kind]);
            answer_t answer;

            ck_assert(client_send(client, request));
            client_receive(client, &answer, 0);
            ck_assert_msg(answer.status == 400, "%d for %s", answer.status, paths[i]);
            answer_free(&answer);
            client_close(client);
        }
    }
    ck_assert_int_eq(atomic_load(&watch.handled), handled);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edge-malformed");
    TCase *malformed = tcase_create("malformed");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(malformed, open_world, close_world);
    tcase_set_timeout(malformed, 60);
    tcase_add_test(malformed, length_and_coding_together_are_refused);
    tcase_add_test(malformed, unclear_lengths_and_headers_are_refused);
    tcase_add_test(malformed, unclear_lines_are_refused);
    tcase_add_test(malformed, unclear_chunks_are_refused);
    tcase_add_test(malformed, chunks_smaller_than_their_framing_are_refused);
    tcase_add_test(malformed, other_versions_are_told);
    tcase_add_test(malformed, unclear_paths_are_refused);
    suite_add_tcase(suite, malformed);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
