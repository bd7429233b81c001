/* Plugins in the installed folder. */
#include "cli/catalog.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/error.h"
#include "cli/memory.h"
#include "cli/own.h"
#include "core/call.h"
#include "core/loader.h"
#include "core/text.h"
#include "core/value.h"

#define SUFFIX ".so"
#define MAX_PLUGINS 1000U
#define MAX_WORDS 8U

const void *cli_plugin_provides(const signet_plugin_t *plugin, const char *interface)
{
    for (uint64_t index = 0; index < plugin->provide_count; index++) {
        const signet_provide_t *provide = SIGNET_AT(signet_provide_t, plugin->provides, index);
        if (core_text_is(provide->interface, interface))
            return provide->vtable;
    }
    return NULL;
}

const signet_plugin_t *cli_catalog_plugin(const cli_t *cli, signet_text_t id)
{
    for (uint64_t index = 0; index < cli->plugin_count; index++) {
        if (core_text_equal(cli->plugins[index]->id, id))
            return cli->plugins[index];
    }
    return NULL;
}

static void load_one(cli_t *cli, const char *file)
{
    signet_text_t id = {file, strlen(file) - strlen(SUFFIX)};
    const signet_plugin_t *plugin = NULL;
    signet_call_t *child = cli->call->services->child(cli->call);
    if (!child)
        return;
    if (core_loader_load(child, cli->plugin_folder, id, &plugin) == SIGNET_OK)
        cli->plugins[cli->plugin_count++] = plugin;
    else
        cli_warn(child->services->error(child)->message);
    child->services->end(child);
}

static int is_plugin(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > strlen(SUFFIX) && entry->d_name[0] != '.' &&
           strcmp(entry->d_name + length - strlen(SUFFIX), SUFFIX) == 0;
}

/* In the order of their names, so that what is printed does not depend on the folder's. */
static int32_t load_plugins(cli_t *cli)
{
    struct dirent **entries = NULL;
    const char *folder = cli_string(cli->call, cli->plugin_folder);
    if (!folder)
        return cli_status(cli->call);
    int count = scandir(folder, &entries, is_plugin, alphasort);
    if (count < 0) {
        cli_warn(core_format(cli->call,
                             "the plugin folder %s cannot be read (%s): name another with "
                             "--plugins or SIGNET_PLUGINS",
                             folder, strerror(errno)));
        return SIGNET_OK;
    }
    cli->plugins = cli_alloc(cli->call, (uint64_t)count, sizeof(signet_plugin_t *));
    for (int index = 0; index < count; index++) {
        if (cli->plugins && (unsigned)index < MAX_PLUGINS)
            load_one(cli, entries[index]->d_name);
        free(entries[index]);
    }
    free(entries);
    return cli->plugins ? SIGNET_OK : cli_status(cli->call);
}

static int compare_commands(const void *left, const void *right)
{
    return core_text_compare(((const cli_command_t *)left)->command->name,
                             ((const cli_command_t *)right)->command->name);
}

static void add_commands(cli_t *cli, const signet_command_interface_t *interface,
                         const signet_plugin_t *plugin)
{
    for (uint64_t index = 0; index < interface->command_count; index++) {
        const signet_command_t *command = SIGNET_AT(signet_command_t, interface->commands, index);
        const cli_command_t *known = NULL;
        for (uint64_t at = 0; at < cli->command_count; at++) {
            if (core_text_equal(cli->commands[at].command->name, command->name))
                known = &cli->commands[at];
        }
        if (!known) {
            cli->commands[cli->command_count++] = (cli_command_t){command, plugin};
        } else if (plugin) {
            signet_text_t other = known->plugin ? known->plugin->id : SIGNET_TEXT("signet");
            cli_warn(core_format(cli->call,
                                 "the command \"%.*s\" of the plugin %.*s is left out, because "
                                 "%.*s brings one of this name",
                                 CORE_TEXT_ARG(command->name), CORE_TEXT_ARG(plugin->id),
                                 CORE_TEXT_ARG(other)));
        }
    }
}

