#include "edge/http2.h"

#include <nghttp2/nghttp2.h>
#include <stdlib.h>

#include "core/metric.h"
#include "edge/http2_fields.h"
#include "edge/http2_stream.h"
#include "edge/loop.h"

#define WINDOW (1024 * 1024)   /* octets that all streams of a client may have under way */
#define RECORD ((size_t)16384) /* frames that are gathered before they are encrypted */
#define FRAME_HEAD 9
#define OVERHEAD 256   /* octets that cost as much as a frame */
#define BLOCK_RATIO 2U /* octets of frames for each octet of the fields that a request may have */

static edge_http2_t *state_of(void *user)
{
    return ((edge_connection_t *)user)->http2;
}

static uint64_t now(const edge_connection_t *connection)
{
    return uv_now(&connection->loop->uv);
}

/* Has the connection end: what the client does harms others. */
static int calm(edge_connection_t *connection)
{
    core_metric_record(connection->loop->edge->metrics.floods, 1);
    (void)nghttp2_session_terminate_session(connection->http2->session, NGHTTP2_ENHANCE_YOUR_CALM);
    return 0;
}

/* The deadline of the connection itself, beside those of its streams. */
static void arm(edge_connection_t *connection)
{
    const edge_http2_t *http2 = connection->http2;
    edge_wait_t wait;

    if (connection->closing || connection->stage == EDGE_STAGE_DISCARD) {
        return;
    }
    if (connection->writes > 0) {
        wait = EDGE_WAIT_WRITE;
    } else if (http2->in_block || !http2->is_begun) {
        wait = EDGE_WAIT_HEADER;
    } else if (http2->stream_count == 0) {
        wait = EDGE_WAIT_IDLE;
    } else {
        edge_deadline_clear(&connection->deadline);
        return;
    }
    if (connection->deadline.previous == NULL || connection->deadline.wait != wait) {
        connection->unsent = uv_stream_get_write_queue_size(&connection->socket.stream);
        edge_connection_wait(connection, wait);
    }
}

/* Gathers frames and sends them; 0 once there is nothing to send. */
static int send_some(edge_connection_t *connection)
{
    edge_buffer_t *frames = &connection->loop->frames;
    const uint8_t *data;
    ssize_t length = 1;

    frames->length = 0;
    while (frames->length < RECORD && length > 0) {
        length = nghttp2_session_mem_send(connection->http2->session, &data);
        if (length < 0 || edge_buffer_add(frames, data, (size_t)length) != SIGNET_OK) {
            edge_connection_close(connection);
            return 0;
        }
    }
    edge_connection_write(connection, frames->data, frames->length);
    return length > 0;
}

static void pump(edge_connection_t *connection)
{
    edge_http2_t *http2 = connection->http2;
    int more = 1;

    if (http2->is_feeding) {
        return;
    }
    while (more && !connection->closing && connection->writes == 0) {
        more = send_some(connection);
    }
    if (!connection->closing && connection->writes == 0 &&
        !nghttp2_session_want_read(http2->session) && !nghttp2_session_want_write(http2->session)) {
        edge_connection_finish(connection);
    }
    arm(connection);
}

/* Frames that carry nothing but work. */
static int is_idle_frame(const nghttp2_frame_hd *frame)
{
    switch (frame->type) {
    case NGHTTP2_DATA:
        return frame->length == 0 && (frame->flags & NGHTTP2_FLAG_END_STREAM) == 0;
    case NGHTTP2_HEADERS:
        return 0;
    default:
        return 1;
    }
}

/* Numbers of streams only grow (RFC 9113, 5.1.1). The library takes one that was passed over for
 * one that has ended, and drops its frames in silence. */
static void check_number(edge_http2_t *http2, int32_t id)
{
    if (id > http2->newest + 2) {
        http2->skipped = http2->newest + 1;
        http2->unskipped = id;
    }
    if (id > http2->newest) {
        http2->newest = id;
    } else if (id >= http2->skipped && id < http2->unskipped) {
        (void)nghttp2_session_terminate_session(http2->session, NGHTTP2_PROTOCOL_ERROR);
    }
}

