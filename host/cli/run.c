/* Running a command that a plugin brings. */
#include "cli/run.h"

#include <stdlib.h>
#include <unistd.h>

#include "cli/argument.h"
#include "cli/catalog.h"
#include "cli/kept.h"
#include "cli/memory.h"
#include "cli/needed.h"
#include "cli/output.h"
#include "core/call.h"
#include "core/config.h"
#include "core/log.h"
#include "core/registry.h"
#include "core/text.h"

/* A global option, or the environment variable that stands in for it. */
static signet_text_t global(const cli_t *cli, const char *name, const char *variable)
{
    signet_text_t text = cli_setting_text(cli->globals, name);
    return text.length ? text : core_text(getenv(variable));
}

signet_command_input_t cli_run_input(const cli_t *cli, const signet_setting_t *options,
                                     signet_output_t *output)
{
    return (signet_command_input_t){
        .size = sizeof(signet_command_input_t),
        .options = options,
        .output = output,
        .url = global(cli, "url", "SIGNET_URL"),
        .cacert = global(cli, "cacert", "SIGNET_CACERT"),
        .token_file = global(cli, "token_file", "SIGNET_TOKEN_FILE"),
        .client_certificate = global(cli, "client_certificate", "SIGNET_CLIENT_CERTIFICATE"),
        .client_key = global(cli, "client_key", "SIGNET_CLIENT_KEY"),
    };
}

static const signet_setting_t *member(const signet_setting_t *group, const char *name)
{
    for (uint64_t index = 0; group && index < group->member_count; index++) {
        const signet_setting_t *found = SIGNET_AT(signet_setting_t, group->members, index);
        if (core_text_is(found->name, name))
            return found;
    }
    return NULL;
}

/* The first Unix socket on which the configuration's host takes a local administrator. */
static signet_text_t socket_of(signet_call_t *call, const core_config_t *config)
{
    const signet_setting_t *listeners = member(config->host, "listeners");
    for (uint64_t index = 0; listeners && index < listeners->member_count; index++) {
        const signet_setting_t *listener = SIGNET_AT(signet_setting_t, listeners->members, index);
        const signet_setting_t *roles = member(listener, "roles");
        const signet_setting_t *path = member(listener, "unix");
        for (uint64_t role = 0; path && path->text.length && roles && role < roles->member_count;
             role++) {
            if (core_text_is(SIGNET_AT(signet_setting_t, roles->members, role)->text,
                             "administrator"))
                return core_format(call, "unix:%.*s", CORE_TEXT_ARG(path->text));
        }
    }
    return (signet_text_t){NULL, 0};
}

/* The caller's error, where the one of another call is kept past that call's end. */
static int32_t hand_on(signet_call_t *to, signet_call_t *from)
{
    const signet_error_t *error = from->services->error(from);
    return error ? to->services->fail(to, error)
                 : core_fail(to, SIGNET_INTERNAL, "command.failed",
                             "the command failed and did not say why");
}

/* Runs it in a call of its own, as the user who started signet. */
static int32_t run_in(cli_t *cli, core_registry_t *registry, const core_config_t *whole,
                      const signet_command_t *command, void *instance,
                      const signet_setting_t *options)
{
    const signet_grant_t grants[] = {
        {.size = sizeof grants[0], .role = SIGNET_TEXT_INIT("administrator")},
        {.size = sizeof grants[0], .role = SIGNET_TEXT_INIT("officer")},
    };
    signet_text_t id = core_format(cli->call, "uid:%u", (unsigned)getuid());
    const char *user = getenv("SUDO_USER");
    signet_actor_t actor = {
        .size = sizeof actor,
        .id = id,
        .name = user && core_text_is_utf8(core_text(user)) ? core_text(user) : id,
        .method = SIGNET_TEXT_INIT("local"),
        .grants = grants,
        .grant_count = sizeof grants / sizeof grants[0],
    };
    core_call_options_t about = {.registry = registry, .actor = &actor, .may_set_tenant = 1};
    signet_call_t *call = core_call_new(&about);
    cli_output_t *output = call ? cli_output_new(cli) : NULL;
    int32_t status = SIGNET_NO_MEMORY;
    if (output) {
        signet_command_input_t input = cli_run_input(cli, options, cli_output_head(output));
        input.socket = socket_of(call, whole);
        status = cli_kept(call, whole, &input.kept, &input.kept_count);
        if (status == SIGNET_OK)
            status = command->run(instance, call, &input);
        if (status != SIGNET_OK)
            status = hand_on(cli->call, call);
        int32_t printed = cli_output_end(call, output, status == SIGNET_OK);
        if (status == SIGNET_OK && printed != SIGNET_OK)
            status = hand_on(cli->call, call);
    } else {
        status = core_fail(cli->call, SIGNET_NO_MEMORY, "command.no-memory",
                           "there is no memory to run the command: free some");
    }
    core_call_free(call);
    return status;
}

