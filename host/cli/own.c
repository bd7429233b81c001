/* signet's own commands. */
#include "cli/own.h"

#include "cli/argument.h"
#include "cli/catalog.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/manual.h"
#include "cli/memory.h"
#include "cli/reference.h"
#include "cli/sample.h"
#include "core/call.h"
#include "core/text.h"
#include "core/trial.h"
#include "core/value.h"

#include <stdlib.h>

static int32_t print(const signet_command_input_t *input, signet_call_t *call, signet_text_t text)
{
    return input->output->services->raw(input->output, call,
                                        (signet_bytes_t){(const uint8_t *)text.data, text.length});
}

static int32_t check(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    static const signet_column_t label = {.size = sizeof label,
                                          .name = SIGNET_TEXT_INIT("file"),
                                          .title = SIGNET_TEXT_INIT("No faults")};
    cli_t *cli = instance;
    signet_text_t file = cli_setting_text(input->options, "file");
    if (!file.length)
        file = cli_setting_text(cli->globals, "config");
    if (!file.length)
        file = core_text(getenv("SIGNET_CONFIG"));
    const char *path = cli_string(call, file);
    if (!path || !*path) {
        cli->exit_code = CLI_EXIT_USAGE;
        return core_fail(call, SIGNET_INVALID, "command.no-configuration",
                         "name the configuration to check, or set SIGNET_CONFIG");
    }
    core_trial_t trial = {.path = path, .plugin_folder = cli->plugins_option};
    int32_t status = core_trial_run(call, &trial);
    if (status != SIGNET_OK) {
        cli->exit_code = CLI_EXIT_CONFIGURATION;
        return status;
    }
    return input->output->services->value(input->output, call, &label, file);
}

static int32_t fail_plugin(const cli_t *cli, signet_call_t *call, signet_text_t id)
{
    core_nearest_t nearest = {.wanted = id};
    for (uint64_t index = 0; index < cli->plugin_count; index++)
        core_nearest_offer(&nearest, cli->plugins[index]->id);
    if (nearest.best.length)
        return core_fail(call, SIGNET_NOT_FOUND, "command.no-plugin",
                         "there is no plugin \"%.*s\" in %.*s; did you mean \"%.*s\"?",
                         CORE_TEXT_ARG(id), CORE_TEXT_ARG(cli->plugin_folder),
                         CORE_TEXT_ARG(nearest.best));
    return core_fail(call, SIGNET_NOT_FOUND, "command.no-plugin",
                     "there is no plugin \"%.*s\" in %.*s: name another folder with --plugins",
                     CORE_TEXT_ARG(id), CORE_TEXT_ARG(cli->plugin_folder));
}

static int32_t reference(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    const cli_t *cli = instance;
    signet_text_t text = {NULL, 0};
    signet_text_t id = cli_setting_text(input->options, "plugin");
    int host = core_text_is(id, "host");
    if (id.length && !host && !cli_catalog_plugin(cli, id))
        return fail_plugin(cli, call, id);
    int32_t status = cli_reference(cli, call, id, &text);
    return status == SIGNET_OK ? print(input, call, text) : status;
}

static int32_t sample(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    const cli_t *cli = instance;
    signet_text_t text = {NULL, 0};
    signet_text_t id = cli_setting_text(input->options, "plugin");
    const signet_plugin_t *plugin = cli_catalog_plugin(cli, id);
    if (!plugin)
        return fail_plugin(cli, call, id);
    int32_t status = cli_sample(call, plugin, &text);
    return status == SIGNET_OK ? print(input, call, text) : status;
}

/* The words of the option `command`: the name of a command. */
static int32_t command_words(signet_call_t *call, const signet_command_input_t *input,
                             char ***words, uint64_t *count)
{
    const signet_setting_t *given = NULL;
    for (uint64_t index = 0; index < input->options->member_count; index++) {
        if (core_text_is(input->options->members[index].name, "command"))
            given = &input->options->members[index];
    }
    *count = given ? given->member_count : 0;
    *words = cli_alloc(call, *count, sizeof **words);
    if (!*words)
        return cli_status(call);
    for (uint64_t index = 0; index < *count; index++)
        (*words)[index] = (char *)(uintptr_t)given->members[index].text.data;
    return SIGNET_OK;
}

static int32_t help(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    cli_t *cli = instance;
    uint64_t used = 0;
    char **words = NULL;
    uint64_t count = 0;
    int32_t status = command_words(call, input, &words, &count);
    if (status != SIGNET_OK)
        return status;
    const cli_command_t *command = cli_catalog_match(cli, words, count, &used);
    if (command && used == count)
        cli_help_command(cli, command);
    else if (count)
        return cli_catalog_fail(cli, words, count);
    else
        cli_help_overview(cli);
    return SIGNET_OK;
}

