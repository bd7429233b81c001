/* Request smuggling as public write-ups describe it: each technique hides a second request where
 * one of two readers would see the body of the first. Whatever the answer to the first, the second
 * is never served. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http2_client.h"
#include "world.h"

static world_t world;

/* Its 38 octets are what is to be smuggled. */
#define HIDDEN "GET /show/hidden HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST "POST /echo HTTP/1.1\r\nHost: a\r\n"

typedef struct attempt {
    const char *technique;
    const char *request;
    int status; /* of the one answer; 0: the connection is closed without one, or refused */
} attempt_t;

static const attempt_t attempts[] = {
    /* Linhart and others, 2005; Kettle, 2019: two framings at once. */
    {"CL.TE", POST "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG" HIDDEN, 400},
    {"TE.CL", POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n5c\r\n" HIDDEN, 400},
    {"CL.CL", POST "Content-Length: 0\r\nContent-Length: 38\r\n\r\n" HIDDEN, 400},
    {"CL,CL", POST "Content-Length: 0, 38\r\n\r\n" HIDDEN, 400},
    /* Kettle, 2019: Transfer-Encoding that only one of two readers recognises. */
    {"TE.TE x", POST "Content-Length: 4\r\nTransfer-Encoding: xchunked\r\n\r\n" HIDDEN, 400},
    {"TE.TE space", POST "Content-Length: 4\r\nTransfer-Encoding : chunked\r\n\r\n" HIDDEN, 400},
    {"TE.TE twice", POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n" HIDDEN, 400},
    {"TE.TE tab", POST "Content-Length: 4\r\nTransfer-Encoding:\tchunked\r\n\r\n" HIDDEN, 400},
    {"TE.TE lead", POST "Content-Length: 4\r\n Transfer-Encoding: chunked\r\n\r\n" HIDDEN, 400},
    {"TE.TE LF", POST "X: x\nTransfer-Encoding: chunked\r\n\r\n" HIDDEN, 400},
    {"TE.TE fold", POST "Transfer-Encoding\r\n: chunked\r\n\r\n" HIDDEN, 400},
    {"TE.TE value fold", POST "Transfer-Encoding:\r\n chunked\r\n\r\n" HIDDEN, 400},
    {"TE.TE quoted", POST "Transfer-Encoding: \"chunked\"\r\n\r\n" HIDDEN, 400},
    {"TE.TE VT",
     POST "Transfer-Encoding: \x0B"
          "chunked\r\n\r\n" HIDDEN,
     400},
    {"TE.TE octet", POST "Transfer-Encoding: chunked\xFF\r\n\r\n" HIDDEN, 400},
    {"TE.TE list", POST "Transfer-Encoding: identity, chunked\r\n\r\n" HIDDEN, 400},
    {"TE.TE order", POST "Transfer-Encoding: chunked, identity\r\n\r\n" HIDDEN, 400},
    {"TE.TE empty", POST "Transfer-Encoding: ,chunked\r\n\r\n" HIDDEN, 400},
    {"TE in 1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400},
    /* Lengths that are read in different ways. */
    {"CL plus", POST "Content-Length: +38\r\n\r\n" HIDDEN, 400},
    {"CL hex", POST "Content-Length: 0x26\r\n\r\n" HIDDEN, 400},
    {"CL underscore", POST "Content-Length: 3_8\r\n\r\n" HIDDEN, 400},
    {"CL overflow", POST "Content-Length: 18446744073709551654\r\n\r\n" HIDDEN, 400},
    {"CL name space", POST "Content-Length : 38\r\n\r\n" HIDDEN, 400},
    {"CL name NBSP", POST "Content-Length\xA0: 38\r\n\r\n" HIDDEN, 400},
    {"CL empty", POST "Content-Length:\r\n\r\n" HIDDEN, 400},
    /* haproxy CVE-2021-40346 and CVE-2023-25725: names that are too long, or none. */
    {"empty name", POST ": \r\nContent-Length: 38\r\n\r\n" HIDDEN, 400},
    /* Node CVE-2022-32213…32215, CVE-2023-30589: line ends. */
    {"CR for CRLF", POST "X: x\rTransfer-Encoding: chunked\r\n\r\n" HIDDEN, 400},
    {"LF before the end", POST "Content-Length: 0\n\r\n" HIDDEN, 400},
    {"chunk size LF", POST "Transfer-Encoding: chunked\r\n\r\n0\n\r\n" HIDDEN, 400},
    /* Chunk extensions and terminators ("Funky chunks", 2025). */
    {"TERM.EXT", POST "Transfer-Encoding: chunked\r\n\r\n2;\nxx\r\n26\r\n0\r\n\r\n" HIDDEN, 400},
    {"EXT.TERM", POST "Transfer-Encoding: chunked\r\n\r\n2;a\rb\r\nxx\r\n0\r\n\r\n" HIDDEN, 400},
    {"SPILL", POST "Transfer-Encoding: chunked\r\n\r\n2\r\nxxyy0\r\n\r\n" HIDDEN, 400},
    {"chunk size space", POST "Transfer-Encoding: chunked\r\n\r\n0 \r\n\r\n" HIDDEN, 400},
    {"chunk size underscore",
     POST "Transfer-Encoding: chunked\r\n\r\n0_2\r\nxx\r\n0\r\n\r\n" HIDDEN, 400},
    /* Kettle, 2022: the body of a request whose answer does not depend on it (CL.0). */
    {"CL.0", "GET /show/first HTTP/1.1\r\nHost: a\r\nContent-Length: 38\r\n\r\n" HIDDEN, 200},
    {"CL.0 not found", "POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 38\r\n\r\n" HIDDEN,
     404},
    {"CL.0 method", "DELETE /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 38\r\n\r\n" HIDDEN, 405},
    {"CL.0 HEAD", "HEAD /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 38\r\n\r\n" HIDDEN, 404},
    {"CL.0 encoded", POST "Content-Encoding: gzip\r\nContent-Length: 38\r\n\r\n" HIDDEN, 415},
    {"upgrade",
     "GET /show/first HTTP/1.1\r\nHost: a\r\nConnection: upgrade, http2-settings\r\n"
     "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: 38\r\n\r\n" HIDDEN,
     200},
    /* Kettle, 2025: expectations. */
    {"Expect odd", POST "Expect: 100-continue, x\r\nContent-Length: 38\r\n\r\n" HIDDEN, 417},
    {"Expect space", POST "Expect : 100-continue\r\nContent-Length: 38\r\n\r\n" HIDDEN, 400},
    {"Expect fold", POST "Expect:\r\n 100-continue\r\nContent-Length: 38\r\n\r\n" HIDDEN, 400},
    /* Two hosts, two targets. */
    {"two hosts", "GET /show/first HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
    {"absolute path", "GET http:/show/first HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"target space", "GET /show/first HTTP/1.1\r\nX: HTTP/1.1\r\nHost : a\r\n\r\n" HIDDEN, 400},
    {"version", "GET /show/first HTTP/1.2\r\nHost: a\r\n\r\n" HIDDEN, 505},
    {"version 0.9", "GET /show/first\r\n\r\n" HIDDEN, 400},
};

#define ATTEMPTS ((int)(sizeof(attempts) / sizeof(attempts[0])))

START_TEST(http_1_attempts_are_refused)
{
    const attempt_t *attempt = &attempts[_i];
    int is_head = strncmp(attempt->request, "HEAD", 4) == 0;
    client_t *client;
    answer_t answer;

    ck_assert_uint_eq(strlen(HIDDEN), 38);
    world_open(&world, NULL);
    client = client_open(world.plain);
    ck_assert_ptr_nonnull(client);
    ck_assert(client_send(client, attempt->request));
    client_receive(client, &answer, is_head);
    ck_assert_msg(answer.status == attempt->status, "%s: %d", attempt->technique, answer.status);
    ck_assert_ptr_null(strstr(answer.body, "hidden"));
    answer_free(&answer);
    if (attempt->status == 200) {
        /* Served with its body; what follows is the next request, and nothing lies before it. */
        ck_assert(client_send(client, "GET /show/next HTTP/1.1\r\nHost: a\r\n\r\n"));
        client_receive(client, &answer, 0);
        ck_assert_str_eq(answer.body, "/show/next {name=next}");
        answer_free(&answer);
    } else {
        ck_assert_msg(client_is_closed(client), "%s: not closed", attempt->technique);
    }
    ck_assert_int_eq(atomic_load(&watch.handled), attempt->status == 200 ? 2 : 0);
    client_close(client);
    world_close(&world);
}
END_TEST

/* Kettle, 2021: what HTTP/2 would become for a server behind one that speaks HTTP/1.1. */
static const struct {
    const char *technique;
    const char *name;
    const char *value;
} fields[] = {
    {"H2.CL", "content-length", "3"},
    {"H2.TE", "transfer-encoding", "chunked"},
    {"H2.TE by line end", "x", "x\r\ntransfer-encoding: chunked"},
    {"H2.TE by name", "transfer-encoding: chunked\r\nx", "x"},
    {"H2.X by line end", "x", "x\r\n\r\nGET /show/hidden HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"second path", ":path", "/show/hidden"},
    {"second method", ":method", "GET /show/hidden HTTP/1.1"},
    {"second authority", ":authority", "b"},
    {"second scheme", ":scheme", "http://a/show/hidden?"},
    {"tunnel", "upgrade", "websocket"},
    {"space in name", "content-length ", "37"},
};

START_TEST(http_2_attempts_are_refused)
{
    http2_client_t http2;
    uint8_t block[2048];
    answer_t answer;
    int64_t code;
    size_t length;

    world_open(&world, NULL);
    http2_open(&http2, world.tls, NULL);
    length = http2_begin_block(block, "POST", "/echo");
    length = http2_add_field(block, length, fields[_i].name, fields[_i].value);
    ck_assert(http2_send(&http2, NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, 1, block, length));
    ck_assert(http2_send_data(&http2, 1, HIDDEN, strlen(HIDDEN), 1));
    http2_receive(&http2, 1, &answer, &code);
    ck_assert_msg(code == NGHTTP2_PROTOCOL_ERROR, "%s: %d, %lld", fields[_i].technique,
                  answer.status, (long long)code);
    answer_free(&answer);
    ck_assert_int_eq(http2_status(&http2, 3, "GET", "/healthz"), 200);
    ck_assert_int_eq(atomic_load(&watch.handled), 0);
    http2_close(&http2);
    world_close(&world);
}
END_TEST

/* The request line that a pseudo-header would become. */
START_TEST(http_2_lines_are_refused)
{
    static const char *const paths[] = {"/show/a HTTP/1.1\r\nX: ", "/show/a b", "/show/a\tb",
                                        "/show/a\r\nHost: b",      "show/a",    "*",
                                        "http://a/show/a",         "/show/a#b", ""};
    static const char *const methods[] = {"GET /show/hidden HTTP/1.1\r\nX:", "GET ", "G\nET", ""};
    http2_client_t http2;
    int32_t stream = 1;
    size_t i;

    world_open(&world, NULL);
    http2_open(&http2, world.tls, NULL);
    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++, stream += 2) {
        int status = http2_status(&http2, stream, "GET", paths[i]);

        ck_assert_msg(status == 400 || status == -NGHTTP2_PROTOCOL_ERROR, "%s: %d", paths[i],
                      status);
    }
    for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++, stream += 2) {
        int status = http2_status(&http2, stream, methods[i], "/show/a");

        ck_assert_msg(status == 501 || status == 400 || status == -NGHTTP2_PROTOCOL_ERROR, "%s: %d",
                      methods[i], status);
    }
    ck_assert_int_eq(atomic_load(&watch.handled), 0);
    http2_close(&http2);
    world_close(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edge-smuggling");
    TCase *smuggling = tcase_create("smuggling");
    SRunner *runner;
    int failed;

    tcase_set_timeout(smuggling, 60);
    tcase_add_loop_test(smuggling, http_1_attempts_are_refused, 0, ATTEMPTS);
    tcase_add_loop_test(smuggling, http_2_attempts_are_refused, 0,
                        (int)(sizeof(fields) / sizeof(fields[0])));
    tcase_add_test(smuggling, http_2_lines_are_refused);
    suite_add_tcase(suite, smuggling);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
