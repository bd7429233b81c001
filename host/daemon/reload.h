/* Reload: the configuration is read anew, checked, compared, and what it changes is put in force.
 */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

#include "daemon/node.h"

/* Carries out what the request wishes. On a failure, which is set in its call, logged and
 * journaled, nothing has changed. */
int32_t daemon_reload(daemon_node_t *node, daemon_request_t *request);
/* The same, because of a signal. */
void daemon_reload_by_signal(daemon_node_t *node);

#endif
