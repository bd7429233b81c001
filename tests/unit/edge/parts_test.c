/* The parts of the edge that need no socket: targets, the router, heads, deadlines, answers. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/call.h"
#include "edge/deadline.h"
#include "edge/http.h"
#include "edge/problem.h"
#include "edge/response.h"
#include "edge/router.h"
#include "edge/target.h"

static int is(signet_text_t text, const char *expected)
{
    return text.length == strlen(expected) && memcmp(text.data, expected, text.length) == 0;
}

static int32_t parse_target(edge_target_t *target, char *buffer, const char *raw)
{
    const char *why = NULL;

    size_t length = strlen(raw);
    char *begin = buffer;
    int32_t status;

    memcpy(buffer, raw, length + 1);
    status = edge_target_begin(&begin, &length, &why);
    return status == 0 ? edge_target_parse(target, begin, length, &why) : status;
}

START_TEST(targets_are_decoded)
{
    edge_target_t target;
    char buffer[256];

    ck_assert_int_eq(parse_target(&target, buffer, "/v1/a%20b/%C3%A4?x=1+2&y=%26%3D&z&=e&&"), 0);
    ck_assert(is(target.path, "/v1/a b/\xC3\xA4"));
    ck_assert_uint_eq(target.query_count, 4);
    ck_assert(is(target.query[0].name, "x") && is(target.query[0].value, "1+2"));
    ck_assert(is(target.query[1].name, "y") && is(target.query[1].value, "&="));
    ck_assert(is(target.query[2].name, "z") && is(target.query[2].value, ""));
    ck_assert(is(target.query[3].name, "") && is(target.query[3].value, "e"));
    ck_assert_int_eq(parse_target(&target, buffer, "https://host:1/a?b=c"), 0);
    ck_assert(is(target.path, "/a"));
    ck_assert_int_eq(parse_target(&target, buffer, "/"), 0);
    ck_assert(is(target.path, "/"));
    ck_assert_int_eq(parse_target(&target, buffer, "/...a/.b/c..?next=/../x//y"), 0);
}
END_TEST

START_TEST(ambiguous_targets_are_refused)
{
    static const char *const refused[] = {
        "",        "*",       "a/b",        "/a//b",       "//",          "/a/../b",
        "/..",     "/a/./b",  "/.",         "/a/.",        "/a/%2e%2e/b", "/%2E/a",
        "/a%2fb",  "/a%5Cb",  "/a\\b",      "/a%00b",      "/a%0ab",      "/a%7Fb",
        "/a%252e", "/a%25",   "/a%2",       "/a%",         "/a%zz",       "/a%C3",
        "/%ff",    "/%C0%AF", "/%ED%A0%80", "/a?x=%00",    "/a?x=%2",     "/a?x=%FF",
        "/a#b",    "/a b",    "/\xC3\xA4",  "http://host", "/a/..%2fb",   "/%F4%90%80%80",
    };
    edge_target_t target;
    char buffer[256];
    size_t i;

    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        ck_assert_msg(parse_target(&target, buffer, refused[i]) != SIGNET_OK, "%s", refused[i]);
    }
}
END_TEST

START_TEST(a_query_has_a_limit)
{
    edge_target_t target;
    char raw[1024] = "/a?";
    char buffer[1024];
    size_t i;

    for (i = 0; i < EDGE_TARGET_QUERY; i++) {
        memcpy(raw + 3 + 4 * i, "a=b&", 5);
    }
    ck_assert_int_eq(parse_target(&target, buffer, raw), SIGNET_OK);
    memcpy(raw + 3 + 4 * i, "a=b", 4);
    ck_assert_int_eq(parse_target(&target, buffer, raw), SIGNET_TOO_LARGE);
}
END_TEST

#define ROUTE(the_method, the_path)                                                                \
    {                                                                                              \
        .size = sizeof(signet_route_t), .method = SIGNET_TEXT_INIT(the_method),                    \
        .path = SIGNET_TEXT_INIT(the_path)                                                         \
    }

static const signet_route_t paths[] = {
    ROUTE("GET", "/"),
    ROUTE("GET", "/v1/certificates"),
    ROUTE("POST", "/v1/certificates"),
    ROUTE("GET", "/v1/certificates/{authority}/{serial}"),
    ROUTE("GET", "/v1/certificates/search"),
    ROUTE("GET", "/v1/{kind}/by/{name}"),
    ROUTE("DELETE", "/v1/{kind}/search"),
    ROUTE("GET", "/v1/{sort}/{any}/x"),
};

#define PATHS (sizeof(paths) / sizeof(paths[0]))

static signet_call_t *new_call(void)
{
    core_call_options_t options = {0};

    return core_call_new(&options);
}

static const signet_route_t *find(const edge_router_t *router, const char *method, const char *path,
                                  edge_match_t *match, int32_t *status)
{
    *status = edge_router_find(router, (signet_text_t){method, strlen(method)},
                               (signet_text_t){path, strlen(path)}, match);
    return match->route != NULL ? match->route->route : NULL;
}

START_TEST(the_router_finds_routes)
{
    core_route_t routes[PATHS];
    signet_call_t *call = new_call();
    edge_router_t *router = NULL;
    edge_match_t match;
    int32_t status;
    size_t i;

    for (i = 0; i < PATHS; i++) {
        routes[i] = (core_route_t){&paths[i], NULL, SIGNET_TEXT("test")};
    }
    ck_assert_int_eq(edge_router_new(call, routes, PATHS, &router), SIGNET_OK);
    ck_assert_ptr_eq(find(router, "GET", "/", &match, &status), &paths[0]);
    ck_assert_ptr_eq(find(router, "HEAD", "/v1/certificates", &match, &status), &paths[1]);
    ck_assert_ptr_eq(find(router, "POST", "/v1/certificates", &match, &status), &paths[2]);
    ck_assert_ptr_eq(find(router, "GET", "/v1/certificates/device/01", &match, &status), &paths[3]);
    ck_assert_uint_eq(match.parameter_count, 2);
    ck_assert(is(match.parameters[0].name, "authority"));
    ck_assert(is(match.parameters[1].name, "serial") && is(match.parameters[1].value, "01"));
    ck_assert_ptr_eq(find(router, "GET", "/v1/certificates/search", &match, &status), &paths[4]);
    ck_assert_ptr_eq(find(router, "GET", "/v1/certificates/by/x", &match, &status), &paths[3]);
    ck_assert_ptr_eq(find(router, "GET", "/v1/keys/by/x", &match, &status), &paths[5]);
    ck_assert(is(match.parameters[0].name, "kind") && is(match.parameters[0].value, "keys"));
    ck_assert_ptr_eq(find(router, "DELETE", "/v1/certificates/search", &match, &status), &paths[6]);
    ck_assert_ptr_eq(find(router, "GET", "/v1/keys/other/x", &match, &status), &paths[7]);
    ck_assert(is(match.parameters[0].name, "sort"));
    ck_assert_ptr_null(find(router, "PUT", "/v1/certificates/search", &match, &status));
    ck_assert_int_eq(status, SIGNET_UNSUPPORTED);
    ck_assert_uint_eq(match.allowed_count, 2);
    ck_assert_ptr_null(find(router, "GET", "/v1/certificates/", &match, &status));
    ck_assert_int_eq(status, SIGNET_NOT_FOUND);
    ck_assert_ptr_null(find(router, "GET", "/v1", &match, &status));
    ck_assert_int_eq(status, SIGNET_NOT_FOUND);
    ck_assert_ptr_null(find(router, "GET", "/v1/keys/by/x/y", &match, &status));
    edge_router_free(router);
    core_call_free(call);
}
END_TEST

START_TEST(routes_of_one_shape_are_refused)
{
    static const signet_route_t same[] = {ROUTE("GET", "/a/{b}/c"), ROUTE("GET", "/a/{d}/c")};
    core_route_t routes[] = {{&same[0], NULL, SIGNET_TEXT_INIT("one")},
                             {&same[1], NULL, SIGNET_TEXT_INIT("two")}};
    signet_call_t *call = new_call();
    edge_router_t *router = NULL;
    signet_text_t message;

    ck_assert_int_eq(edge_router_new(call, routes, 2, &router), SIGNET_EXISTS);
    message = call->services->error(call)->message;
    ck_assert_ptr_nonnull(memmem(message.data, message.length, "of one", 6));
    ck_assert_ptr_nonnull(memmem(message.data, message.length, "of two", 6));
    core_call_free(call);
}
END_TEST

START_TEST(a_route_takes_the_rest_as_it_was_sent)
{
    static const signet_route_t rest = {.size = sizeof(signet_route_t),
                                        .flags = SIGNET_ROUTE_REST,
                                        .method = SIGNET_TEXT_INIT("GET"),
                                        .path = SIGNET_TEXT_INIT("/ocsp/{request}")};
    static const signet_route_t wrong = {.size = sizeof(signet_route_t),
                                         .flags = SIGNET_ROUTE_REST,
                                         .method = SIGNET_TEXT_INIT("GET"),
                                         .path = SIGNET_TEXT_INIT("/a/{b}/c/{d}")};
    core_route_t routes[] = {{&rest, NULL, SIGNET_TEXT_INIT("one")},
                             {&rest, NULL, SIGNET_TEXT_INIT("two")}};
    core_route_t bad = {&wrong, NULL, SIGNET_TEXT_INIT("three")};
    signet_call_t *call = new_call();
    edge_router_t *router = NULL;
    edge_match_t match;

    ck_assert_int_eq(edge_router_new(call, routes, 1, &router), SIGNET_OK);
    ck_assert(
        edge_router_find_rest(router, SIGNET_TEXT("HEAD"), SIGNET_TEXT("/ocsp/a//%2Fb=="), &match));
    ck_assert_ptr_eq(match.route->route, &rest);
    ck_assert(is(match.parameters[0].name, "request"));
    ck_assert(is(match.parameters[0].value, "a//%2Fb=="));
    ck_assert(!edge_router_find_rest(router, SIGNET_TEXT("GET"), SIGNET_TEXT("/ocsp/"), &match));
    ck_assert(!edge_router_find_rest(router, SIGNET_TEXT("POST"), SIGNET_TEXT("/ocsp/a"), &match));
    ck_assert(!edge_router_find_rest(router, SIGNET_TEXT("GET"), SIGNET_TEXT("/ocspa/b"), &match));
    edge_router_free(router);
    ck_assert_int_eq(edge_router_new(call, routes, 2, &router), SIGNET_EXISTS);
    call->services->clear(call);
    ck_assert_int_eq(edge_router_new(call, &bad, 1, &router), SIGNET_INVALID);
    core_call_free(call);
}
END_TEST

static int count_body(void *argument, const char *data, size_t length)
{
    (void)data;
    *(size_t *)argument += length;
    return 0;
}

/* Feeds text in steps; the result of the last one. */
static int feed(edge_http_t *http, const char *text, size_t length, size_t step)
{
    int result = EDGE_HTTP_MORE;
    size_t at = 0;

    while (at < length && result != EDGE_HTTP_FAILED) {
        size_t count = length - at < step ? length - at : step;
        size_t used = count;

        if (!http->has_head) {
            result = edge_http_take_head(http, text + at, count, 16384, &used);
            if (result == EDGE_HTTP_DONE && edge_http_has_body(http)) {
                result = EDGE_HTTP_MORE;
            }
        } else {
            result = edge_http_take_body(http, text + at, count, &used);
        }
        if (result == EDGE_HTTP_DONE) {
            return at + used == length ? EDGE_HTTP_DONE : EDGE_HTTP_MORE;
        }
        at += used;
    }
    return result;
}

