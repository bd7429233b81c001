/* HTTP/2 on a connection (RFC 9113), framed by nghttp2.
 *
 * Its requests are the same objects as those of HTTP/1.1 and go the same way: router, workers,
 * exchange. Each has a stream. All of it on the loop's thread. */
#ifndef EDGE_HTTP2_H
#define EDGE_HTTP2_H

#include "edge/connection.h"

/* Goes on in HTTP/2 on a connection whose handshake has just agreed on it. 0 when out of memory. */
int edge_http2_open(edge_connection_t *connection);

#endif
