/* The first part of a request: from its head to its route, and its call. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "core/call.h"
#include "core/metric.h"
#include "edge/authenticate.h"
#include "edge/loop.h"
#include "edge/problem.h"
#include "edge/request.h"

#define ALLOW_LIMIT 256U

static int32_t refuse(edge_request_t *request, uint32_t status, const char *reason, const char *why)
{
    /* What follows of the request is not read, so that nothing can follow it. */
    request->close |= edge_http_has_body(&request->http);
    edge_request_refuse(request, status, reason, why);
    return SIGNET_INVALID;
}

static int method_is(const edge_request_t *request, const char *method)
{
    return request->http.method.length == strlen(method) &&
           memcmp(request->http.method.data, method, request->http.method.length) == 0;
}

static int is_known_method(const edge_request_t *request)
{
    static const char *const known[] = {"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"};
    size_t i;

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (method_is(request, known[i])) {
            return 1;
        }
    }
    return 0;
}

/* 405, with the methods there are. */
static int32_t refuse_method(edge_request_t *request)
{
    char text[ALLOW_LIMIT];
    size_t length = 0;
    uint64_t i;
    edge_problem_t problem = {
        .status = 405,
        .reason = SIGNET_TEXT_INIT("http.method-not-allowed"),
        .message = SIGNET_TEXT_INIT("The method is not offered for this path: see Allow."),
    };

    for (i = 0; i < request->match.allowed_count && length < sizeof(text); i++) {
        signet_text_t method = request->match.allowed[i];
        int is_get = method.length == 3 && memcmp(method.data, "GET", 3) == 0;

        length +=
            (size_t)snprintf(text + length, sizeof(text) - length, "%s%.*s%s", i > 0 ? ", " : "",
                             (int)method.length, method.data, is_get ? ", HEAD" : "");
    }
    problem.allow = (signet_text_t){text, length < sizeof(text) ? length : sizeof(text) - 1};
    request->close |= edge_http_has_body(&request->http);
    edge_request_answer(request, &problem);
    return SIGNET_INVALID;
}

