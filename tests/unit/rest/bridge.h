/* A host for remote commands: HTTP over a Unix socket, answered by the routes of the world. */
#ifndef BRIDGE_H
#define BRIDGE_H

#include <signet/check.h>

/* Roles that requests are given; "administrator,officer" after bridge_begin. */
extern const char *bridge_roles;
/* The last request: "GET /v1/self", and its headers, one a line. */
extern char bridge_request[1024];
extern char bridge_headers[8192];

/* Serves from a thread of its own on a socket in the world's folder, and sets SIGNET_URL. */
void bridge_begin(signet_check_t *check);
/* Ends it and joins the thread. */
void bridge_end(void);

#endif
