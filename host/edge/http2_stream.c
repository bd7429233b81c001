#include "edge/http2_stream.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "edge/http2_fields.h"
#include "edge/loop.h"

static nghttp2_session *session_of(const edge_stream_t *stream)
{
    return stream->connection->http2->session;
}

static void wait_for(edge_stream_t *stream, edge_wait_t wait)
{
    edge_loop_t *loop = stream->connection->loop;

    edge_deadline_set(&loop->deadlines, &stream->deadline, wait,
                      uv_now(&loop->uv) + (uint64_t)loop->routing->limits.wait_ms[wait]);
}

/* Ends a stream alone; the connection goes on. */
static void reset(edge_stream_t *stream, uint32_t code)
{
    edge_deadline_clear(&stream->deadline);
    (void)nghttp2_submit_rst_stream(session_of(stream), NGHTTP2_FLAG_NONE, stream->id, code);
}

/* Tells the client that it may send as much again as was taken. */
static void release(edge_stream_t *stream)
{
    size_t held = stream->held;

    stream->held = 0;
    if (held > 0) {
        (void)nghttp2_session_consume(session_of(stream), stream->id, held);
    }
}

/* Gives nghttp2 the next part of the answer's body. */
static ssize_t give_body(nghttp2_session *session, int32_t id, uint8_t *data, size_t size,
                         uint32_t *flags, nghttp2_data_source *source, void *user)
{
    edge_stream_t *stream = source->ptr;
    edge_request_t *request = stream->request;
    size_t length = edge_buffer_unread(&request->sending);
    int ended = 0;

    (void)session;
    (void)id;
    (void)user;
    if (length == 0) {
        edge_request_collect(request, &ended);
        length = edge_buffer_unread(&request->sending);
    }
    if (length == 0 && !ended) {
        if (!request->working) {
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE; /* half an answer is not whole */
        }
        stream->is_deferred = 1;
        return NGHTTP2_ERR_DEFERRED;
    }
    length = length < size ? length : size;
    if (length > 0) {
        memcpy(data, request->sending.data + request->sending.offset, length);
        edge_buffer_skip(&request->sending, length);
        stream->sent += length;
        edge_flood_earn(&stream->connection->http2->flood, length);
        if (edge_buffer_unread(&request->sending) == 0) {
            edge_request_collect(request, &ended);
        }
    }
    if (ended && edge_buffer_unread(&request->sending) == 0) {
        *flags |= NGHTTP2_DATA_FLAG_EOF;
        stream->is_sent = 1;
    }
    return (ssize_t)length;
}

/* Sends the head of the answer, and has the body follow. */
static void submit(edge_stream_t *stream)
{
    edge_request_t *request = stream->request;
    nghttp2_nv fields[EDGE_RESPONSE_FIELD_COUNT];
    size_t count = edge_http2_take_head(&request->sending, fields);
    nghttp2_data_provider body = {.source = {.ptr = stream}, .read_callback = give_body};
    int ended = 0;

    edge_request_collect(request, &ended);
    if (edge_buffer_unread(&request->sending) == 0 && ended) {
        body.read_callback = NULL;
        stream->is_sent = 1;
    }
    stream->is_submitted = 1;
    if (nghttp2_submit_response(session_of(stream), stream->id, fields, count,
                                body.read_callback != NULL ? &body : NULL) != 0) {
        reset(stream, NGHTTP2_INTERNAL_ERROR);
        return;
    }
    stream->seen = 0;
    wait_for(stream, EDGE_WAIT_WRITE);
}

void edge_stream_progress(edge_stream_t *stream)
{
    edge_request_t *request = stream->request;
    int ended = 0;

    if (stream->held > 0 && !edge_request_must_pause(request)) {
        release(stream);
    }
    if (stream->is_submitted) {
        if (stream->is_deferred) {
            stream->is_deferred = 0;
            (void)nghttp2_session_resume_data(session_of(stream), stream->id);
        }
        return;
    }
    edge_request_collect(request, &ended);
    if (edge_buffer_unread(&request->sending) > 0) {
        submit(stream);
    } else if (!request->working) {
        reset(stream, NGHTTP2_INTERNAL_ERROR);
    }
}

static void refuse(edge_stream_t *stream, uint32_t status, const char *reason, const char *why)
{
    edge_request_refuse(stream->request, status, reason, why);
    edge_stream_progress(stream);
}

static void dispatch(edge_stream_t *stream)
{
    edge_deadline_clear(&stream->deadline);
    if (edge_request_dispatch(stream->request)) {
        edge_stream_progress(stream);
    } else {
        stream->connection->loop->working++;
    }
}

/* Whether what still comes of the request is of no use. */
static int is_settled(const edge_stream_t *stream)
{
    return !stream->request->working && (stream->is_submitted || stream->request->status != 0);
}

