#include "edge/request.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/call.h"
#include "core/log.h"
#include "core/metric.h"
#include "edge/access_log.h"
#include "edge/authenticate.h"
#include "edge/exchange.h"
#include "edge/loop.h"
#include "edge/problem.h"
#include "edge/response.h"

#define BUFFER_KEEP ((size_t)16 * 1024) /* memory kept from one request to the next */

static uint64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

edge_request_t *edge_request_new(edge_t *edge, edge_loop_t *loop)
{
    edge_request_t *request = calloc(1, sizeof(*request));
    pthread_condattr_t attributes;

    if (request == NULL) {
        return NULL;
    }
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&request->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    (void)pthread_mutex_init(&request->lock, NULL);
    request->exchange.size = sizeof(request->exchange);
    request->exchange.services = &edge_exchange_services;
    request->edge = edge;
    request->loop = loop;
    return request;
}

void edge_request_end_call(edge_request_t *request)
{
    if (request->call != NULL) {
        core_call_free(request->call);
        request->call = NULL;
    }
}

void edge_request_reset(edge_request_t *request)
{
    edge_request_end_call(request);
    edge_http_reset(&request->http);
    edge_buffer_clear(&request->sending, BUFFER_KEEP);
    edge_buffer_clear(&request->body, BUFFER_KEEP);
    edge_buffer_clear(&request->answer, BUFFER_KEEP);
    memset(&request->view, 0, sizeof(request->view));
    edge_identity_release(request->identity);
    request->identity = NULL;
    edge_routing_release(request->routing);
    request->routing = NULL;
    request->match.route = NULL;
    request->match.allowed_count = 0;
    request->target.path = (signet_text_t){NULL, 0};
    request->begun_ns = 0;
    request->inside_loop = 0;
    request->working = 0;
    request->close = 0;
    request->held = 0;
    request->posted = 0;
    request->finished = 0;
    request->body_complete = 0;
    request->body_refused = 0;
    request->body_paused = 0;
    request->answered = 0;
    request->streamed = 0;
    request->chunked = 0;
    request->ended = 0;
    request->gone = 0;
    request->status = 0;
    request->bytes = 0;
}

void edge_request_free(edge_request_t *request)
{
    edge_request_end_call(request);
    edge_routing_release(request->routing);
    edge_identity_release(request->identity);
    edge_http_free(&request->http);
    edge_buffer_free(&request->sending);
    edge_buffer_free(&request->body);
    edge_buffer_free(&request->answer);
    (void)pthread_cond_destroy(&request->changed);
    (void)pthread_mutex_destroy(&request->lock);
    free(request);
}

void edge_request_begin(edge_request_t *request)
{
    request->begun_ns = now_ns();
}

int edge_request_streams(const edge_request_t *request)
{
    return request->match.route != NULL &&
           (request->match.route->route->flags & SIGNET_ROUTE_STREAM) != 0;
}

/* It is answered, or will not be: counts and logs it. */
static void conclude(edge_request_t *request)
{
    const edge_metrics_t *metrics = &request->edge->metrics;
    uint64_t duration_us = request->begun_ns > 0 ? (now_ns() - request->begun_ns) / 1000 : 0;

    core_metric_record(metrics->requests[request->status / 100 % 6], 1);
    core_metric_record(metrics->duration, (int64_t)duration_us);
    edge_access_log(request, duration_us);
}

static void write_problem(edge_request_t *request, const edge_problem_t *problem)
{
    (void)pthread_mutex_lock(&request->lock);
    edge_buffer_clear(&request->answer, SIZE_MAX);
    request->answered = 1;
    request->status = problem->status;
    if (edge_problem_write(&request->answer, problem, edge_exchange_flags(request)) != SIGNET_OK) {
        edge_buffer_clear(&request->answer, SIZE_MAX);
        request->close = 1;
    }
    request->bytes = request->answer.length;
    request->ended = 1;
    (void)pthread_mutex_unlock(&request->lock);
}

/* What is a defect or damage goes to the log with its detail; the client learns only that. */
static void log_error(const edge_request_t *request, const signet_error_t *error)
{
    int is_ours = error->status == SIGNET_INTERNAL || error->status == SIGNET_CORRUPT ||
                  error->status == SIGNET_NO_MEMORY || error->status == SIGNET_ABI_MISMATCH;
    signet_pair_t fields[2] = {
        {sizeof(signet_pair_t), 0, SIGNET_TEXT_INIT("reason"), error->reason},
        {sizeof(signet_pair_t), 0, SIGNET_TEXT_INIT("detail"), error->detail},
    };
    signet_call_t *call = request->call;

    if (is_ours || error->detail.length > 0) {
        core_log_line(is_ours ? SIGNET_LOG_ERROR : SIGNET_LOG_INFO,
                      request->match.route->instance_name, "http.request-failed", error->message,
                      call->services->trace(call), fields, error->detail.length > 0 ? 2 : 1);
    }
}

