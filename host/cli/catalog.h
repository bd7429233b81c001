/* Plugins in the installed folder, and the commands they bring. */
#ifndef CLI_CATALOG_H
#define CLI_CATALOG_H

#include "cli/cli.h"

/* Loads all plugins of cli->plugins_option, SIGNET_PLUGINS or the installed folder and lists all
 * commands, signet's own included. A plugin that cannot be loaded costs a warning on standard
 * error; a missing folder too. */
int32_t cli_catalog_load(cli_t *cli);
/* The command whose name is the longest that the first of these words begin with; `*used` is how
 * many words it has. NULL where there is none. */
const cli_command_t *cli_catalog_match(const cli_t *cli, char **words, uint64_t count,
                                       uint64_t *used);
/* Fails: no command begins with these words. The message names what they may have meant. */
int32_t cli_catalog_fail(cli_t *cli, char **words, uint64_t count);
/* The plugin with this id, or NULL. */
const signet_plugin_t *cli_catalog_plugin(const cli_t *cli, signet_text_t id);
/* Whether a plugin provides an interface; its vtable or NULL. */
const void *cli_plugin_provides(const signet_plugin_t *plugin, const char *interface);

#endif