/* Opens and starts the blocks of `config`, a part of `whole`, and runs the command in the instance
 * `name`. */
static int32_t run_on(cli_t *cli, const core_config_t *whole, core_config_t *config,
                      const signet_command_t *command, signet_text_t name,
                      const signet_setting_t *options)
{
    core_registry_t *registry = NULL;
    uint64_t matches = 0;
    if (core_log_begin(CORE_LOG_TEXT, SIGNET_LOG_WARNING) != SIGNET_OK)
        return core_fail(cli->call, SIGNET_UNAVAILABLE, "command.no-thread",
                         "no thread can be started: raise the limit of processes");
    int32_t status = core_registry_open(cli->call, config, SIGNET_MODE_COMMAND, &registry);
    if (status == SIGNET_OK)
        status = core_registry_start(cli->call, registry);
    const signet_provider_t *provider =
        status == SIGNET_OK
            ? core_registry_find(registry, SIGNET_TEXT(SIGNET_COMMAND_INTERFACE), name, &matches)
            : NULL;
    if (provider)
        status = run_in(cli, registry, whole, command, provider->instance, options);
    else if (status == SIGNET_OK)
        status = core_fail(cli->call, SIGNET_INTERNAL, "command.no-instance",
                           "the instance \"%.*s\" brings no commands", CORE_TEXT_ARG(name));
    if (registry)
        core_registry_close(registry);
    core_log_end();
    return status;
}

/* The block that the command is to run in: the named one, or the only one of its plugin. */
static int32_t choose(cli_t *cli, const core_config_t *config, const signet_plugin_t *plugin,
                      uint64_t *chosen)
{
    signet_text_t wanted = cli_setting_text(cli->globals, "instance");
    signet_text_t names = core_text("");
    uint64_t found = 0;
    for (uint64_t index = 0; index < config->block_count; index++) {
        const core_block_t *block = &config->blocks[index];
        if (!core_text_equal(block->plugin, plugin->id))
            continue;
        names = core_format(cli->call, "%.*s%s%.*s", CORE_TEXT_ARG(names), names.length ? ", " : "",
                            CORE_TEXT_ARG(block->name));
        if (wanted.length && !core_text_equal(block->name, wanted))
            continue;
        *chosen = index;
        found++;
    }
    if (found == 1)
        return SIGNET_OK;
    cli->exit_code = found ? CLI_EXIT_USAGE : CLI_EXIT_CONFIGURATION;
    if (found)
        return core_fail(cli->call, SIGNET_INVALID, "command.instance",
                         "%.*s has several instances of the plugin %.*s: choose one with "
                         "--instance (%.*s)",
                         CORE_TEXT_ARG(config->file), CORE_TEXT_ARG(plugin->id),
                         CORE_TEXT_ARG(names));
    if (names.length)
        return core_fail(cli->call, SIGNET_INVALID, "command.instance",
                         "%.*s has no instance \"%.*s\" of the plugin %.*s: name one of %.*s",
                         CORE_TEXT_ARG(config->file), CORE_TEXT_ARG(wanted),
                         CORE_TEXT_ARG(plugin->id), CORE_TEXT_ARG(names));
    return core_fail(cli->call, SIGNET_INVALID, "command.instance",
                     "%.*s has no instance of the plugin %.*s, which brings this command: add one",
                     CORE_TEXT_ARG(config->file), CORE_TEXT_ARG(plugin->id));
}