static int32_t manual(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    cli_t *cli = instance;
    uint64_t used = 0;
    char **words = NULL;
    uint64_t count = 0;
    signet_text_t text = {NULL, 0};
    signet_text_t folder = cli_setting_text(input->options, "output");
    if (folder.length)
        return cli_manual_write(cli, call, folder);
    int32_t status = command_words(call, input, &words, &count);
    if (status != SIGNET_OK)
        return status;
    const cli_command_t *command = count ? cli_catalog_match(cli, words, count, &used) : NULL;
    if (count && (!command || used != count))
        return cli_catalog_fail(cli, words, count);
    status = cli_manual(cli, call, command, &text);
    return status == SIGNET_OK ? print(input, call, text) : status;
}

static int32_t version(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    static const signet_column_t labels[] = {
        {.size = sizeof labels[0],
         .name = SIGNET_TEXT_INIT("version"),
         .title = SIGNET_TEXT_INIT("signet")},
        {.size = sizeof labels[0],
         .name = SIGNET_TEXT_INIT("plugins"),
         .title = SIGNET_TEXT_INIT("plugins in")},
    };
    const cli_t *cli = instance;
    const signet_output_services_t *services = input->output->services;
    int32_t status = services->value(input->output, call, &labels[0], SIGNET_TEXT(SIGNET_VERSION));
    return status == SIGNET_OK
               ? services->value(input->output, call, &labels[1], cli->plugin_folder)
               : status;
}

static int32_t completion(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    signet_text_t text = {NULL, 0};
    int32_t status =
        cli_completion(instance, call, cli_setting_text(input->options, "shell"), &text);
    return status == SIGNET_OK ? print(input, call, text) : status;
}

#define OPTION(kind, option_flags, key, words)                                                     \
    .size = sizeof(signet_option_t), .type = SIGNET_OPTION_##kind, .flags = (option_flags),        \
    .name = SIGNET_TEXT_INIT(key), .help = SIGNET_TEXT_INIT(words)

static const signet_option_t check_options[] = {
    {OPTION(PATH, SIGNET_OPTION_POSITIONAL, "file",
            "The configuration; by default the one of --config or SIGNET_CONFIG.")},
};
static const signet_option_t reference_options[] = {
    {OPTION(TEXT, 0, "plugin", "Only this plugin's part, or \"host\".")},
};
static const signet_option_t sample_options[] = {
    {OPTION(TEXT, SIGNET_OPTION_POSITIONAL | SIGNET_OPTION_REQUIRED, "plugin",
            "Id of the plugin, such as key-file.")},
};
static const signet_option_t help_options[] = {
    {OPTION(TEXTS, SIGNET_OPTION_POSITIONAL | SIGNET_OPTION_REPEATABLE, "command",
            "The command to explain; without it all are listed.")},
};
static const signet_option_t manual_options[] = {
    {OPTION(TEXTS, SIGNET_OPTION_POSITIONAL | SIGNET_OPTION_REPEATABLE, "command",
            "The command; without it the page of signet itself.")},
    {OPTION(PATH, 0, "output", "A folder that all pages are written to, a file each.")},
};
static const signet_option_t completion_options[] = {
    {OPTION(TEXT, SIGNET_OPTION_POSITIONAL | SIGNET_OPTION_REQUIRED, "shell", "The shell."),
     .choices = SIGNET_TEXT_INIT("bash|zsh|fish")},
};

#define COMMAND(key, sentence, example, declared, function)                                        \
    {                                                                                              \
        .size = sizeof(signet_command_t), .name = SIGNET_TEXT_INIT(key),                           \
        .summary = SIGNET_TEXT_INIT(sentence), .help = SIGNET_TEXT_INIT(example),                  \
        .options = (declared), .option_count = sizeof(declared) / sizeof((declared)[0]),           \
        .run = (function)                                                                          \
    }

static const signet_command_t commands[] = {
    COMMAND("config check", "Check a configuration, and load its plugins on trial.",
            "signet config check /etc/signet/signet.conf", check_options, check),
    COMMAND("config reference", "Print the manual of all options, in Markdown.",
            "signet config reference --plugin key-pkcs11", reference_options, reference),
    COMMAND("config sample", "Print a commented block of configuration for a plugin.",
            "signet config sample key-pkcs11", sample_options, sample),
    COMMAND("help", "List the commands, or explain one.", "signet help config check", help_options,
            help),
    COMMAND("man", "Print the manual page of a command, or write all pages.",
            "signet man config check | man -l -", manual_options, manual),
    COMMAND("completion", "Print a script that completes commands in a shell.",
            "source <(signet completion bash)", completion_options, completion),
    {.size = sizeof(signet_command_t),
     .name = SIGNET_TEXT_INIT("version"),
     .summary = SIGNET_TEXT_INIT("Print the version."),
     .run = version},
};

const signet_command_interface_t cli_own_commands = {
    .size = sizeof(signet_command_interface_t),
    .commands = commands,
    .command_count = sizeof commands / sizeof commands[0],
};
