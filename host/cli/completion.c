/* Scripts that complete commands and options in a shell. */
#include "cli/completion.h"

#include <string.h>

#include "cli/argument.h"
#include "core/buffer.h"
#include "core/call.h"
#include "core/text.h"

/* Text between single quotes of a shell. */
static void add_quoted(core_buffer_t *buffer, signet_text_t text)
{
    core_buffer_string(buffer, "'");
    for (uint64_t at = 0; at < text.length; at++) {
        if (text.data[at] == '\'')
            core_buffer_string(buffer, "'\\''");
        else
            core_buffer_add(buffer, &text.data[at], 1);
    }
    core_buffer_string(buffer, "'");
}

static void add_flags(core_buffer_t *buffer, signet_call_t *call, const signet_option_t *options,
                      uint64_t count)
{
    for (uint64_t index = 0; index < count; index++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, options, index);
        if (!(option->flags & SIGNET_OPTION_POSITIONAL))
            core_buffer_format(buffer, " --%.*s", CORE_TEXT_ARG(cli_option_flag(call, option)));
    }
}

/* Choices of the options of a command: cases of "NAME --flag". */
static void add_choices(core_buffer_t *buffer, signet_call_t *call, const signet_command_t *command)
{
    for (uint64_t index = 0; index < command->option_count; index++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, command->options, index);
        if (!option->choices.length || (option->flags & SIGNET_OPTION_POSITIONAL))
            continue;
        core_buffer_format(buffer, "    \"%.*s --%.*s\") candidates='",
                           CORE_TEXT_ARG(command->name),
                           CORE_TEXT_ARG(cli_option_flag(call, option)));
        for (uint64_t at = 0; at < option->choices.length; at++)
            core_buffer_add(buffer,
                            option->choices.data[at] == '|' ? " " : &option->choices.data[at], 1);
        core_buffer_string(buffer, "' ;;\n");
    }
}

/* The words that may follow the words of `before` in names of commands, each once. */
static void add_next_words(core_buffer_t *buffer, const cli_t *cli, signet_text_t before)
{
    signet_text_t last = {NULL, 0};
    for (uint64_t index = 0; index < cli->command_count; index++) {
        signet_text_t name = cli->commands[index].command->name;
        uint64_t skip = before.length ? before.length + 1 : 0;
        if (name.length <= skip ||
            memcmp(name.data, before.data ? before.data : "", before.length) != 0 ||
            (before.length && name.data[before.length] != ' '))
            continue;
        signet_text_t word = {name.data + skip, name.length - skip};
        const char *space = memchr(word.data, ' ', word.length);
        word.length = space ? (uint64_t)(space - word.data) : word.length;
        if (!core_text_equal(word, last))
            core_buffer_format(buffer, " %.*s", CORE_TEXT_ARG(word));
        last = word;
    }
}

/* Cases of a shell's `case "$line" in`: after what has been typed, what may come. */
static void add_cases(core_buffer_t *buffer, const cli_t *cli, signet_call_t *call)
{
    signet_text_t last = {NULL, 0};
    uint64_t global_count = 0;
    const signet_option_t *globals = cli_global_options(&global_count);
    core_buffer_string(buffer, "    '') candidates='");
    add_next_words(buffer, cli, last);
    core_buffer_string(buffer, " --help' ;;\n");
    for (uint64_t index = 0; index < cli->command_count; index++) {
        signet_text_t name = cli->commands[index].command->name;
        const char *space = memchr(name.data, ' ', name.length);
        signet_text_t first = {name.data, space ? (uint64_t)(space - name.data) : name.length};
        if (!space || core_text_equal(first, last))
            continue;
        last = first;
        core_buffer_format(buffer, "    '%.*s') candidates='", CORE_TEXT_ARG(first));
        add_next_words(buffer, cli, first);
        core_buffer_string(buffer, "' ;;\n");
    }
    /* Longer names first: "token" alone begins like "token create". */
    for (uint64_t index = cli->command_count; index > 0; index--) {
        const signet_command_t *command = cli->commands[index - 1].command;
        core_buffer_format(buffer, "    '%.*s'|'%.*s '*) candidates='",
                           CORE_TEXT_ARG(command->name), CORE_TEXT_ARG(command->name));
        add_flags(buffer, call, command->options, command->option_count);
        add_flags(buffer, call, globals, global_count);
        core_buffer_string(buffer, "' ;;\n");
    }
}

/* The part that bash and zsh share: from the words typed so far to `candidates`. */
static void add_shared(core_buffer_t *buffer, const cli_t *cli, signet_call_t *call)
{
    core_buffer_string(buffer, "    candidates=''\n    case \"$line $previous\" in\n");
    for (uint64_t index = 0; index < cli->command_count; index++)
        add_choices(buffer, call, cli->commands[index].command);
    core_buffer_string(buffer, "    esac\n    [ -n \"$candidates\" ] && return\n"
                               "    case \"$line\" in\n");
    add_cases(buffer, cli, call);
    core_buffer_string(buffer, "    esac\n");
}