static int on_begin_frame(nghttp2_session *session, const nghttp2_frame_hd *frame, void *user)
{
    edge_connection_t *connection = user;
    edge_http2_t *http2 = connection->http2;

    (void)session;
    if (frame->type != NGHTTP2_DATA) {
        http2->overhead -= FRAME_HEAD + (int64_t)frame->length;
    }
    if (frame->type == NGHTTP2_HEADERS) {
        http2->block_size = 0;
        check_number(http2, frame->stream_id);
    }
    if (frame->type == NGHTTP2_HEADERS || frame->type == NGHTTP2_CONTINUATION) {
        http2->in_block = 1;
        http2->block_size += frame->length;
        if (http2->block_size > BLOCK_RATIO * connection->loop->routing->limits.header_size) {
            return calm(connection);
        }
    }
    if (is_idle_frame(frame) && !edge_flood_frame(&http2->flood, now(connection))) {
        return calm(connection);
    }
    return 0;
}

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    edge_connection_t *connection = user;
    edge_stream_t *stream;

    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) {
        return 0; /* trailers */
    }
    stream = edge_stream_new(connection, frame->hd.stream_id);
    if (stream == NULL) {
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    connection->http2->is_begun = 1;
    return nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, stream);
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_length, const uint8_t *value, size_t value_length, uint8_t flags,
                     void *user)
{
    edge_connection_t *connection = user;
    edge_stream_t *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);

    (void)flags;
    if (stream != NULL && !stream->has_head) {
        edge_http2_keep_field(&stream->request->http,
                              (signet_text_t){(const char *)name, name_length},
                              (signet_text_t){(const char *)value, value_length},
                              connection->loop->routing->limits.header_size);
    }
    return 0;
}

/* The library would pass over a field that is not one; here the stream ends with it. */
static int on_invalid_header(nghttp2_session *session, const nghttp2_frame *frame,
                             const uint8_t *name, size_t name_length, const uint8_t *value,
                             size_t value_length, uint8_t flags, void *user)
{
    (void)name;
    (void)name_length;
    (void)value;
    (void)value_length;
    (void)flags;
    (void)user;
    (void)nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id,
                                    NGHTTP2_PROTOCOL_ERROR);
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    int is_complete = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    edge_stream_t *stream;

    if (frame->hd.type == NGHTTP2_HEADERS) {
        state_of(user)->in_block = 0;
    } else if (frame->hd.type != NGHTTP2_DATA) {
        return 0;
    }
    stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (stream == NULL) {
        return 0;
    }
    if (frame->hd.type == NGHTTP2_HEADERS && !stream->has_head) {
        edge_stream_take_head(stream, is_complete);
    } else if (is_complete) {
        edge_stream_end_body(stream);
    }
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *data,
                   size_t length, void *user)
{
    edge_stream_t *stream = nghttp2_session_get_stream_user_data(session, id);

    (void)flags;
    state_of(user)->overhead -= (int64_t)length;
    if (stream == NULL) {
        return nghttp2_session_consume(session, id, length);
    }
    edge_stream_take_body(stream, (const char *)data, length);
    return 0;
}

/* Who has its answer need not send the rest of its request (RFC 9113, 8.1). */
static int on_sent(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    edge_stream_t *stream;

    (void)user;
    if ((frame->hd.type != NGHTTP2_DATA && frame->hd.type != NGHTTP2_HEADERS) ||
        (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) {
        return 0;
    }
    stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (stream != NULL && !stream->is_complete) {
        (void)nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_NO_ERROR);
    }
    return 0;
}

static int on_stream_close(nghttp2_session *session, int32_t id, uint32_t code, void *user)
{
    edge_connection_t *connection = user;
    edge_stream_t *stream = nghttp2_session_get_stream_user_data(session, id);

    (void)code;
    if (stream != NULL && !edge_stream_end(stream) &&
        !edge_flood_cut(&connection->http2->flood, now(connection))) {
        (void)calm(connection);
    }
    return 0;
}

/* Padding, and frames of kinds that are not known, are paid for by the octet. */
static int pay_overhead(edge_connection_t *connection)
{
    edge_http2_t *http2 = connection->http2;

    while (http2->overhead >= OVERHEAD) {
        http2->overhead -= OVERHEAD;
        if (!edge_flood_frame(&http2->flood, now(connection))) {
            return 0;
        }
    }
    return 1;
}

