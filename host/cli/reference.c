/* The reference manual of all options. */
#include "cli/reference.h"

#include "core/buffer.h"
#include "core/call.h"
#include "core/config.h"
#include "core/text.h"

const char *cli_type_name(uint32_t type)
{
    static const char *const names[] = {
        [SIGNET_OPTION_TEXT] = "text",         [SIGNET_OPTION_INTEGER] = "integer",
        [SIGNET_OPTION_BOOLEAN] = "boolean",   [SIGNET_OPTION_DURATION] = "duration",
        [SIGNET_OPTION_SIZE] = "size",         [SIGNET_OPTION_PATH] = "path",
        [SIGNET_OPTION_SECRET] = "secret",     [SIGNET_OPTION_TEXTS] = "list of text",
        [SIGNET_OPTION_GROUP] = "group",       [SIGNET_OPTION_GROUPS] = "list of groups",
        [SIGNET_OPTION_INSTANCE] = "instance",
    };
    return type < sizeof names / sizeof names[0] && names[type] ? names[type] : "unknown";
}

/* Text in a cell of a table: no '|' and no line break. */
static void add_cell(core_buffer_t *buffer, signet_text_t text)
{
    for (uint64_t at = 0; at < text.length; at++) {
        if (text.data[at] == '|')
            core_buffer_string(buffer, "\\|");
        else
            core_buffer_add(buffer, text.data[at] == '\n' ? " " : &text.data[at], 1);
    }
}

static void add_limits(core_buffer_t *buffer, const signet_option_t *option)
{
    if (option->choices.length) {
        core_buffer_string(buffer, " One of `");
        for (uint64_t at = 0; at < option->choices.length; at++) {
            if (option->choices.data[at] == '|')
                core_buffer_string(buffer, "`, `");
            else
                core_buffer_add(buffer, &option->choices.data[at], 1);
        }
        core_buffer_string(buffer, "`.");
    }
    if (option->type == SIGNET_OPTION_INTEGER && (option->minimum || option->maximum))
        core_buffer_format(buffer, " From %lld to %lld.", (long long)option->minimum,
                           (long long)option->maximum);
    if (option->flags & SIGNET_OPTION_RELOADABLE)
        core_buffer_string(buffer, " May change by reload.");
}

static void add_options(core_buffer_t *buffer, const signet_option_t *options, uint64_t count,
                        const char *prefix)
{
    for (uint64_t index = 0; index < count; index++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, options, index);
        core_buffer_format(buffer, "| `%s%.*s` | %s | ", prefix, CORE_TEXT_ARG(option->name),
                           cli_type_name(option->type));
        if (option->flags & SIGNET_OPTION_REQUIRED) {
            core_buffer_string(buffer, "required");
        } else if (option->default_value.length) {
            core_buffer_string(buffer, "`");
            add_cell(buffer, option->default_value);
            core_buffer_string(buffer, "`");
        }
        core_buffer_string(buffer, " | ");
        add_cell(buffer, option->help);
        add_limits(buffer, option);
        core_buffer_string(buffer, " |\n");
        if (option->member_count) {
            core_buffer_t below = {0};
            core_buffer_format(&below, "%s%.*s.", prefix, CORE_TEXT_ARG(option->name));
            add_options(buffer, option->members, option->member_count,
                        below.data ? below.data : "");
            core_buffer_free(&below);
        }
    }
}

static void add_table(core_buffer_t *buffer, const signet_option_t *options, uint64_t count)
{
    if (!count) {
        core_buffer_string(buffer, "It has no options.\n\n");
        return;
    }
    core_buffer_string(buffer, "| Option | Type | Default | What it is |\n|---|---|---|---|\n");
    add_options(buffer, options, count, "");
    core_buffer_string(buffer, "\n");
}

