/* Taking over: a new daemon gets the listening sockets of the one that runs, waits for its end, and
 * goes on. Nothing that connects meanwhile is refused: it waits in the sockets' queues. */
#ifndef DAEMON_TAKEOVER_H
#define DAEMON_TAKEOVER_H

#include "daemon/sockets.h"

/* Listens for a successor on a Unix socket, which only root and this user may use. */
int32_t daemon_takeover_listen(signet_call_t *call, signet_text_t path, int *file);
/* Removes that socket's file. */
void daemon_takeover_forget(signet_text_t path);
/* Hands all listening sockets to a successor that has connected. The connection, which stays open
 * to the end of this process; -1 where nobody came who may, or it failed. */
int daemon_takeover_hand(int file, edge_t *edge);
/* Asks the daemon at `path` for its sockets and waits for its end, at most `wait_ms`. */
int32_t daemon_takeover_ask(signet_call_t *call, signet_text_t path, int64_t wait_ms,
                            daemon_sockets_t *sockets);

#endif
