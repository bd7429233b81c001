#include "edge/serve.h"

#include <string.h>

#include "edge/loop.h"

#define INPUT_LIMIT ((size_t)64 * 1024) /* sent ahead before reading pauses */
#define SLICE ((size_t)256 * 1024)      /* handed to the socket at a time */

static void send_answer(edge_connection_t *connection);

/* Gives the connection a request to read into. */
static int attach_request(edge_connection_t *connection)
{
    edge_request_t *request = edge_connection_take_request(connection);

    if (request == NULL) {
        edge_connection_close(connection);
        return 0;
    }
    connection->request = request;
    request->http.sink = edge_request_take_body;
    request->http.sink_argument = request;
    edge_connection_wait(connection, EDGE_WAIT_HEADER);
    return 1;
}

/* Answers what was not understood, and ends the connection with it. */
static void refuse(edge_connection_t *connection, uint32_t status, const char *reason,
                   const char *why)
{
    connection->request->close = 1;
    edge_request_refuse(connection->request, status, reason, why);
    connection->stage = EDGE_STAGE_ANSWER;
    send_answer(connection);
}

static void dispatch(edge_connection_t *connection)
{
    edge_deadline_clear(&connection->deadline);
    if (edge_request_dispatch(connection->request)) {
        send_answer(connection);
    } else {
        connection->loop->working++;
    }
}

static void end_body(edge_connection_t *connection)
{
    edge_request_t *request = connection->request;
    int is_served = request->working;

    connection->stage = EDGE_STAGE_ANSWER;
    edge_request_end_body(request, 1);
    if (!is_served) {
        dispatch(connection);
    }
}

static void end_head(edge_connection_t *connection)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    edge_request_t *request = connection->request;

    edge_request_begin(request);
    if (edge_request_route(request) != SIGNET_OK) {
        connection->stage = EDGE_STAGE_ANSWER;
        send_answer(connection);
        return;
    }
    if (!edge_http_has_body(&request->http)) {
        end_body(connection);
        return;
    }
    connection->stage = EDGE_STAGE_BODY;
    if (request->http.expects_continue && request->http.version > 10) {
        edge_connection_write(connection, go_on, sizeof(go_on) - 1);
    }
    if (connection->closing) {
        return;
    }
    if (edge_request_streams(request)) {
        dispatch(connection);
    } else {
        edge_connection_wait(connection, EDGE_WAIT_BODY);
    }
}

static size_t take_head(edge_connection_t *connection, const char *data, size_t length)
{
    size_t used = length;
    edge_http_t *http;

    if (connection->request == NULL && !attach_request(connection)) {
        return length;
    }
    http = &connection->request->http;
    switch (edge_http_take_head(http, data, length, connection->loop->routing->limits.header_size,
                                &used)) {
    case EDGE_HTTP_DONE:
        end_head(connection);
        break;
    case EDGE_HTTP_FAILED:
        refuse(connection, http->status, http->reason, http->why);
        break;
    default:
        break;
    }
    return used;
}

static size_t take_body(edge_connection_t *connection, const char *data, size_t length)
{
    edge_request_t *request = connection->request;
    size_t used = length;
    int result = edge_http_take_body(&request->http, data, length, &used);

    if (result == EDGE_HTTP_DONE) {
        end_body(connection);
    } else if (result == EDGE_HTTP_FAILED && request->working) {
        edge_request_end_body(request, 0);
        connection->stage = EDGE_STAGE_ANSWER;
    } else if (result == EDGE_HTTP_FAILED) {
        refuse(connection, request->http.status, request->http.reason, request->http.why);
    } else if (edge_request_must_pause(request)) {
        edge_connection_read(connection, 0);
    }
    return used;
}

/* Takes as much as can be taken now. */
static size_t feed(edge_connection_t *connection, const char *data, size_t length)
{
    size_t at = 0;

    connection->feeding = 1;
    while (at < length && !connection->closing) {
        if (connection->stage == EDGE_STAGE_HEAD) {
            at += take_head(connection, data + at, length - at);
        } else if (connection->stage == EDGE_STAGE_BODY) {
            at += take_body(connection, data + at, length - at);
        } else if (connection->stage == EDGE_STAGE_DISCARD) {
            at = length;
        } else {
            break;
        }
    }
    connection->feeding = 0;
    return at;
}

