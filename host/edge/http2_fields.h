/* Header fields of HTTP/2: from a request's field block to what the edge knows of a head, and from
 * the head of an answer to the fields that are sent. */
#ifndef EDGE_HTTP2_FIELDS_H
#define EDGE_HTTP2_FIELDS_H

#include <nghttp2/nghttp2.h>

#include "edge/http.h"
#include "edge/response.h"

/* Keeps one field of a request. What is too much is dropped and leaves status 431 in `http`. */
void edge_http2_keep_field(edge_http_t *http, signet_text_t name, signet_text_t value,
                           uint64_t limit);
/* The block is complete: settles method, target and headers, and checks them as for HTTP/1.1.
 * EDGE_HTTP_DONE or EDGE_HTTP_FAILED. */
int edge_http2_end_fields(edge_http_t *http, int has_body);
/* Takes the head of an answer, as EDGE_RESPONSE_FIELDS writes it, from the front of `answer`. The
 * fields point into it. Their number. */
size_t edge_http2_take_head(edge_buffer_t *answer,
                            nghttp2_nv fields[static EDGE_RESPONSE_FIELD_COUNT]);

#endif