/* The trace id of a W3C traceparent header, "00-TRACE-PARENT-FLAGS"; empty where it is not one. */
static signet_text_t read_trace(signet_text_t header)
{
    uint64_t zeros = 0;
    uint64_t i;

    if (header.length != 55 || memcmp(header.data, "00-", 3) != 0 || header.data[35] != '-' ||
        header.data[52] != '-') {
        return (signet_text_t){NULL, 0};
    }
    for (i = 3; i < 35; i++) {
        char digit = header.data[i];

        if (!((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'))) {
            return (signet_text_t){NULL, 0};
        }
        zeros += digit == '0' ? 1U : 0U;
    }
    return zeros < 32 ? (signet_text_t){header.data + 3, 32} : (signet_text_t){NULL, 0};
}

/* The request as the handler sees it. */
static void fill_view(edge_request_t *request)
{
    signet_request_t *view = &request->view;

    view->size = sizeof(*view);
    view->secure = request->listener->tls != NULL;
    view->method = request->http.method;
    view->path = request->target.path;
    view->parameters = request->match.parameters;
    view->parameter_count = request->match.parameter_count;
    view->query = request->target.query;
    view->query_count = request->target.query_count;
    view->headers = request->http.headers;
    view->header_count = request->http.header_count;
}

void edge_request_pin(edge_request_t *request)
{
    if (request->routing == NULL) {
        request->routing = edge_routing_hold(request->loop->routing);
    }
}

int edge_request_open_call(edge_request_t *request, int64_t deadline_ms)
{
    core_call_options_t options;

    memset(&options, 0, sizeof(options));
    edge_request_pin(request);
    options.registry = request->routing->registry;
    options.trace = read_trace(request->http.traceparent);
    options.deadline_ms = deadline_ms;
    request->call = core_call_new(&options);
    return request->call != NULL;
}

int32_t edge_request_make_call(edge_request_t *request)
{
    const signet_route_t *route = request->match.route->route;
    int64_t deadline_ms =
        route->deadline_ms > 0 ? route->deadline_ms : request->routing->limits.request_ms;

    if (!edge_request_open_call(request, deadline_ms) ||
        (request->is_local && edge_authenticate_local(request) != SIGNET_OK)) {
        return refuse(request, 503, "host.no-memory", "The server has no memory left: try again.");
    }
    return SIGNET_OK;
}

int edge_request_wants_certificate(const edge_request_t *request)
{
    return (request->match.route->route->flags & SIGNET_ROUTE_CERTIFICATE) != 0 ||
           edge_listener_wants_certificate(request->listener, request->target.path);
}

/* Whether its address has asked too often. Local users are not counted. */
static int32_t limit_address(edge_request_t *request)
{
    char buffer[16];
    struct timespec now;
    edge_problem_t problem = {
        .status = 429,
        .reason = SIGNET_TEXT_INIT("http.rate-limited"),
        .message =
            SIGNET_TEXT_INIT("Your address asks too often: wait as long as Retry-After says."),
    };

    edge_request_pin(request);
    if (request->routing->addresses == NULL || request->listener->is_unix) {
        return SIGNET_OK;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    problem.retry_after_ms =
        edge_rate_take(request->routing->addresses, edge_rate_address(request->view.peer, buffer),
                       (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    if (problem.retry_after_ms == 0) {
        return SIGNET_OK;
    }
    core_metric_record(request->edge->metrics.limited[0], 1);
    request->close |= edge_http_has_body(&request->http);
    edge_request_answer(request, &problem);
    return SIGNET_LIMITED;
}

/* Whether what the head announces of the body can be taken. */
static int32_t check_body(edge_request_t *request)
{
    const signet_route_t *route = request->match.route->route;

    request->body_limit = route->body_limit > 0 ? route->body_limit : EDGE_BODY_DEFAULT;
    if (request->http.content_length > request->body_limit) {
        return refuse(request, 413, "http.body-too-large",
                      "The body of the request is larger than this route takes.");
    }
    if (request->http.content_encoding.length > 0 &&
        (request->http.content_encoding.length != 8 ||
         strncasecmp(request->http.content_encoding.data, "identity", 8) != 0)) {
        return refuse(request, 415, "http.encoding-unsupported",
                      "Bodies must come without a Content-Encoding.");
    }
    return SIGNET_OK;
}

static int32_t read_target(edge_request_t *request, const char **why)
{
    char *raw = request->http.target;
    size_t length = request->http.target_length;
    int32_t status = edge_target_begin(&raw, &length, why);
    const char *question;

    if (status != SIGNET_OK) {
        return status;
    }
    question = length > 0 ? memchr(raw, '?', length) : NULL;
    request->target.path =
        (signet_text_t){raw, question != NULL ? (uint64_t)(question - raw) : length};
    request->target.query_count = 0;
    if (edge_router_find_rest(request->routing->router, request->http.method, request->target.path,
                              &request->match)) {
        return SIGNET_OK;
    }
    request->match.route = NULL;
    return edge_target_parse(&request->target, raw, length, why);
}

static int32_t find_route(edge_request_t *request)
{
    int32_t status = SIGNET_OK;

    if (request->match.route == NULL) {
        status = edge_router_find(request->routing->router, request->http.method,
                                  request->target.path, &request->match);
    }
    if (status == SIGNET_OK &&
        !edge_listener_serves(request->listener, request->match.route->instance_name)) {
        status = SIGNET_NOT_FOUND;
    }

    if (status == SIGNET_OK && request->match.route->instance != request->edge &&
        !atomic_load(&request->edge->ready)) {
        return refuse(request, 503, "host.not-ready", "The server is starting: try again.");
    }
    if (status == SIGNET_NOT_FOUND) {
        return refuse(request, 404, "http.route-not-found", "There is nothing at this path.");
    }
    return status == SIGNET_OK ? SIGNET_OK : refuse_method(request);
}

int32_t edge_request_route(edge_request_t *request)
{
    const char *why = "";
    int32_t status = limit_address(request);

    if (status != SIGNET_OK) {
        return status;
    }
    if (method_is(request, "TRACE")) {
        return refuse_method(request);
    }
    if (!is_known_method(request)) {
        return refuse(request, 501, "http.method-unknown", "The method is not known.");
    }
    status = read_target(request, &why);
    if (status != SIGNET_OK) {
        request->target.path = (signet_text_t){NULL, 0};
        return refuse(request, 400, "http.target-invalid", why);
    }
    status = find_route(request);
    if (status == SIGNET_OK) {
        status = check_body(request);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    fill_view(request);
    return SIGNET_OK;
}