void edge_stream_end_body(edge_stream_t *stream)
{
    edge_request_t *request = stream->request;
    int is_served = request->working;

    stream->is_complete = 1;
    if (is_settled(stream)) {
        return;
    }
    edge_request_end_body(request, 1);
    if (!is_served) {
        dispatch(stream);
    }
}

static void allow_body(edge_stream_t *stream)
{
    static const nghttp2_nv go_on = {(uint8_t *)":status", (uint8_t *)"100", 7, 3, 0};

    if (stream->request->http.expects_continue) {
        (void)nghttp2_submit_headers(session_of(stream), NGHTTP2_FLAG_NONE, stream->id, NULL,
                                     &go_on, 1, NULL);
    }
    if (edge_request_streams(stream->request)) {
        dispatch(stream);
    } else {
        wait_for(stream, EDGE_WAIT_BODY);
    }
}

void edge_stream_take_head(edge_stream_t *stream, int is_complete)
{
    edge_request_t *request = stream->request;
    edge_http_t *http = &request->http;

    stream->has_head = 1;
    edge_request_begin(request);
    if (edge_http2_end_fields(http, !is_complete) == EDGE_HTTP_FAILED) {
        refuse(stream, http->status, http->reason, http->why);
    } else if (edge_request_route(request) != SIGNET_OK) {
        edge_stream_progress(stream);
    } else if (!is_complete) {
        allow_body(stream);
    }
    if (is_complete) {
        edge_stream_end_body(stream);
    }
}

/* The body is larger than the route takes. */
static void refuse_body(edge_stream_t *stream)
{
    edge_http_t *http = &stream->request->http;

    http->status = 413;
    http->reason = "http.body-too-large";
    http->why = "The body of the request is larger than this route takes.";
    if (stream->request->working) {
        edge_request_end_body(stream->request, 0);
    } else {
        refuse(stream, http->status, http->reason, http->why);
    }
}

void edge_stream_take_body(edge_stream_t *stream, const char *data, size_t length)
{
    edge_request_t *request = stream->request;

    stream->held += length;
    edge_flood_earn(&stream->connection->http2->flood, length);
    if (request->http.status == 0 && !is_settled(stream)) {
        request->http.body_taken += length;
        if (edge_request_take_body(request, data, length) != 0) {
            refuse_body(stream);
        } else if (edge_request_must_pause(request)) {
            return;
        }
    }
    release(stream);
}

static void on_expired(edge_deadline_t *deadline)
{
    edge_stream_t *stream =
        (edge_stream_t *)(void *)((char *)deadline - offsetof(edge_stream_t, deadline));
    edge_connection_t *connection = stream->connection;

    if (deadline->wait == EDGE_WAIT_BODY) {
        refuse(stream, 408, "http.timeout", "The request did not arrive in time.");
    } else if (stream->is_deferred || stream->sent > stream->seen) {
        /* The worker has the time of its call; who reads slowly has it as long as it reads. */
        stream->seen = stream->sent;
        wait_for(stream, EDGE_WAIT_WRITE);
    } else {
        reset(stream, NGHTTP2_CANCEL);
    }
    connection->protocol->send(connection);
}

edge_stream_t *edge_stream_new(edge_connection_t *connection, int32_t id)
{
    edge_http2_t *http2 = connection->http2;
    edge_stream_t *stream = calloc(1, sizeof(*stream));

    if (stream == NULL) {
        return NULL;
    }
    stream->request = edge_connection_take_request(connection);
    if (stream->request == NULL) {
        free(stream);
        return NULL;
    }
    stream->request->http.version = 20;
    stream->request->stream = stream;
    stream->connection = connection;
    stream->id = id;
    stream->deadline.expire = on_expired;
    stream->next = http2->streams;
    if (stream->next != NULL) {
        stream->next->previous = stream;
    }
    http2->streams = stream;
    http2->stream_count++;
    return stream;
}

int edge_stream_end(edge_stream_t *stream)
{
    edge_http2_t *http2 = stream->connection->http2;
    edge_request_t *request = stream->request;
    int is_sent = stream->is_sent;

    if (stream->previous != NULL) {
        stream->previous->next = stream->next;
    } else {
        http2->streams = stream->next;
    }
    if (stream->next != NULL) {
        stream->next->previous = stream->previous;
    }
    http2->stream_count--;
    edge_deadline_clear(&stream->deadline);
    edge_request_orphan(request);
    request->stream = NULL;
    if (request->working && !is_sent) {
        edge_request_abandon(request);
    } else if (!request->working) {
        edge_loop_give_request(stream->connection->loop, request);
    }
    free(stream);
    return is_sent;
}
