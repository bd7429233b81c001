/* HTTP/1.1 on a connection: requests are served one after the other; what a client sends ahead
 * waits. */
#ifndef EDGE_SERVE_H
#define EDGE_SERVE_H

#include "edge/connection.h"

extern const edge_protocol_t edge_serve_protocol;

#endif
