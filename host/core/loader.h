/* The loader: from a file in the plugin folder to a descriptor. Plugins are never unloaded. */
#ifndef CORE_LOADER_H
#define CORE_LOADER_H

#include <signet/call.h>
#include <signet/plugin.h>

/* The folder that plugins are taken from when neither the command line, nor the environment
 * (SIGNET_PLUGINS), nor the configuration names one. */
const char *core_loader_default_folder(void);
/* Loads FOLDER/ID.so, or answers the descriptor loaded before. Before it runs any code of the file
 * it checks owner, mode and the ELF header; afterwards the descriptor. The message names the file,
 * what is wrong and what to do. Any thread. */
int32_t core_loader_load(signet_call_t *call, signet_text_t folder, signet_text_t id,
                         const signet_plugin_t **plugin);

#endif