/* Answers the call's error, in the form of the route or as problem details. */
static void answer_error(edge_request_t *request, int32_t status)
{
    signet_call_t *call = request->call;
    const core_route_t *route = request->match.route;
    const signet_error_t *error = call->services->error(call);
    edge_problem_t problem = {0};

    if (error == NULL) {
        (void)core_fail(call, status, "host.no-error", "The request could not be served.");
        error = call->services->error(call);
    }
    if (error == NULL) {
        request->close = 1;
        return;
    }
    log_error(request, error);
    if (SIGNET_HAS(route->route, on_error) &&
        route->route->on_error(route->instance, call, &request->view, error, &request->exchange) ==
            SIGNET_OK &&
        request->answered) {
        return;
    }
    problem.status = edge_problem_status(error->status);
    problem.reason = error->reason;
    problem.message = error->message;
    problem.field = error->field;
    problem.trace = call->services->trace(call);
    problem.retry_after_ms = error->retry_after_ms;
    write_problem(request, &problem);
}

/* After the handler: sees to it that there is an answer. */
static void settle(edge_request_t *request, int32_t status)
{
    if (status == SIGNET_OK && !request->answered) {
        status = core_fail(request->call, SIGNET_INTERNAL, "http.not-answered",
                           "The request was not answered.");
    }
    if (status == SIGNET_OK || request->streamed) {
        return; /* one that was begun and not ended is cut */
    }
    (void)pthread_mutex_lock(&request->lock);
    request->answered = 0;
    request->ended = 0;
    edge_buffer_clear(&request->answer, SIZE_MAX);
    (void)pthread_mutex_unlock(&request->lock);
    answer_error(request, status);
}

static int32_t call_handler(edge_request_t *request)
{
    const core_route_t *route = request->match.route;

    return route->route->handle(route->instance, request->call, &request->view, &request->exchange);
}

/* Whether it is served to anybody: a public route for which no certificate is required, or a local
 * user with the listener's roles. */
static int is_open(const edge_request_t *request)
{
    return request->is_local || ((request->match.route->route->flags & SIGNET_ROUTE_PUBLIC) != 0 &&
                                 !edge_request_wants_certificate(request));
}

/* Whether this actor has asked too often. */
static int32_t limit_actor(edge_request_t *request)
{
    signet_call_t *call = request->call;
    edge_rate_t *rate = request->routing->actors;
    signet_text_t actor = call->services->actor(call)->id;
    signet_error_t error = {
        .size = sizeof(error),
        .status = SIGNET_LIMITED,
        .reason = SIGNET_TEXT_INIT("http.rate-limited"),
        .message = SIGNET_TEXT_INIT("You ask too often: wait as long as Retry-After says."),
    };

    if (rate == NULL || request->is_local || actor.length == 0) {
        return SIGNET_OK;
    }
    error.retry_after_ms = edge_rate_take(rate, actor, (int64_t)(now_ns() / 1000));
    if (error.retry_after_ms == 0) {
        return SIGNET_OK;
    }
    core_metric_record(request->edge->metrics.limited[1], 1);
    return call->services->fail(call, &error);
}

static int32_t authenticate(edge_request_t *request)
{
    return (request->match.route->route->flags & SIGNET_ROUTE_PUBLIC) != 0
               ? edge_authenticate_certificate(request)
               : edge_authenticate(request);
}

/* On a worker. */
static int32_t serve(edge_request_t *request)
{
    signet_call_t *call = request->call;
    int32_t status = call->services->check(call);

    if (status == SIGNET_TIMEOUT) {
        signet_error_t error = {
            .size = sizeof(error),
            .status = SIGNET_BUSY,
            .reason = SIGNET_TEXT_INIT("http.overloaded"),
            .message = SIGNET_TEXT_INIT("The request waited too long to be served: try again."),
            .retry_after_ms = 1000,
        };

        call->services->clear(call);
        return call->services->fail(call, &error);
    }
    if (status == SIGNET_OK && !is_open(request)) {
        status = authenticate(request);
        if (status == SIGNET_OK) {
            status = limit_actor(request);
        }
    }
    return status == SIGNET_OK ? call_handler(request) : status;
}

static void run(core_work_t *work)
{
    edge_request_t *request = (edge_request_t *)(void *)work;

    settle(request, serve(request));
    conclude(request);
    edge_loop_post(request->loop, request, 1);
}

/* Hands it to a worker. 1 when no worker can take it and the answer says so. */
static int submit(edge_request_t *request)
{
    uint32_t lane = edge_request_streams(request) ? SIGNET_LANE_STREAM : SIGNET_LANE_REQUEST;
    signet_error_t error = {
        .size = sizeof(error),
        .status = SIGNET_BUSY,
        .reason = SIGNET_TEXT_INIT("http.overloaded"),
        .message = SIGNET_TEXT_INIT("The server has too much to do: try again."),
        .retry_after_ms = 1000,
    };

    request->work.run = run;
    request->working = 1;
    if (core_lanes_submit(request->edge->lanes, lane, &request->work) == SIGNET_OK) {
        return 0;
    }
    request->working = 0;
    request->inside_loop = 1;
    settle(request, request->call->services->fail(request->call, &error));
    conclude(request);
    edge_request_end_call(request);
    return 1;
}

