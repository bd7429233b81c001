/* Serving: what a connection received becomes requests, and their answers are sent. */
#ifndef EDGE_SERVE_H
#define EDGE_SERVE_H

#include "edge/connection.h"

/* Takes octets that came. */
void edge_serve_take(edge_connection_t *connection, const char *data, size_t length);
/* Sends what is ready of the answer, and goes on with the next request after it. */
void edge_serve_send(edge_connection_t *connection);
/* A worker has made progress with the request, or has finished it. */
void edge_serve_progress(edge_connection_t *connection);
/* The request did not come to its end in time. */
void edge_serve_expire(edge_connection_t *connection);

#endif
