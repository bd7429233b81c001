/* A stream of HTTP/2: one request, from its field block to the end of its answer. */
#ifndef EDGE_HTTP2_STREAM_H
#define EDGE_HTTP2_STREAM_H

#include <nghttp2/nghttp2.h>

#include "edge/connection.h"
#include "edge/http2_flood.h"

struct edge_stream {
    edge_connection_t *connection;
    edge_stream_t *previous; /* in the connection's list */
    edge_stream_t *next;
    edge_request_t *request;
    int32_t id;
    edge_deadline_t deadline;
    int has_head;     /* the field block is complete */
    int is_complete;  /* the client has sent all of it */
    int is_submitted; /* the head of the answer is under way */
    int is_sent;      /* the end of the answer is under way */
    int is_deferred;  /* the answer goes on when the worker has more of it */
    size_t held;      /* octets of the body that the client may not replace yet */
    uint64_t sent;    /* octets of the answer's body */
    uint64_t seen;    /* of them, when the deadline was set */
};

struct edge_http2 {
    nghttp2_session *session;
    edge_stream_t *streams;
    size_t stream_count;
    edge_flood_t flood;
    int is_begun;        /* a first stream was there */
    int in_block;        /* a field block is not complete yet */
    uint64_t block_size; /* octets of the field block that is being taken, as they came */
    int32_t newest;      /* number of the newest stream */
    int32_t skipped;     /* first number of those passed over last; they end at `unskipped` */
    int32_t unskipped;
    int64_t overhead; /* octets that came beside bodies and counted frames */
    int is_feeding;   /* frames are being taken */
};

/* One for a field block that begins. NULL when out of memory. */
edge_stream_t *edge_stream_new(edge_connection_t *connection, int32_t id);
/* Takes it out of its connection and frees it. Its request goes back to the loop, cancelled where
 * it has not been answered. 1 when it has. */
int edge_stream_end(edge_stream_t *stream);
/* The field block is complete. */
void edge_stream_take_head(edge_stream_t *stream, int is_complete);
/* Octets of the body. */
void edge_stream_take_body(edge_stream_t *stream, const char *data, size_t length);
/* The body is complete. */
void edge_stream_end_body(edge_stream_t *stream);
/* Answers as far as the answer is there. */
void edge_stream_progress(edge_stream_t *stream);

#endif