int edge_request_dispatch(edge_request_t *request)
{
    uint32_t flags = request->match.route->route->flags;
    int32_t status;

    if (edge_request_make_call(request) != SIGNET_OK) {
        return 1;
    }
    request->view.body =
        edge_request_streams(request)
            ? (signet_bytes_t){NULL, 0}
            : (signet_bytes_t){(const uint8_t *)request->body.data, request->body.length};
    if ((flags & SIGNET_ROUTE_INLINE) == 0 || (flags & SIGNET_ROUTE_STREAM) != 0 ||
        !is_open(request)) {
        return submit(request);
    }
    request->inside_loop = 1;
    request->exchange.inside_loop = 1;
    atomic_store_explicit(&request->loop->pulse.serving, request->match.route,
                          memory_order_relaxed);
    status = call_handler(request);
    request->exchange.inside_loop = 0;
    atomic_store_explicit(&request->loop->pulse.serving, NULL, memory_order_relaxed);
    if (status == SIGNET_WOULD_BLOCK) {
        request->call->services->clear(request->call);
        request->inside_loop = 0;
        return submit(request);
    }
    settle(request, status);
    conclude(request);
    edge_request_end_call(request);
    return 1;
}

void edge_request_answer(edge_request_t *request, const edge_problem_t *problem)
{
    edge_problem_t traced = *problem;

    /* What never reached a handler has a trace id too, for whoever asks about it. */
    if (request->call != NULL || edge_request_open_call(request, 0)) {
        traced.trace = request->call->services->trace(request->call);
    }
    write_problem(request, &traced);
    conclude(request);
    edge_request_end_call(request);
}

void edge_request_refuse(edge_request_t *request, uint32_t status, const char *reason,
                         const char *why)
{
    edge_problem_t problem = {
        .status = status,
        .reason = {reason, strlen(reason)},
        .message = {why, strlen(why)},
        .retry_after_ms = status == 503 ? 1000 : 0,
    };

    edge_request_answer(request, &problem);
}

int edge_request_take_body(void *argument, const char *data, size_t length)
{
    edge_request_t *request = argument;
    int refused;

    if (request->http.body_taken > request->body_limit) {
        return -1;
    }
    if (!edge_request_streams(request)) {
        return edge_buffer_add(&request->body, data, length);
    }
    (void)pthread_mutex_lock(&request->lock);
    if (request->body.offset >= EDGE_REQUEST_WINDOW) {
        size_t unread = edge_buffer_unread(&request->body);

        memmove(request->body.data, request->body.data + request->body.offset, unread);
        request->body.offset = 0;
        request->body.length = unread;
    }
    refused = edge_buffer_add(&request->body, data, length);
    (void)pthread_cond_signal(&request->changed);
    (void)pthread_mutex_unlock(&request->lock);
    return refused;
}

void edge_request_end_body(edge_request_t *request, int complete)
{
    (void)pthread_mutex_lock(&request->lock);
    request->body_complete = complete;
    request->body_refused = !complete;
    request->close |= !complete;
    (void)pthread_cond_signal(&request->changed);
    (void)pthread_mutex_unlock(&request->lock);
}

int edge_request_must_pause(edge_request_t *request)
{
    int pause;

    (void)pthread_mutex_lock(&request->lock);
    pause =
        edge_request_streams(request) && edge_buffer_unread(&request->body) > EDGE_REQUEST_WINDOW;
    request->body_paused = pause;
    (void)pthread_mutex_unlock(&request->lock);
    return pause;
}

void edge_request_orphan(edge_request_t *request)
{
    request->connection = NULL;
    if (request->working && !request->orphaned) {
        request->orphaned = 1;
        (void)edge_listener_hold(request->listener);
    }
}

void edge_request_abandon(edge_request_t *request)
{
    (void)pthread_mutex_lock(&request->lock);
    request->gone = 1;
    if (request->call != NULL) {
        core_call_cancel(request->call);
    }
    (void)pthread_cond_broadcast(&request->changed);
    (void)pthread_mutex_unlock(&request->lock);
}

void edge_request_collect(edge_request_t *request, int *ended)
{
    (void)pthread_mutex_lock(&request->lock);
    if (request->sending.length == 0 && (request->streamed || !request->working)) {
        edge_buffer_t empty = request->sending;

        request->sending = request->answer;
        request->answer = empty;
        (void)pthread_cond_signal(&request->changed);
    }
    *ended = request->ended && request->answer.length == 0;
    (void)pthread_mutex_unlock(&request->lock);
}