static void serve_take(edge_connection_t *connection, const char *data, size_t length)
{
    size_t used = 0;

    if (edge_buffer_unread(&connection->input) == 0) {
        used = feed(connection, data, length);
    }
    if (connection->closing || used == length) {
        return;
    }
    if (edge_buffer_add(&connection->input, data + used, length - used) != SIGNET_OK) {
        edge_connection_close(connection);
    } else if (edge_buffer_unread(&connection->input) > INPUT_LIMIT) {
        edge_connection_read(connection, 0);
    }
}

/* Takes what was sent ahead. */
static void feed_input(edge_connection_t *connection)
{
    edge_buffer_t *input = &connection->input;

    if (edge_buffer_unread(input) > 0) {
        size_t used = feed(connection, input->data + input->offset, edge_buffer_unread(input));

        if (connection->stage == EDGE_STAGE_DISCARD) {
            return;
        }
        if (used < edge_buffer_unread(input)) {
            edge_buffer_skip(input, used);
            return;
        }
    }
    edge_buffer_clear(input, 0);
    edge_connection_read(connection, 1);
}

/* The answer has been sent. */
static void end_answer(edge_connection_t *connection)
{
    edge_request_t *request = connection->request;
    int close =
        request->close || !request->http.keep_alive || connection->stage != EDGE_STAGE_ANSWER;

    connection->request = NULL;
    edge_loop_give_request(connection->loop, request);
    if (close) {
        edge_connection_finish(connection);
        return;
    }
    connection->stage = EDGE_STAGE_HEAD;
    edge_connection_wait(connection, EDGE_WAIT_IDLE);
    if (!connection->feeding) {
        feed_input(connection);
    }
}

static void send_answer(edge_connection_t *connection)
{
    edge_request_t *request = connection->request;

    while (!connection->closing && connection->writes == 0) {
        size_t length = edge_buffer_unread(&request->sending);
        int ended = 0;

        if (length == 0) {
            edge_request_collect(request, &ended);
            length = edge_buffer_unread(&request->sending);
        }
        if (length == 0 && request->working) {
            edge_deadline_clear(&connection->deadline);
            return;
        }
        if (length == 0) {
            if (ended) {
                end_answer(connection);
            } else {
                edge_connection_close(connection); /* half an answer is not taken for a whole one */
            }
            return;
        }
        length = length < SLICE ? length : SLICE;
        edge_connection_write(connection, request->sending.data + request->sending.offset, length);
        edge_buffer_skip(&request->sending, length);
    }
    if (!connection->closing) {
        connection->unsent = uv_stream_get_write_queue_size(&connection->socket.stream);
        edge_connection_wait(connection, EDGE_WAIT_WRITE);
    }
}

static void serve_send(edge_connection_t *connection)
{
    if (connection->request != NULL && connection->stage != EDGE_STAGE_HEAD &&
        (connection->stage == EDGE_STAGE_ANSWER || connection->request->working ||
         connection->request->ended)) {
        send_answer(connection);
    }
}

static void serve_progress(edge_request_t *request)
{
    edge_connection_t *connection = request->connection;

    if (connection->closing) {
        return;
    }
    if (connection->stage == EDGE_STAGE_BODY && !connection->reading &&
        !edge_request_must_pause(request)) {
        edge_connection_read(connection, 1);
    }
    send_answer(connection);
}

static void serve_expire(edge_connection_t *connection, edge_wait_t wait)
{
    edge_request_t *request = connection->request;

    if (wait == EDGE_WAIT_IDLE || request == NULL || request->http.head.length == 0) {
        edge_connection_finish(connection);
    } else {
        refuse(connection, 408, "http.timeout", "The request did not arrive in time.");
    }
}

/* A request may be on its way: it is still served, and told that it is the last one. */
static void serve_drain(edge_connection_t *connection)
{
    if (connection->stage == EDGE_STAGE_HEAD) {
        edge_connection_wait(connection, EDGE_WAIT_IDLE);
    }
}

static void serve_abandon(edge_connection_t *connection)
{
    if (connection->request != NULL && connection->request->working) {
        edge_request_abandon(connection->request);
    }
}

static void serve_end(edge_connection_t *connection)
{
    edge_request_t *request = connection->request;

    if (request != NULL) {
        edge_request_orphan(request);
        if (!request->working) {
            edge_loop_give_request(connection->loop, request);
        }
    }
}

const edge_protocol_t edge_serve_protocol = {
    .take = serve_take,
    .send = serve_send,
    .expire = serve_expire,
    .progress = serve_progress,
    .drain = serve_drain,
    .abandon = serve_abandon,
    .end = serve_end,
};
