/* What signet says about itself. */
#include "cli/help.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/argument.h"
#include "cli/table.h"
#include "core/call.h"
#include "core/text.h"

#define COLUMN 28

static const char *bold(const cli_t *cli)
{
    return cli->color ? "\033[1m" : "";
}

static const char *plain(const cli_t *cli)
{
    return cli->color ? "\033[0m" : "";
}

/* Text in lines of at most the terminal's width, or 100 characters, from a column on. `at` is
 * where the cursor stands. */
static void print_wrapped(const cli_t *cli, signet_text_t text, uint64_t column, uint64_t at)
{
    uint64_t width = cli->width ? cli->width : 100;
    uint64_t begin = 0;
    if (at + 2 > column && at) {
        fputc('\n', stdout);
        at = 0;
    }
    fprintf(stdout, "%*s", (int)(column - at), "");
    at = column;
    while (begin < text.length) {
        const char *space = memchr(text.data + begin, ' ', text.length - begin);
        uint64_t end = space ? (uint64_t)(space - text.data) : text.length;
        if (at > column && at + end - begin + 1 > width) {
            fprintf(stdout, "\n%*s", (int)column, "");
            at = column;
        }
        at += (uint64_t)fprintf(stdout, "%s%.*s", at > column ? " " : "", (int)(end - begin),
                                text.data + begin);
        begin = end + 1;
    }
    fputc('\n', stdout);
}

static void print_group(const cli_t *cli, const char *title, int own, uint32_t local)
{
    int titled = 0;
    for (uint64_t index = 0; index < cli->command_count; index++) {
        const cli_command_t *entry = &cli->commands[index];
        if ((entry->plugin == NULL) != own ||
            (!own && (entry->command->flags & SIGNET_COMMAND_LOCAL) != local))
            continue;
        if (!titled)
            fprintf(stdout, "\n%s%s%s\n", bold(cli), title, plain(cli));
        titled = 1;
        int at = fprintf(stdout, "  %.*s", CORE_TEXT_ARG(entry->command->name));
        print_wrapped(cli, entry->command->summary, COLUMN, (uint64_t)at);
    }
}

void cli_help_overview(const cli_t *cli)
{
    fputs("Usage: signet COMMAND [OPTION]... [ARGUMENT]...\n", stdout);
    print_group(cli, "With a running host (--url or SIGNET_URL):", 0, 0);
    print_group(cli, "On a configuration, without a host (--config or SIGNET_CONFIG):", 0,
                SIGNET_COMMAND_LOCAL);
    print_group(cli, "Configuration and signet itself:", 1, 0);
    fputs("\n`signet help COMMAND` explains a command.\n", stdout);
}

signet_text_t cli_option_value(signet_call_t *call, const signet_option_t *option)
{
    switch (option->type) {
    case SIGNET_OPTION_INTEGER:
        return core_text("NUMBER");
    case SIGNET_OPTION_BOOLEAN:
        return core_text("");
    case SIGNET_OPTION_DURATION:
        return core_text("DURATION");
    case SIGNET_OPTION_SIZE:
        return core_text("SIZE");
    case SIGNET_OPTION_PATH:
        return core_text("PATH");
    case SIGNET_OPTION_SECRET:
        return core_text("SECRET");
    case SIGNET_OPTION_INSTANCE:
        return core_text("INSTANCE");
    default:
        return option->choices.length ? core_format(call, "%.*s", CORE_TEXT_ARG(option->choices))
                                      : core_text("TEXT");
    }
}

/* An argument's name in capitals: "SERIAL". */
static signet_text_t capitals(signet_call_t *call, const signet_option_t *option)
{
    signet_text_t flag = cli_option_flag(call, option);
    signet_text_t name = core_format(call, "%.*s", CORE_TEXT_ARG(flag));
    char *data = (char *)(uintptr_t)name.data;
    for (uint64_t at = 0; at < name.length; at++)
        data[at] = (char)toupper((unsigned char)data[at]);
    return name;
}