START_TEST(requests_may_come_in_any_pieces)
{
    static const char text[] = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
                               "X-Long:  a value \t\r\n\r\n"
                               "5;ext=\"a\"\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
    size_t step;

    for (step = 1; step < sizeof(text); step++) {
        edge_http_t *http = calloc(1, sizeof(*http));
        size_t total = 0;

        ck_assert_ptr_nonnull(http);
        http->sink = count_body;
        http->sink_argument = &total;
        ck_assert_msg(feed(http, text, sizeof(text) - 1, step) == EDGE_HTTP_DONE,
                      "in steps of %zu: %s", step, http->why);
        ck_assert_uint_eq(total, 15);
        ck_assert_uint_eq(http->header_count, 3);
        ck_assert(is(http->headers[2].name, "x-long") && is(http->headers[2].value, "a value"));
        ck_assert(http->keep_alive);
        edge_http_free(http);
        free(http);
    }
}
END_TEST

START_TEST(deadlines_come_in_order)
{
    edge_deadlines_t deadlines;
    edge_deadline_t items[3];

    memset(items, 0, sizeof(items));
    edge_deadlines_init(&deadlines);
    edge_deadline_set(&deadlines, &items[0], EDGE_WAIT_IDLE, 100);
    edge_deadline_set(&deadlines, &items[1], EDGE_WAIT_IDLE, 200);
    edge_deadline_set(&deadlines, &items[2], EDGE_WAIT_BODY, 150);
    ck_assert_ptr_null(edge_deadline_take(&deadlines, 99));
    edge_deadline_set(&deadlines, &items[0], EDGE_WAIT_IDLE, 300);
    ck_assert_ptr_null(edge_deadline_take(&deadlines, 149));
    ck_assert_ptr_eq(edge_deadline_take(&deadlines, 250), &items[2]);
    ck_assert_ptr_eq(edge_deadline_take(&deadlines, 250), &items[1]);
    ck_assert_ptr_null(edge_deadline_take(&deadlines, 250));
    edge_deadline_clear(&items[0]);
    edge_deadline_clear(&items[0]);
    ck_assert_ptr_null(edge_deadline_take(&deadlines, 1000));
}
END_TEST

