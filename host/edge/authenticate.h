/* Authentication: from what a client showed to the actor of its call. */
#ifndef EDGE_AUTHENTICATE_H
#define EDGE_AUTHENTICATE_H

#include "edge/request.h"

/* Gives a user of a Unix socket the roles of its listener. [any] */
int32_t edge_authenticate_local(edge_request_t *request);
/* Asks the auth plugins in order and sets the actor. Where the listener requires certificates, the
 * client's must be accepted too when it also sends an Authorization header. A failed login is
 * journaled. [worker] */
int32_t edge_authenticate(edge_request_t *request);
/* The same for the TLS client's certificate alone, for what nobody in particular asks: no actor is
 * set. [worker] */
int32_t edge_authenticate_certificate(edge_request_t *request);

#endif