static void print_usage(const cli_t *cli, const signet_command_t *command)
{
    fprintf(stdout, "Usage: signet %.*s", CORE_TEXT_ARG(command->name));
    for (uint64_t index = 0; index < command->option_count; index++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, command->options, index);
        signet_text_t value = cli_option_value(cli->call, option);
        if (!(option->flags & SIGNET_OPTION_POSITIONAL) && (option->flags & SIGNET_OPTION_REQUIRED))
            fprintf(stdout, " --%.*s %.*s", CORE_TEXT_ARG(cli_option_flag(cli->call, option)),
                    CORE_TEXT_ARG(value));
    }
    fputs(" [OPTION]...", stdout);
    for (uint64_t index = 0; index < command->option_count; index++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, command->options, index);
        int required = (option->flags & SIGNET_OPTION_REQUIRED) != 0;
        if (option->flags & SIGNET_OPTION_POSITIONAL)
            fprintf(stdout, " %s%.*s%s%s", required ? "" : "[",
                    CORE_TEXT_ARG(capitals(cli->call, option)),
                    option->flags & SIGNET_OPTION_REPEATABLE ? "..." : "", required ? "" : "]");
    }
    fputs("\n", stdout);
}

static void print_option(const cli_t *cli, const signet_option_t *option)
{
    signet_call_t *call = cli->call;
    signet_text_t value = cli_option_value(call, option);
    signet_text_t help = option->help;
    int at = 0;
    if (option->flags & SIGNET_OPTION_POSITIONAL)
        at = fprintf(stdout, "  %.*s", CORE_TEXT_ARG(capitals(call, option)));
    else
        at = fprintf(stdout, "  --%.*s%s%.*s", CORE_TEXT_ARG(cli_option_flag(call, option)),
                     value.length ? " " : "",
                     CORE_TEXT_ARG(option->choices.length ? core_text("VALUE") : value));
    if (option->choices.length)
        help = core_format(call, "%.*s One of %.*s.", CORE_TEXT_ARG(help),
                           CORE_TEXT_ARG(option->choices));
    if (option->flags & SIGNET_OPTION_REPEATABLE)
        help = core_format(call, "%.*s May be given several times.", CORE_TEXT_ARG(help));
    if (option->default_value.length)
        help = core_format(call, "%.*s Default: %.*s.", CORE_TEXT_ARG(help),
                           CORE_TEXT_ARG(option->default_value));
    if (option->flags & SIGNET_OPTION_REQUIRED)
        help = core_format(call, "%.*s Required.", CORE_TEXT_ARG(help));
    print_wrapped(cli, help, COLUMN, (uint64_t)at);
}

/* What else there is to say: an example, or sentences. */
static void print_more(const cli_t *cli, signet_text_t help)
{
    static const char command[] = "signet ";
    if (!help.length)
        return;
    fputc('\n', stdout);
    if (help.length < sizeof command || memcmp(help.data, command, sizeof command - 1) != 0)
        print_wrapped(cli, help, 0, 0);
    else
        fprintf(stdout, "%sExample:%s\n  %.*s\n", bold(cli), plain(cli), CORE_TEXT_ARG(help));
}

void cli_help_command(const cli_t *cli, const cli_command_t *entry)
{
    uint64_t count = 0;
    const signet_command_t *command = entry->command;
    const signet_option_t *globals = cli_global_options(&count);
    print_usage(cli, command);
    print_wrapped(cli, command->summary, 0, 0);
    if (command->option_count)
        fprintf(stdout, "\n%sOptions:%s\n", bold(cli), plain(cli));
    for (uint64_t index = 0; index < command->option_count; index++)
        print_option(cli, SIGNET_AT(signet_option_t, command->options, index));
    fprintf(stdout, "\n%sOptions of all commands:%s\n", bold(cli), plain(cli));
    for (uint64_t index = 0; index < count; index++)
        print_option(cli, &globals[index]);
    print_more(cli, command->help);
    fputs("\nExit codes: 0 done; 1 defect; 2 wrong usage; 3 not found; 4 not allowed; 5 conflict,\n"
          "or it exists; 6 not available now; 7 invalid input; 8 damaged data; 9 it waits for\n"
          "approval; 78 the configuration is at fault.\n",
          stdout);
}