START_TEST(answers_are_framed_by_the_host)
{
    signet_pair_t headers[] = {
        {sizeof(signet_pair_t), 0, SIGNET_TEXT_INIT("Content-Length"), SIGNET_TEXT_INIT("99")},
        {sizeof(signet_pair_t), 0, SIGNET_TEXT_INIT("Cache-Control"),
         SIGNET_TEXT_INIT("max-age=1")},
    };
    signet_response_t response = {sizeof(response), 200, headers, 2, {(const uint8_t *)"abc", 3}};
    edge_buffer_t out = {NULL, 0, 0, 0};

    ck_assert_int_eq(edge_response_write(&out, &response, 0), SIGNET_OK);
    ck_assert_int_eq(edge_buffer_add(&out, "", 1), SIGNET_OK);
    ck_assert_ptr_nonnull(strstr(out.data, "Content-Length: 3\r\n"));
    ck_assert_ptr_null(strstr(out.data, "99"));
    ck_assert_ptr_nonnull(strstr(out.data, "max-age=1"));
    ck_assert_ptr_null(strstr(out.data, "no-store"));
    ck_assert_ptr_nonnull(strstr(out.data, "X-Content-Type-Options: nosniff\r\n"));
    ck_assert_ptr_nonnull(strstr(out.data, "\r\n\r\nabc"));
    response.status = 199;
    ck_assert_int_eq(edge_response_write(&out, &response, 0), SIGNET_INVALID);
    response.status = 200;
    headers[0].name = SIGNET_TEXT("Bad Name");
    ck_assert_int_eq(edge_response_write(&out, &response, 0), SIGNET_INVALID);
    edge_buffer_free(&out);
}
END_TEST