static void add_relations(core_buffer_t *buffer, const signet_plugin_t *plugin)
{
    for (uint64_t index = 0; index < plugin->provide_count; index++) {
        const signet_provide_t *provide = SIGNET_AT(signet_provide_t, plugin->provides, index);
        core_buffer_format(buffer, "%s`%.*s`", index ? ", " : "Provides ",
                           CORE_TEXT_ARG(provide->interface));
    }
    core_buffer_string(buffer, plugin->provide_count ? ".\n" : "");
    for (uint64_t index = 0; index < plugin->need_count; index++) {
        const signet_need_t *need = SIGNET_AT(signet_need_t, plugin->needs, index);
        core_buffer_format(buffer, "%s `%.*s`",
                           need->kind == SIGNET_NEED_REQUIRED ? "Needs"
                                                              : "Uses, where there is one,",
                           CORE_TEXT_ARG(need->interface));
        if (need->option.length)
            core_buffer_format(buffer, ", named by `%.*s`", CORE_TEXT_ARG(need->option));
        core_buffer_string(buffer, ".\n");
    }
    core_buffer_string(buffer, plugin->provide_count || plugin->need_count ? "\n" : "");
}

static void add_plugin(core_buffer_t *buffer, const signet_plugin_t *plugin)
{
    core_buffer_format(buffer, "## %.*s\n\n%.*s\n\n", CORE_TEXT_ARG(plugin->id),
                       CORE_TEXT_ARG(plugin->summary));
    add_relations(buffer, plugin);
    add_table(buffer, plugin->options, plugin->option_count);
}

static void add_head(core_buffer_t *buffer)
{
    core_buffer_string(
        buffer,
        "# Configuration reference\n\n"
        "Made by `signet config reference` from what the host and the plugins declare.\n\n"
        "A configuration is a libconfig file: a group `host`, and a list `plugins` of groups, one\n"
        "for each instance, with its `name`, the id of its `plugin`, and that plugin's options.\n"
        "Other files are brought in with `@include`.\n\n"
        "| Type | Written as |\n|---|---|\n"
        "| text | `\"…\"` |\n"
        "| integer | `5` |\n"
        "| boolean | `true`, `false` |\n"
        "| duration | `\"250ms\"`, `\"30s\"`, `\"5m\"`, `\"24h\"`, `\"90d\"`, `\"10y\"` |\n"
        "| size | `\"512B\"`, `\"64KiB\"`, `\"10MiB\"`, `\"1GiB\"` |\n"
        "| path | `\"…\"`, relative to the configuration file |\n"
        "| secret | a reference: `\"file:PATH\"`, `\"env:NAME\"`, `\"cred:NAME\"` (systemd) |\n"
        "| list of text | `[ \"a\", \"b\" ]` |\n"
        "| group | `{ … }` |\n"
        "| list of groups | `( { … }, { … } )` |\n"
        "| instance | the name of another plugin instance, `\"…\"` |\n\n");
}

int32_t cli_reference(const cli_t *cli, signet_call_t *call, signet_text_t id, signet_text_t *text)
{
    core_buffer_t buffer = {0};
    uint64_t count = 0;
    const signet_option_t *options = core_host_options(&count);
    if (!id.length)
        add_head(&buffer);
    if (!id.length || core_text_is(id, "host")) {
        core_buffer_string(&buffer, "## host\n\nThe host itself: the group `host`.\n\n");
        add_table(&buffer, options, count);
    }
    for (uint64_t index = 0; index < cli->plugin_count; index++) {
        if (!id.length || core_text_equal(id, cli->plugins[index]->id))
            add_plugin(&buffer, cli->plugins[index]);
    }
    signet_text_t whole = core_buffer_text(&buffer);
    /* One empty line between sections, none at the end. */
    while (whole.length > 1 && whole.data[whole.length - 2] == '\n')
        whole.length--;
    *text = core_format(call, "%.*s", CORE_TEXT_ARG(whole));
    core_buffer_free(&buffer);
    return text->data ? SIGNET_OK : SIGNET_NO_MEMORY;
}
