/* Isolated instances, from both sides: the daemon, which starts their processes, and such a process
 * itself.
 *
 * An instance whose block says `isolate = true` has a carrier: the plugin "remote" stands for it in
 * the registry, with its proxies, and serves in the process (signet/ext/draft/remote.h). */
#ifndef CORE_ISOLATION_H
#define CORE_ISOLATION_H

#include "core/registry_private.h"

/* The plugin that carries. */
#define CORE_CARRIER "remote"

/* host.start_process and host.end_process. Any thread, but one at a time for each instance. */
int32_t core_isolation_start(core_instance_t *instance, signet_call_t *call, int32_t *socket);
int32_t core_isolation_end(core_instance_t *instance, signet_call_t *call, signet_text_t *how);
/* What the carrier provides for `interface`; NULL where it does not carry it. Any thread. */
const signet_provide_t *core_isolation_provide(const signet_plugin_t *carrier,
                                               signet_text_t interface);

#endif