int32_t cli_catalog_load(cli_t *cli)
{
    const char *environment = getenv("SIGNET_PLUGINS");
    cli->plugin_folder = cli->plugins_option;
    if (!cli->plugin_folder.length)
        cli->plugin_folder = core_text(environment);
    if (!cli->plugin_folder.length)
        cli->plugin_folder = core_text(core_loader_default_folder());
    int32_t status = load_plugins(cli);
    if (status != SIGNET_OK)
        return status;
    uint64_t room = cli_own_commands.command_count;
    for (uint64_t index = 0; index < cli->plugin_count; index++) {
        const signet_command_interface_t *interface =
            cli_plugin_provides(cli->plugins[index], SIGNET_COMMAND_INTERFACE);
        room += interface ? interface->command_count : 0;
    }
    cli->commands = cli_alloc(cli->call, room, sizeof *cli->commands);
    if (!cli->commands)
        return cli_status(cli->call);
    add_commands(cli, &cli_own_commands, NULL);
    for (uint64_t index = 0; index < cli->plugin_count; index++) {
        const signet_command_interface_t *interface =
            cli_plugin_provides(cli->plugins[index], SIGNET_COMMAND_INTERFACE);
        if (interface)
            add_commands(cli, interface, cli->plugins[index]);
    }
    qsort(cli->commands, cli->command_count, sizeof *cli->commands, compare_commands);
    return SIGNET_OK;
}

/* How many words a name has where they are the first of `words`; else 0. */
static uint64_t matches(signet_text_t name, char **words, uint64_t count)
{
    uint64_t used = 0;
    while (name.length) {
        const char *space = memchr(name.data, ' ', name.length);
        uint64_t length = space ? (uint64_t)(space - name.data) : name.length;
        signet_text_t word = {name.data, length};
        if (used == count || !core_text_is(word, words[used]))
            return 0;
        used++;
        name.data += length + (space != NULL);
        name.length -= length + (space != NULL);
    }
    return used;
}

const cli_command_t *cli_catalog_match(const cli_t *cli, char **words, uint64_t count,
                                       uint64_t *used)
{
    const cli_command_t *best = NULL;
    *used = 0;
    for (uint64_t index = 0; index < cli->command_count; index++) {
        uint64_t length = matches(cli->commands[index].command->name, words, count);
        if (length > *used) {
            best = &cli->commands[index];
            *used = length;
        }
    }
    return best;
}

/* The words joined by blanks, as far as they may be a command's name. */
static signet_text_t join(signet_call_t *call, char **words, uint64_t count)
{
    signet_text_t joined = core_text("");
    for (uint64_t at = 0; at < count && at < MAX_WORDS && words[at][0] != '-'; at++)
        joined = core_format(call, "%.*s%s%s", CORE_TEXT_ARG(joined), at ? " " : "", words[at]);
    return joined;
}

static int begins(signet_text_t name, signet_text_t with)
{
    return name.length > with.length && memcmp(name.data, with.data, with.length) == 0 &&
           name.data[with.length] == ' ';
}

int32_t cli_catalog_fail(cli_t *cli, char **words, uint64_t count)
{
    signet_text_t all = join(cli->call, words, count);
    signet_text_t first = join(cli->call, words, count ? 1 : 0);
    signet_text_t below = core_text("");
    core_nearest_t nearest = {.wanted = all};
    for (uint64_t index = 0; index < cli->command_count; index++) {
        signet_text_t name = cli->commands[index].command->name;
        core_nearest_offer(&nearest, name);
        if (begins(name, first))
            below = core_format(cli->call, "%.*s%s%.*s", CORE_TEXT_ARG(below),
                                below.length ? ", " : "", CORE_TEXT_ARG(name));
    }
    nearest.wanted = first;
    if (!nearest.best.length && !below.length) {
        for (uint64_t index = 0; index < cli->command_count; index++)
            core_nearest_offer(&nearest, cli->commands[index].command->name);
    }
    cli->exit_code = CLI_EXIT_USAGE;
    if (nearest.best.length)
        return core_fail(cli->call, SIGNET_INVALID, "command.unknown",
                         "there is no command \"%.*s\"; did you mean \"%.*s\"?", CORE_TEXT_ARG(all),
                         CORE_TEXT_ARG(nearest.best));
    if (below.length)
        return core_fail(cli->call, SIGNET_INVALID, "command.unknown",
                         "\"%.*s\" is no whole command; there are: %.*s", CORE_TEXT_ARG(all),
                         CORE_TEXT_ARG(below));
    return core_fail(cli->call, SIGNET_INVALID, "command.unknown",
                     "there is no command \"%.*s\"; `signet` alone lists all", CORE_TEXT_ARG(all));
}
