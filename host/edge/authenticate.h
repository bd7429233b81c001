/* Authentication: from what a client showed to the actor of its call. */
#ifndef EDGE_AUTHENTICATE_H
#define EDGE_AUTHENTICATE_H

#include "edge/request.h"

/* Gives a user of a Unix socket the roles of its listener. [any] */
int32_t edge_authenticate_local(edge_request_t *request);
/* Asks the auth plugins in order. A failed login is journaled. [worker] */
int32_t edge_authenticate(edge_request_t *request);

#endif