static void take(edge_connection_t *connection, const char *data, size_t length)
{
    edge_http2_t *http2 = connection->http2;
    ssize_t taken;

    http2->is_feeding = 1;
    http2->overhead += (int64_t)length;
    taken = nghttp2_session_mem_recv(http2->session, (const uint8_t *)data, length);
    http2->is_feeding = 0;
    if (taken == NGHTTP2_ERR_BAD_CLIENT_MAGIC) {
        (void)nghttp2_session_terminate_session(http2->session, NGHTTP2_PROTOCOL_ERROR);
    } else if (taken == NGHTTP2_ERR_NOMEM || taken == NGHTTP2_ERR_CALLBACK_FAILURE) {
        (void)nghttp2_session_terminate_session(http2->session, NGHTTP2_INTERNAL_ERROR);
    } else if (taken < 0 || !pay_overhead(connection)) {
        (void)calm(connection);
    }
    pump(connection);
}

static void expire(edge_connection_t *connection, edge_wait_t wait)
{
    (void)nghttp2_session_terminate_session(
        connection->http2->session, wait == EDGE_WAIT_IDLE ? NGHTTP2_NO_ERROR : NGHTTP2_CANCEL);
    pump(connection);
}

static void progress(edge_request_t *request)
{
    edge_connection_t *connection = request->connection;

    if (!connection->closing) {
        edge_stream_progress(request->stream);
        pump(connection);
    }
}

/* Streams that were begun are served to their end. */
static void drain(edge_connection_t *connection)
{
    edge_http2_t *http2 = connection->http2;

    if (http2->stream_count == 0) {
        (void)nghttp2_session_terminate_session(http2->session, NGHTTP2_NO_ERROR);
    } else {
        (void)nghttp2_submit_goaway(http2->session, NGHTTP2_FLAG_NONE,
                                    nghttp2_session_get_last_proc_stream_id(http2->session),
                                    NGHTTP2_NO_ERROR, NULL, 0);
    }
    pump(connection);
}

static void abandon(edge_connection_t *connection)
{
    edge_stream_t *stream;

    for (stream = connection->http2->streams; stream != NULL; stream = stream->next) {
        edge_deadline_clear(&stream->deadline);
        if (stream->request->working) {
            edge_request_abandon(stream->request);
        }
    }
}

static void end(edge_connection_t *connection)
{
    edge_http2_t *http2 = connection->http2;

    while (http2->streams != NULL) {
        (void)edge_stream_end(http2->streams);
    }
    nghttp2_session_del(http2->session);
    free(http2);
}

static const edge_protocol_t protocol = {
    .take = take,
    .send = pump,
    .expire = expire,
    .progress = progress,
    .drain = drain,
    .abandon = abandon,
    .end = end,
};

static void set_callbacks(nghttp2_session_callbacks *callbacks)
{
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, on_begin_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, on_invalid_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
}

static nghttp2_session *new_session(edge_connection_t *connection)
{
    nghttp2_session_callbacks *callbacks = NULL;
    nghttp2_option *option = NULL;
    nghttp2_session *session = NULL;

    if (nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&option) == 0) {
        set_callbacks(callbacks);
        nghttp2_option_set_no_auto_window_update(option, 1);
        /* Else an idle connection keeps what it was answered, to name it again. */
        nghttp2_option_set_max_deflate_dynamic_table_size(option, 0);
        (void)nghttp2_session_server_new2(&session, callbacks, connection, option);
    }
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    return session;
}

int edge_http2_open(edge_connection_t *connection)
{
    const edge_limits_t *limits = &connection->loop->routing->limits;
    edge_http2_t *http2 = calloc(1, sizeof(*http2));
    nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, (uint32_t)limits->streams},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, (uint32_t)limits->header_size},
    };

    if (http2 == NULL) {
        return 0;
    }
    http2->session = new_session(connection);
    if (http2->session == NULL ||
        nghttp2_submit_settings(http2->session, NGHTTP2_FLAG_NONE, settings,
                                sizeof(settings) / sizeof(settings[0])) != 0 ||
        nghttp2_session_set_local_window_size(http2->session, NGHTTP2_FLAG_NONE, 0, WINDOW) != 0) {
        nghttp2_session_del(http2->session);
        free(http2);
        return 0;
    }
    edge_flood_init(&http2->flood, now(connection));
    connection->http2 = http2;
    connection->protocol = &protocol;
    return 1;
}
