/* signet, the operator's command: it runs the commands that plugins bring, and knows no PKI. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/argument.h"
#include "cli/catalog.h"
#include "cli/error.h"
#include "cli/help.h"
#include "cli/memory.h"
#include "cli/output.h"
#include "cli/run.h"
#include "core/call.h"
#include "core/memory.h"
#include "core/text.h"
#include "core/trial.h"
#include "core/value.h"

/* The terminal's width: COLUMNS, or what the terminal says; 0 where there is none. */
static uint64_t terminal_width(void)
{
    struct winsize size;
    int64_t columns = 0;
    const char *set = getenv("COLUMNS");
    if (set && core_value_integer(core_text(set), &columns) && columns > 0 && columns <= 10000)
        return (uint64_t)columns;
    return isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col
                                                                                      : 0;
}

/* --plugins must be known before the command is, which may stand before it. */
static signet_text_t find_plugins_option(char **arguments, uint64_t count)
{
    static const char flag[] = "--plugins";
    for (uint64_t at = 0; at < count && strcmp(arguments[at], "--") != 0; at++) {
        if (strcmp(arguments[at], flag) == 0 && at + 1 < count)
            return core_text(arguments[at + 1]);
        if (strncmp(arguments[at], "--plugins=", sizeof flag) == 0)
            return core_text(arguments[at] + sizeof flag);
    }
    return (signet_text_t){NULL, 0};
}

/* Takes over what the global options say. */
static int32_t take_globals(cli_t *cli, const cli_options_t *globals)
{
    const char *no_color = getenv("NO_COLOR");
    int32_t status = cli_options_end(cli->call, globals, 0, &cli->globals);
    if (status != SIGNET_OK)
        return status;
    if (cli_setting_integer(cli->globals, "no_color"))
        setenv("NO_COLOR", "1", 1);
    cli->json = cli_setting_integer(cli->globals, "json") != 0;
    cli->color = isatty(STDOUT_FILENO) == 1 && !(no_color && *no_color) &&
                 !cli_setting_integer(cli->globals, "no_color");
    return SIGNET_OK;
}

/* Runs one of signet's own commands. */
static int32_t run_own(cli_t *cli, const signet_command_t *command, const signet_setting_t *options)
{
    cli_output_t *output = cli_output_new(cli);
    if (!output)
        return core_fail(cli->call, SIGNET_NO_MEMORY, "command.no-memory",
                         "there is no memory to run the command: free some");
    signet_command_input_t input = cli_run_input(cli, options, cli_output_head(output));
    int32_t status = command->run(cli, cli->call, &input);
    int32_t printed = cli_output_end(cli->call, output, status == SIGNET_OK);
    return status == SIGNET_OK ? printed : status;
}

/* Reads what stands behind the command's name, and runs it. */
static int32_t run_command(cli_t *cli, const cli_command_t *entry, cli_options_t *globals,
                           char **arguments, uint64_t count)
{
    const signet_setting_t *options = NULL;
    cli_options_t sets[2] = {{0}, *globals};
    uint64_t used = 0;
    int32_t status = cli_options_begin(cli->call, entry->command->options,
                                       entry->command->option_count, &sets[0]);
    if (status == SIGNET_OK)
        status = cli_arguments_read(cli->call, sets, 2, arguments, count, 0, &used);
    if (status == SIGNET_OK)
        status = take_globals(cli, &sets[1]);
    if (status == SIGNET_OK && cli_setting_integer(cli->globals, "help")) {
        cli_help_command(cli, entry);
        return SIGNET_OK;
    }
    if (status == SIGNET_OK)
        status = cli_options_end(cli->call, &sets[0], 1, &options);
    if (status != SIGNET_OK) {
        cli->exit_code = CLI_EXIT_USAGE;
        return status;
    }
    return entry->plugin ? cli_run(cli, entry, options) : run_own(cli, entry->command, options);
}

static int32_t run(cli_t *cli, char **arguments, uint64_t count)
{
    cli_options_t globals;
    uint64_t declared = 0;
    uint64_t first = 0;
    uint64_t used = 0;
    const signet_option_t *options = cli_global_options(&declared);
    int32_t status = cli_options_begin(cli->call, options, declared, &globals);
    if (status == SIGNET_OK)
        status = cli_arguments_read(cli->call, &globals, 1, arguments, count, 1, &first);
    if (status == SIGNET_OK)
        status = take_globals(cli, &globals);
    if (status != SIGNET_OK) {
        cli->exit_code = CLI_EXIT_USAGE;
        return status;
    }
    cli->plugins_option = find_plugins_option(arguments, count);
    status = cli_catalog_load(cli);
    if (status != SIGNET_OK)
        return status;
    if (first == count) {
        cli_help_overview(cli);
        return SIGNET_OK;
    }
    const cli_command_t *entry = cli_catalog_match(cli, arguments + first, count - first, &used);
    if (!entry)
        return cli_catalog_fail(cli, arguments + first, count - first);
    return run_command(cli, entry, &globals, arguments + first + used, count - first - used);
}

int main(int argc, char **argv)
{
    int code = 0;
    core_memory_wipe_freed();
    if (core_trial_child(argc, argv, &code))
        _exit(code);
    core_call_options_t options = {.may_set_tenant = 1};
    cli_t cli = {.call = core_call_new(&options), .exit_code = -1, .width = terminal_width()};
    if (!cli.call) {
        fputs("signet: there is no memory to start: free some\n", stderr);
        return CLI_EXIT_INTERNAL;
    }
    signal(SIGPIPE, SIG_IGN);
    int32_t status = run(&cli, argv + 1, argc > 0 ? (uint64_t)argc - 1 : 0);
    if (status != SIGNET_OK)
        cli_error_print(cli.call);
    else if (fflush(stdout) != 0 || ferror(stdout))
        status = SIGNET_INTERNAL;
    code = status != SIGNET_OK && cli.exit_code >= 0 ? cli.exit_code : cli_error_code(status);
    core_call_free(cli.call);
    return code;
}
