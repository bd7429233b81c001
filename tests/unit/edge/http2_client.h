/* A client of HTTP/2 for tests, which also sends what no proper client would. */
#ifndef EDGE_TEST_HTTP2_CLIENT_H
#define EDGE_TEST_HTTP2_CLIENT_H

#include <nghttp2/nghttp2.h>

#include "client.h"

typedef struct http2_client {
    client_t *client;
    nghttp2_hd_inflater *inflater;
    int keeps_windows; /* 1: gives the server as much room as it uses */
    int64_t goaway;    /* the code of the server's GOAWAY, or -1 */
} http2_client_t;

typedef struct http2_frame {
    uint8_t type;
    uint8_t flags;
    int32_t stream;
    size_t length;
    uint8_t payload[16384];
} http2_frame_t;

/* Connects to https://… and exchanges settings; `tls` may be NULL. */
void http2_open(http2_client_t *http2, const char *url, const client_tls_t *tls);
void http2_close(http2_client_t *http2);
/* Sends one frame. 0 where the connection is gone. */
int http2_send(http2_client_t *http2, uint8_t type, uint8_t flags, int32_t stream,
               const void *payload, size_t length);
/* Appends a field to a block, not compressed; the new length. */
size_t http2_add_field(uint8_t *block, size_t length, const char *name, const char *value);
/* Appends the fields of a request of its kind. */
size_t http2_begin_block(uint8_t *block, const char *method, const char *path);
/* Sends a request without further fields. */
int http2_ask(http2_client_t *http2, int32_t stream, const char *method, const char *path,
              int is_complete);
int http2_send_data(http2_client_t *http2, int32_t stream, const void *data, size_t length,
                    int is_last);
/* The next frame of any kind. 0 at the end of the connection. */
int http2_next(http2_client_t *http2, http2_frame_t *frame);
/* Reads until a stream has ended: its answer, or status 0 with `*code` that of its RST_STREAM, or
 * -1 at the end of the connection. What comes on other streams is dropped. */
void http2_receive(http2_client_t *http2, int32_t stream, answer_t *answer, int64_t *code);
/* The same for a whole request without a body; its status, or minus the code of its reset. */
int http2_status(http2_client_t *http2, int32_t stream, const char *method, const char *path);
/* Reads until the server ends the connection: the code of its GOAWAY, or -1 without one. */
int64_t http2_await_end(http2_client_t *http2);

#endif
