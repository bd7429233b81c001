/* Pages in the macros of man(7). */
#include "cli/manual.h"

#include "cli/argument.h"
#include "cli/help.h"
#include "cli/memory.h"
#include "core/buffer.h"
#include "core/call.h"
#include "core/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int code;
    const char *meaning;
} exit_codes[] = {
    {CLI_EXIT_OK, "done"},
    {CLI_EXIT_INTERNAL, "a defect"},
    {CLI_EXIT_USAGE, "wrong usage"},
    {CLI_EXIT_NOT_FOUND, "not found"},
    {CLI_EXIT_DENIED, "not authenticated or not allowed"},
    {CLI_EXIT_CONFLICT, "a conflict: it exists, or is in another state"},
    {CLI_EXIT_UNAVAILABLE, "the host does not answer, is busy or too slow"},
    {CLI_EXIT_INVALID, "the input is invalid"},
    {CLI_EXIT_CORRUPT, "stored data is damaged"},
    {CLI_EXIT_PENDING, "accepted, but it waits for the approval of others"},
    {CLI_EXIT_CONFIGURATION, "the configuration is at fault"},
};

/* Text that roff takes as it is: no escape, no hyphenation of options, and no request where a line
 * begins with a dot or a quote. */
static void add_text(core_buffer_t *page, signet_text_t text)
{
    for (uint64_t at = 0; at < text.length; at++) {
        char octet = text.data[at];
        int begins = page->length == 0 || page->data[page->length - 1] == '\n';
        if (begins && (octet == '.' || octet == '\''))
            core_buffer_string(page, "\\&");
        if (octet == '\\')
            core_buffer_string(page, "\\e");
        else if (octet == '-')
            core_buffer_string(page, "\\-");
        else
            core_buffer_add(page, octet == '\n' ? " " : &text.data[at], 1);
    }
}

static void add_line(core_buffer_t *page, const char *macro, signet_text_t text)
{
    core_buffer_string(page, macro);
    add_text(page, text);
    core_buffer_string(page, "\n");
}

/* A command's name as its page is called: "config-check". */
static signet_text_t page_name(signet_call_t *call, const cli_command_t *entry)
{
    if (!entry)
        return SIGNET_TEXT("signet");
    signet_text_t name = core_format(call, "signet-%.*s", CORE_TEXT_ARG(entry->command->name));
    char *data = (char *)(uintptr_t)name.data;
    for (uint64_t at = 0; at < name.length; at++) {
        if (data[at] == ' ')
            data[at] = '-';
    }
    return name;
}

static void add_head(core_buffer_t *page, signet_call_t *call, const cli_command_t *entry,
                     signet_text_t summary)
{
    signet_text_t name = page_name(call, entry);
    core_buffer_string(page, ".TH \"");
    for (uint64_t at = 0; at < name.length; at++) {
        char octet = (char)toupper((unsigned char)name.data[at]);
        add_text(page, (signet_text_t){&octet, 1});
    }
    core_buffer_string(page, "\" 1 \"\" \"Signet " SIGNET_VERSION "\" \"Signet\"\n.SH NAME\n");
    add_text(page, name);
    core_buffer_string(page, " \\- ");
    while (summary.length && summary.data[summary.length - 1] == '.')
        summary.length--;
    add_text(page, summary);
    core_buffer_string(page, "\n.SH SYNOPSIS\n");
}

static void add_option(core_buffer_t *page, signet_call_t *call, const signet_option_t *option)
{
    signet_text_t flag = cli_option_flag(call, option);
    int positional = (option->flags & SIGNET_OPTION_POSITIONAL) != 0;
    core_buffer_string(page, ".TP\n\\fB");
    add_text(page, positional ? (signet_text_t){NULL, 0} : SIGNET_TEXT("--"));
    add_text(page, flag);
    core_buffer_string(page, "\\fR");
    if (!positional && option->type != SIGNET_OPTION_BOOLEAN) {
        core_buffer_string(page, " \\fI");
        add_text(page,
                 option->choices.length ? SIGNET_TEXT("VALUE") : cli_option_value(call, option));
        core_buffer_string(page, "\\fR");
    }
    core_buffer_string(page, "\n");
    add_text(page, option->help);
    if (option->choices.length) {
        core_buffer_string(page, " One of ");
        add_text(page, option->choices);
        core_buffer_string(page, ".");
    }
    if (option->flags & SIGNET_OPTION_REPEATABLE)
        core_buffer_string(page, " May be given several times.");
    if (option->default_value.length) {
        core_buffer_string(page, " Default: ");
        add_text(page, option->default_value);
        core_buffer_string(page, ".");
    }
    if (option->flags & SIGNET_OPTION_REQUIRED)
        core_buffer_string(page, " Required.");
    core_buffer_string(page, "\n");
}

static void add_options(core_buffer_t *page, signet_call_t *call, const char *title,
                        const signet_option_t *options, uint64_t count)
{
    if (count == 0)
        return;
    core_buffer_format(page, ".SH %s\n", title);
    for (uint64_t index = 0; index < count; index++)
        add_option(page, call, SIGNET_AT(signet_option_t, options, index));
}

