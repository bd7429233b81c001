/* The keys of one token. */
#ifndef PKCS11_BACKEND_H
#define PKCS11_BACKEND_H

#include <signet/host.h>
#include <signet/key.h>

/* The interface that the plugin provides. */
extern const signet_key_interface_t pkcs11_backend_interface;

/* The life cycle of plugin.h. */
int32_t pkcs11_backend_open(const signet_host_t *host, signet_call_t *call, void **instance);
int32_t pkcs11_backend_start(void *instance, signet_call_t *call);
int32_t pkcs11_backend_reload(void *instance, signet_call_t *call, const signet_host_t *host);
int32_t pkcs11_backend_stop(void *instance, signet_call_t *call);
void pkcs11_backend_close(void *instance);

#endif
