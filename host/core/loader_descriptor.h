/* What must hold of a plugin's descriptor before the host reads it. */
#ifndef CORE_LOADER_DESCRIPTOR_H
#define CORE_LOADER_DESCRIPTOR_H

#include <signet/call.h>
#include <signet/plugin.h>

/* Fails where the descriptor of the file at `path` is not of this contract, lacks a required
 * member, has another id than its file, or declares what makes no sense. */
int32_t core_loader_check_descriptor(signet_call_t *call, const char *path, signet_text_t id,
                                     const signet_plugin_t *plugin);
/* Fails where a known interface lacks a required function. */
int32_t core_loader_check_interface(signet_call_t *call, const char *path,
                                    const signet_provide_t *provide);

#endif