static void add_synopsis(core_buffer_t *page, signet_call_t *call, const signet_command_t *command)
{
    add_line(page, "\\fBsignet ", command->name);
    core_buffer_string(page, "\\fR[OPTION]...");
    for (uint64_t index = 0; index < command->option_count; index++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, command->options, index);
        if (!(option->flags & SIGNET_OPTION_POSITIONAL))
            continue;
        int required = (option->flags & SIGNET_OPTION_REQUIRED) != 0;
        core_buffer_string(page, required ? " \\fI" : " [\\fI");
        add_text(page, cli_option_flag(call, option));
        core_buffer_string(page, "\\fR");
        core_buffer_string(page, option->flags & SIGNET_OPTION_REPEATABLE ? "..." : "");
        core_buffer_string(page, required ? "" : "]");
    }
    core_buffer_string(page, "\n");
}

/* What else there is to say: an example, which begins with "signet ", or sentences. */
static void add_more(core_buffer_t *page, signet_text_t help)
{
    static const char command[] = "signet ";
    if (!help.length)
        return;
    int example =
        help.length >= sizeof command - 1 && memcmp(help.data, command, sizeof command - 1) == 0;
    core_buffer_string(page, example ? ".SH EXAMPLE\n.nf\n" : ".SH NOTES\n");
    add_text(page, help);
    core_buffer_string(page, example ? "\n.fi\n" : "\n");
}

static void add_commands(core_buffer_t *page, const cli_t *cli)
{
    core_buffer_string(page, ".SH COMMANDS\n");
    for (uint64_t index = 0; index < cli->command_count; index++) {
        const signet_command_t *command = cli->commands[index].command;
        core_buffer_string(page, ".TP\n\\fB");
        add_text(page, command->name);
        core_buffer_string(page, "\\fR\n");
        add_text(page, command->summary);
        core_buffer_string(page, command->flags & SIGNET_COMMAND_LOCAL
                                     ? " Works on a configuration, without a host.\n"
                                     : "\n");
    }
}

static void add_environment(core_buffer_t *page)
{
    static const char *const variables[][2] = {
        {"SIGNET_URL", "The host that remote commands speak to."},
        {"SIGNET_CACERT", "The file of certificates that the host is verified with."},
        {"SIGNET_TOKEN_FILE", "The file of the token that proves who asks."},
        {"SIGNET_CONFIG", "The configuration that local commands work on."},
        {"SIGNET_PLUGINS", "The folder of plugins."},
    };
    core_buffer_string(page, ".SH ENVIRONMENT\n");
    for (size_t index = 0; index < sizeof variables / sizeof variables[0]; index++)
        core_buffer_format(page, ".TP\n\\fB%s\\fR\n%s\n", variables[index][0], variables[index][1]);
}

static void add_exit_codes(core_buffer_t *page)
{
    core_buffer_string(page, ".SH EXIT STATUS\n");
    for (size_t index = 0; index < sizeof exit_codes / sizeof exit_codes[0]; index++)
        core_buffer_format(page, ".TP\n\\fB%d\\fR\n%s\n", exit_codes[index].code,
                           exit_codes[index].meaning);
}

int32_t cli_manual(const cli_t *cli, signet_call_t *call, const cli_command_t *entry,
                   signet_text_t *text)
{
    core_buffer_t page = {0};
    uint64_t count = 0;
    const signet_option_t *globals = cli_global_options(&count);
    if (entry) {
        const signet_command_t *command = entry->command;
        add_head(&page, call, entry, command->summary);
        add_synopsis(&page, call, command);
        add_line(&page, ".SH DESCRIPTION\n", command->summary);
        add_options(&page, call, "OPTIONS", command->options, command->option_count);
        add_options(&page, call, "OPTIONS OF ALL COMMANDS", globals, count);
        add_more(&page, command->help);
    } else {
        add_head(&page, call, NULL, SIGNET_TEXT("operate a Signet PKI"));
        core_buffer_string(&page, "\\fBsignet\\fR COMMAND [OPTION]... [ARGUMENT]...\n");
        add_commands(&page, cli);
        add_options(&page, call, "OPTIONS OF ALL COMMANDS", globals, count);
        add_environment(&page);
    }
    add_exit_codes(&page);
    signet_text_t whole = core_buffer_text(&page);
    *text = core_format(call, "%.*s", CORE_TEXT_ARG(whole));
    core_buffer_free(&page);
    return text->data ? SIGNET_OK : SIGNET_NO_MEMORY;
}

static int32_t write_page(const cli_t *cli, signet_call_t *call, const cli_command_t *entry,
                          signet_text_t folder)
{
    signet_text_t page;
    int32_t status = cli_manual(cli, call, entry, &page);
    if (status != SIGNET_OK)
        return status;
    signet_text_t title = page_name(call, entry);
    signet_text_t path =
        core_format(call, "%.*s/%.*s.1", CORE_TEXT_ARG(folder), CORE_TEXT_ARG(title));
    const char *name = cli_string(call, path);
    if (!name)
        return cli_status(call);
    FILE *file = fopen(name, "we");
    int written = file && fwrite(page.data, 1, page.length, file) == page.length;
    int fault = errno;
    if (file && fclose(file) != 0 && written) {
        written = 0;
        fault = errno;
    }
    return written ? SIGNET_OK
                   : core_fail(call, SIGNET_UNAVAILABLE, "manual.not-written",
                               "cannot write %s: %s", name, strerror(fault));
}

int32_t cli_manual_write(const cli_t *cli, signet_call_t *call, signet_text_t folder)
{
    int32_t status = write_page(cli, call, NULL, folder);
    for (uint64_t index = 0; status == SIGNET_OK && index < cli->command_count; index++)
        status = write_page(cli, call, &cli->commands[index], folder);
    return status;
}
