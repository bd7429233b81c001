/* The ready file: it is there while the host serves, and has its addresses. */
#ifndef DAEMON_READY_H
#define DAEMON_READY_H

#include "daemon/node.h"

/* Writes it, where the configuration names one. */
int32_t daemon_ready_write(signet_call_t *call, const daemon_node_t *node);
void daemon_ready_remove(signet_call_t *call, const daemon_node_t *node);

#endif