static void add_bash(core_buffer_t *buffer, const cli_t *cli, signet_call_t *call)
{
    core_buffer_string(buffer, "# signet in bash: source <(signet completion bash)\n"
                               "_signet_words() {\n    local line=$1 previous=$2\n");
    add_shared(buffer, cli, call);
    core_buffer_string(
        buffer, "}\n"
                "_signet() {\n"
                "    local candidates line='' at\n"
                "    for ((at = 1; at < COMP_CWORD; at++)); do\n"
                "        case ${COMP_WORDS[at]} in\n"
                "        -*) break ;;\n"
                "        esac\n"
                "        line=\"${line:+$line }${COMP_WORDS[at]}\"\n"
                "    done\n"
                "    _signet_words \"$line\" \"${COMP_WORDS[COMP_CWORD-1]}\"\n"
                "    COMPREPLY=($(compgen -W \"$candidates\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
                "}\n"
                "complete -o default -F _signet signet\n");
}

static void add_zsh(core_buffer_t *buffer, const cli_t *cli, signet_call_t *call)
{
    core_buffer_string(buffer, "#compdef signet\n"
                               "# signet in zsh: source <(signet completion zsh)\n"
                               "_signet_words() {\n    local line=$1 previous=$2\n");
    add_shared(buffer, cli, call);
    core_buffer_string(buffer, "}\n"
                               "_signet() {\n"
                               "    local candidates='' line='' at\n"
                               "    for ((at = 2; at < CURRENT; at++)); do\n"
                               "        case ${words[at]} in\n"
                               "        -*) break ;;\n"
                               "        esac\n"
                               "        line=\"${line:+$line }${words[at]}\"\n"
                               "    done\n"
                               "    _signet_words \"$line\" \"${words[CURRENT-1]}\"\n"
                               "    compadd -- ${=candidates}\n"
                               "    _files\n"
                               "}\n"
                               "compdef _signet signet\n");
}

/* fish asks for each candidate by itself. */
static void add_fish_command(core_buffer_t *buffer, signet_call_t *call,
                             const signet_command_t *command)
{
    signet_text_t name = command->name;
    uint64_t at = name.length;
    while (at > 0 && name.data[at - 1] != ' ')
        at--;
    signet_text_t before = {name.data, at ? at - 1 : 0};
    core_buffer_format(buffer, "complete -c signet -f -n \"__signet_at '%.*s'\" -a '%.*s' -d ",
                       CORE_TEXT_ARG(before), (int)(name.length - at), name.data + at);
    add_quoted(buffer, command->summary);
    core_buffer_string(buffer, "\n");
    for (uint64_t index = 0; index < command->option_count; index++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, command->options, index);
        if (option->flags & SIGNET_OPTION_POSITIONAL)
            continue;
        core_buffer_format(buffer, "complete -c signet -n \"__signet_in '%.*s'\" -l '%.*s'%s -d ",
                           CORE_TEXT_ARG(name), CORE_TEXT_ARG(cli_option_flag(call, option)),
                           option->type == SIGNET_OPTION_BOOLEAN ? "" : " -r");
        add_quoted(buffer, option->help);
        core_buffer_string(buffer, "\n");
    }
}

static void add_fish(core_buffer_t *buffer, const cli_t *cli, signet_call_t *call)
{
    core_buffer_string(
        buffer, "# signet in fish: signet completion fish | source\n"
                "function __signet_at\n"
                "    set -l typed (string match -v -- '-*' (commandline -opc)[2..-1])\n"
                "    test \"$typed\" = \"$argv\"\n"
                "end\n"
                "function __signet_in\n"
                "    string match -q -- \"$argv*\" (string join ' ' -- (commandline -opc)[2..-1])\n"
                "end\n");
    for (uint64_t index = 0; index < cli->command_count; index++)
        add_fish_command(buffer, call, cli->commands[index].command);
}

int32_t cli_completion(const cli_t *cli, signet_call_t *call, signet_text_t shell,
                       signet_text_t *text)
{
    core_buffer_t buffer = {0};
    if (core_text_is(shell, "bash"))
        add_bash(&buffer, cli, call);
    else if (core_text_is(shell, "zsh"))
        add_zsh(&buffer, cli, call);
    else
        add_fish(&buffer, cli, call);
    *text = core_format(call, "%.*s", CORE_TEXT_ARG(core_buffer_text(&buffer)));
    core_buffer_free(&buffer);
    return text->data ? SIGNET_OK : SIGNET_NO_MEMORY;
}
