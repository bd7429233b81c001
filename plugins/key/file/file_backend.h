/* The keys of one folder. */
#ifndef FILE_BACKEND_H
#define FILE_BACKEND_H

#include <signet/host.h>
#include <signet/key.h>

/* The interface that the plugin provides. */
extern const signet_key_interface_t file_backend_interface;

/* The life cycle of plugin.h. */
int32_t file_backend_open(const signet_host_t *host, signet_call_t *call, void **instance);
int32_t file_backend_start(void *instance, signet_call_t *call);
void file_backend_close(void *instance);

#endif
