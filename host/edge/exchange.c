#include "edge/exchange.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "core/call.h"
#include "core/log.h"
#include "edge/loop.h"
#include "edge/response.h"

#define PIECE_LIMIT 65536U

static edge_request_t *request_of(signet_exchange_t *exchange)
{
    return (edge_request_t *)(void *)((char *)exchange - offsetof(edge_request_t, exchange));
}

static int is_head(const edge_request_t *request)
{
    return request->http.method.length == 4 && memcmp(request->http.method.data, "HEAD", 4) == 0;
}

uint32_t edge_exchange_flags(edge_request_t *request)
{
    uint32_t flags = 0;

    /* Nobody's connection ends without having been told so. */
    request->close |= atomic_load(&request->edge->draining);
    request->close |= atomic_load(&request->listener->retired);
    if (request->http.version == 20) {
        flags |= EDGE_RESPONSE_FIELDS;
    } else if (!request->http.keep_alive || request->close) {
        flags |= EDGE_RESPONSE_CLOSE;
    }
    if (is_head(request)) {
        flags |= EDGE_RESPONSE_HEAD;
    }
    return flags;
}

static int32_t no_memory(signet_call_t *call)
{
    return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory", "No memory is left for the answer.");
}

/* Writes head and first piece. */
static int32_t answer(edge_request_t *request, signet_call_t *call,
                      const signet_response_t *response, uint32_t flags)
{
    int32_t status;

    if (request->answered) {
        core_log_line(
            SIGNET_LOG_ERROR, request->match.route->instance_name, "http.answered-twice",
            SIGNET_TEXT("A request was answered a second time, which was not sent: report "
                        "it to the author of the plugin."),
            call->services->trace(call), NULL, 0);
        return core_fail(call, SIGNET_CONFLICT, "http.answered-twice",
                         "The request has been answered already.");
    }
    status = edge_response_write(&request->answer, response, flags);
    if (status != SIGNET_OK) {
        edge_buffer_clear(&request->answer, SIZE_MAX);
        return status == SIGNET_NO_MEMORY
                   ? no_memory(call)
                   : core_fail(call, SIGNET_INTERNAL, "http.answer-invalid",
                               "The answer cannot be sent: its status or a header is not valid.");
    }
    request->answered = 1;
    request->status = response->status;
    request->bytes = request->answer.length;
    return SIGNET_OK;
}

static int32_t respond(signet_exchange_t *exchange, signet_call_t *call,
                       const signet_response_t *response)
{
    edge_request_t *request = request_of(exchange);
    int32_t status;

    (void)pthread_mutex_lock(&request->lock);
    status = answer(request, call, response, edge_exchange_flags(request));
    request->ended |= status == SIGNET_OK;
    (void)pthread_mutex_unlock(&request->lock);
    return status;
}

/* Waits, with the lock held, until the other side has changed something or a while has passed.
 * CANCELLED or TIMEOUT when there is no sense in waiting on. */
