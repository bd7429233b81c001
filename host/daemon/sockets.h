/* Listening sockets that the daemon is given instead of binding its own: by systemd (socket
 * activation, sd_listen_fds(3)), or by the daemon whose place it takes. */
#ifndef DAEMON_SOCKETS_H
#define DAEMON_SOCKETS_H

#include "edge/edge.h"

typedef struct daemon_sockets {
    edge_socket_t *sockets;
    size_t count;
} daemon_sockets_t;

/* Takes those of systemd; none where it gave none. From main, before any child is started. */
int32_t daemon_sockets_inherit(signet_call_t *call, daemon_sockets_t *sockets);
/* Adds one, which is closed where there is no memory. */
int32_t daemon_sockets_add(signet_call_t *call, daemon_sockets_t *sockets, int file,
                           const char *name);
/* Forgets them; open ones are left to whoever has taken them. */
void daemon_sockets_free(daemon_sockets_t *sockets);

#endif