/* The command as the configuration's own plugin has it, which may lie in another folder than the
 * one that signet looked in. */
static const signet_command_t *find_command(const core_block_t *block, signet_text_t name)
{
    const signet_command_interface_t *interface =
        cli_plugin_provides(block->descriptor, SIGNET_COMMAND_INTERFACE);
    for (uint64_t index = 0; interface && index < interface->command_count; index++) {
        const signet_command_t *command = SIGNET_AT(signet_command_t, interface->commands, index);
        if (core_text_equal(command->name, name))
            return command;
    }
    return NULL;
}

/* A command that works on files alone may be given its configuration as its argument `script`. */
static signet_text_t configuration_of(const cli_t *cli, const cli_command_t *command,
                                      const signet_setting_t *options)
{
    signet_text_t script = command->command->flags & SIGNET_COMMAND_STANDALONE
                               ? cli_setting_text(options, "script")
                               : core_text("");
    return script.length ? script : global(cli, "config", "SIGNET_CONFIG");
}

static int32_t run_local(cli_t *cli, const cli_command_t *command, const signet_setting_t *options)
{
    core_config_t *config = NULL;
    core_config_t needed = {.block_count = 0};
    uint64_t index = 0;
    const char *path = cli_string(cli->call, configuration_of(cli, command, options));
    if (!path || !*path) {
        cli->exit_code = CLI_EXIT_USAGE;
        return core_fail(cli->call, SIGNET_INVALID, "command.no-configuration",
                         "this command works on a configuration: name it with --config or "
                         "SIGNET_CONFIG");
    }
    int32_t status = core_config_load(cli->call, path, cli->plugins_option, &config);
    if (status != SIGNET_OK) {
        cli->exit_code = CLI_EXIT_CONFIGURATION;
        return status;
    }
    status = choose(cli, config, command->plugin, &index);
    if (status == SIGNET_OK)
        status = command->command->flags & SIGNET_COMMAND_STANDALONE
                     ? cli_needed_alone(cli->call, config, index, command->command->flags, &needed)
                     : cli_needed(cli->call, config, index, &needed);
    needed.unstarted = (command->command->flags & SIGNET_COMMAND_UNSTARTED) != 0;
    const signet_command_t *found = NULL;
    if (status == SIGNET_OK) {
        found = find_command(&config->blocks[index], command->command->name);
        if (!found)
            status = core_fail(cli->call, SIGNET_NOT_FOUND, "command.unknown",
                               "the plugin %.*s in the folder that %.*s names does not bring this "
                               "command: use the signet that belongs to it",
                               CORE_TEXT_ARG(command->plugin->id), CORE_TEXT_ARG(config->file));
    }
    if (found)
        status = run_on(cli, config, &needed, found, config->blocks[index].name, options);
    core_config_free(config);
    return status;
}

/* An instance that is in no configuration: one block with the declared defaults. */
static int32_t run_remote(cli_t *cli, const cli_command_t *command, const signet_setting_t *options)
{
    cli_options_t defaults;
    const signet_setting_t *settings = NULL;
    const signet_plugin_t *plugin = command->plugin;
    int32_t status = cli_options_begin(cli->call, plugin->options, plugin->option_count, &defaults);
    if (status == SIGNET_OK)
        status = cli_options_end(cli->call, &defaults, 0, &settings);
    if (status != SIGNET_OK)
        return status;
    const core_block_t block = {
        .name = plugin->id, .plugin = plugin->id, .descriptor = plugin, .settings = settings};
    core_config_t config = {.blocks = &block, .block_count = 1, .holders = 1};
    if (command->command->flags & SIGNET_COMMAND_STANDALONE)
        config.standalone = plugin->id;
    return run_on(cli, &config, &config, command->command, plugin->id, options);
}

int32_t cli_run(cli_t *cli, const cli_command_t *command, const signet_setting_t *options)
{
    return command->command->flags & SIGNET_COMMAND_LOCAL ? run_local(cli, command, options)
                                                          : run_remote(cli, command, options);
}