START_TEST(every_status_has_its_status_of_http)
{
    static const struct {
        int32_t status;
        uint32_t expected;
    } known[] = {
        {SIGNET_INVALID, 400},   {SIGNET_UNAUTHENTICATED, 401},
        {SIGNET_DENIED, 403},    {SIGNET_NOT_FOUND, 404},
        {SIGNET_EXISTS, 409},    {SIGNET_CONFLICT, 409},
        {SIGNET_TOO_LARGE, 413}, {SIGNET_LIMITED, 429},
        {SIGNET_BUSY, 503},      {SIGNET_UNAVAILABLE, 503},
        {SIGNET_TIMEOUT, 504},   {SIGNET_CANCELLED, 503},
        {SIGNET_UNKNOWN, 503},   {SIGNET_FULL, 503},
        {SIGNET_CORRUPT, 500},   {SIGNET_UNSUPPORTED, 501},
        {SIGNET_NO_MEMORY, 500}, {SIGNET_INTERNAL, 500},
        {SIGNET_PENDING, 202},
    };
    size_t i;

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        ck_assert_uint_eq(edge_problem_status(known[i].status), known[i].expected);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edge-parts");
    TCase *parts = tcase_create("parts");
    SRunner *runner;
    int failed;

    tcase_add_test(parts, targets_are_decoded);
    tcase_add_test(parts, ambiguous_targets_are_refused);
    tcase_add_test(parts, a_query_has_a_limit);
    tcase_add_test(parts, the_router_finds_routes);
    tcase_add_test(parts, routes_of_one_shape_are_refused);
    tcase_add_test(parts, a_route_takes_the_rest_as_it_was_sent);
    tcase_add_test(parts, requests_may_come_in_any_pieces);
    tcase_add_test(parts, deadlines_come_in_order);
    tcase_add_test(parts, answers_are_framed_by_the_host);
    tcase_add_test(parts, every_status_has_its_status_of_http);
    suite_add_tcase(suite, parts);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
