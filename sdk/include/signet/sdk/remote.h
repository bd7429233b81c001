/* Isolated instances: the proxies that stand for them in the daemon, and the side that serves them
 * in their own process. One pair for each interface that can be carried. For the plugin "remote",
 * which puts them together. */
#ifndef SIGNET_SDK_REMOTE_H
#define SIGNET_SDK_REMOTE_H

#include <signet/ext/draft/discovery.h>
#include <signet/ext/draft/exporter.h>
#include <signet/ext/draft/notifier.h>
#include <signet/ext/draft/remote.h>
#include <signet/key.h>
#include <signet/plugin.h>

/* The life cycle of a proxy, as a plugin has it. */
int32_t signet_remote_open(const signet_host_t *host, signet_call_t *call, void **instance);
int32_t signet_remote_start(void *instance, signet_call_t *call);
int32_t signet_remote_stop(void *instance, signet_call_t *call);
void signet_remote_close(void *instance);

/* The interfaces of a proxy. */
extern const signet_key_interface_t signet_remote_key;
extern const signet_notifier_interface_t signet_remote_notifier;
extern const signet_exporter_interface_t signet_remote_exporter;
extern const signet_discovery_interface_t signet_remote_discovery;

/* The side that serves, as signet.remote/1 has it. */
int32_t signet_remote_serve(signet_call_t *call, const signet_remote_service_t *service);

#endif