static int32_t wait_for_change(edge_request_t *request, signet_call_t *call)
{
    int64_t remaining = call->services->remaining(call);
    int64_t wait_ms = remaining < 1000 ? remaining : 1000;
    struct timespec until;
    int32_t status = call->services->check(call);

    if (status != SIGNET_OK) {
        return status;
    }
    if (request->gone) {
        return core_fail(call, SIGNET_CANCELLED, "http.client-gone", "The client went away.");
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += (wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    (void)pthread_cond_timedwait(&request->changed, &request->lock, &until);
    return SIGNET_OK;
}

static int32_t refuse_inside_loop(signet_call_t *call)
{
    return core_fail(call, SIGNET_WOULD_BLOCK, "http.would-block",
                     "An inline route must answer WOULD_BLOCK before it streams.");
}

/* Copies up to one piece of the body into the arena. */
static int32_t take_piece(edge_request_t *request, signet_call_t *call, signet_bytes_t *piece)
{
    size_t length = edge_buffer_unread(&request->body);
    uint8_t *copy;

    length = length < PIECE_LIMIT ? length : PIECE_LIMIT;
    *piece = (signet_bytes_t){NULL, 0};
    if (length == 0) {
        return SIGNET_OK;
    }
    copy = call->services->alloc(call, length);
    if (copy == NULL) {
        return SIGNET_NO_MEMORY;
    }
    memcpy(copy, request->body.data + request->body.offset, length);
    *piece = (signet_bytes_t){copy, length};
    if (edge_request_streams(request)) {
        edge_buffer_skip(&request->body, length);
    } else {
        request->body.offset += length; /* request->view still shows all of it */
    }
    return SIGNET_OK;
}

static int32_t read_piece(signet_exchange_t *exchange, signet_call_t *call, signet_bytes_t *piece)
{
    edge_request_t *request = request_of(exchange);
    int32_t status = SIGNET_OK;
    int resume = 0;

    if (request->inside_loop) {
        return refuse_inside_loop(call);
    }
    (void)pthread_mutex_lock(&request->lock);
    while (status == SIGNET_OK && edge_buffer_unread(&request->body) == 0 &&
           !request->body_complete) {
        if (request->body_refused) {
            status =
                core_fail(call, request->http.status == 413 ? SIGNET_TOO_LARGE : SIGNET_INVALID,
                          request->http.reason, "%s", request->http.why);
        } else {
            status = wait_for_change(request, call);
        }
    }
    if (status == SIGNET_OK) {
        status = take_piece(request, call, piece);
    }
    if (request->body_paused && edge_buffer_unread(&request->body) < EDGE_REQUEST_WINDOW / 2) {
        request->body_paused = 0;
        resume = 1;
    }
    (void)pthread_mutex_unlock(&request->lock);
    if (resume) {
        edge_loop_post(request->loop, request, 0);
    }
    return status;
}

static int32_t begin(signet_exchange_t *exchange, signet_call_t *call,
                     const signet_response_t *response)
{
    edge_request_t *request = request_of(exchange);
    uint32_t framing = request->http.version == 11 ? EDGE_RESPONSE_CHUNKED : EDGE_RESPONSE_OPEN;
    int32_t status;

    if (request->inside_loop) {
        return refuse_inside_loop(call);
    }
    (void)pthread_mutex_lock(&request->lock);
    status = answer(request, call, response, edge_exchange_flags(request) | framing);
    if (status == SIGNET_OK) {
        request->streamed = 1;
        request->chunked = framing == EDGE_RESPONSE_CHUNKED;
    }
    (void)pthread_mutex_unlock(&request->lock);
    if (status == SIGNET_OK) {
        edge_loop_post(request->loop, request, 0);
    }
    return status;
}

/* Adds a piece of a body that was begun; the lock is held. */
static int32_t add_piece(edge_request_t *request, signet_call_t *call, signet_bytes_t piece)
{
    size_t before = request->answer.length;
    int32_t status;

    if (is_head(request)) {
        return SIGNET_OK;
    }
    status = request->chunked ? edge_response_write_chunk(&request->answer, piece)
                              : edge_buffer_add(&request->answer, piece.data, piece.length);
    request->bytes += request->answer.length - before;
    return status == SIGNET_OK ? SIGNET_OK : no_memory(call);
}

static int32_t not_begun(signet_call_t *call)
{
    return core_fail(call, SIGNET_CONFLICT, "http.answer-not-begun",
                     "The answer has not been begun, or has ended.");
}

static int32_t write_piece(signet_exchange_t *exchange, signet_call_t *call, signet_bytes_t piece)
{
    edge_request_t *request = request_of(exchange);
    int32_t status = SIGNET_OK;

    (void)pthread_mutex_lock(&request->lock);
    if (!request->streamed || request->ended) {
        status = not_begun(call);
    }
    while (status == SIGNET_OK && request->answer.length > EDGE_REQUEST_WINDOW) {
        status = wait_for_change(request, call);
    }
    if (status == SIGNET_OK && request->gone) {
        status = core_fail(call, SIGNET_CANCELLED, "http.client-gone", "The client went away.");
    }
    if (status == SIGNET_OK) {
        status = add_piece(request, call, piece);
    }
    (void)pthread_mutex_unlock(&request->lock);
    if (status == SIGNET_OK) {
        edge_loop_post(request->loop, request, 0);
    }
    return status;
}

static int32_t finish(signet_exchange_t *exchange, signet_call_t *call)
{
    edge_request_t *request = request_of(exchange);
    int32_t status = SIGNET_OK;

    (void)pthread_mutex_lock(&request->lock);
    if (!request->streamed || request->ended) {
        status = not_begun(call);
    } else if (request->chunked && !is_head(request) &&
               edge_buffer_add(&request->answer, "0\r\n\r\n", 5) != SIGNET_OK) {
        status = no_memory(call);
    } else {
        request->ended = 1;
    }
    (void)pthread_mutex_unlock(&request->lock);
    return status;
}

const signet_exchange_services_t edge_exchange_services = {
    .size = sizeof(edge_exchange_services),
    .respond = respond,
    .read = read_piece,
    .begin = begin,
    .write = write_piece,
    .finish = finish,
};
