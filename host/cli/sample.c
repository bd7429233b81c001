/* Sample configuration. */
#include "cli/sample.h"

#include <stdlib.h>
#include <string.h>

#include "cli/reference.h"
#include "core/buffer.h"
#include "core/call.h"
#include "core/text.h"

#define WIDTH 96U

/* Where lines begin: blanks, and "# " inside of what is commented out. */
typedef struct margin {
    int depth;
    int commented;
} margin_t;

static void add_margin(core_buffer_t *buffer, margin_t margin)
{
    core_buffer_format(buffer, "%*s%s", margin.depth * 4, "", margin.commented ? "# " : "");
}

/* A comment in lines of at most WIDTH characters. */
static void add_comment(core_buffer_t *buffer, margin_t margin, signet_text_t text)
{
    uint64_t begin = 0;
    uint64_t column = WIDTH;
    while (begin < text.length) {
        const char *space = memchr(text.data + begin, ' ', text.length - begin);
        uint64_t end = space ? (uint64_t)(space - text.data) : text.length;
        if (column + end - begin + 1 > WIDTH) {
            core_buffer_string(buffer, begin ? "\n" : "");
            core_buffer_format(buffer, "%*s#", margin.depth * 4, "");
            column = (uint64_t)margin.depth * 4 + 1;
        }
        core_buffer_format(buffer, " %.*s", (int)(end - begin), text.data + begin);
        column += end - begin + 1;
        begin = end + 1;
    }
    core_buffer_string(buffer, "\n");
}

/* A value to stand for one that must be chosen. */
static const char *placeholder(const signet_option_t *option)
{
    switch (option->type) {
    case SIGNET_OPTION_INTEGER:
        return "1";
    case SIGNET_OPTION_BOOLEAN:
        return "true";
    case SIGNET_OPTION_DURATION:
        return "24h";
    case SIGNET_OPTION_SIZE:
        return "64KiB";
    case SIGNET_OPTION_PATH:
        return "path";
    case SIGNET_OPTION_SECRET:
        return "env:SECRET";
    case SIGNET_OPTION_INSTANCE:
        return "instance";
    default:
        return "text";
    }
}

static void add_value(core_buffer_t *buffer, const signet_option_t *option)
{
    signet_text_t value = option->default_value;
    if (option->type == SIGNET_OPTION_TEXTS) {
        core_buffer_format(buffer, "%.*s",
                           CORE_TEXT_ARG(value.length ? value : SIGNET_TEXT("[ \"text\" ]")));
        return;
    }
    if (!value.length && option->choices.length) {
        const char *end = memchr(option->choices.data, '|', option->choices.length);
        value = option->choices;
        value.length = end ? (uint64_t)(end - value.data) : value.length;
    }
    if (!value.length)
        value = core_text(placeholder(option));
    int quoted = option->type != SIGNET_OPTION_INTEGER && option->type != SIGNET_OPTION_BOOLEAN;
    core_buffer_string(buffer, quoted ? "\"" : "");
    core_buffer_format(buffer, "%.*s", CORE_TEXT_ARG(value));
    core_buffer_string(buffer, quoted ? "\"" : "");
}

static void add_options(core_buffer_t *buffer, margin_t margin, const signet_option_t *options,
                        uint64_t count);

static void add_group(core_buffer_t *buffer, margin_t margin, const signet_option_t *option)
{
    int list = option->type == SIGNET_OPTION_GROUPS;
    margin_t inside = {margin.depth + 1, margin.commented};
    core_buffer_string(buffer, list ? "( {\n" : "{\n");
    add_options(buffer, inside, option->members, option->member_count);
    add_margin(buffer, margin);
    core_buffer_string(buffer, list ? "} )" : "}");
}

static void add_option(core_buffer_t *buffer, margin_t margin, const signet_option_t *option)
{
    core_buffer_t about = {0};
    core_buffer_format(&about, "%.*s", CORE_TEXT_ARG(option->help));
    if (option->choices.length)
        core_buffer_format(&about, " One of %.*s.", CORE_TEXT_ARG(option->choices));
    core_buffer_format(&about, " (%s%s)", cli_type_name(option->type),
                       option->flags & SIGNET_OPTION_REQUIRED ? ", required" : "");
    add_comment(buffer, margin, core_buffer_text(&about));
    core_buffer_free(&about);
    if (!(option->flags & SIGNET_OPTION_REQUIRED))
        margin.commented = 1;
    add_margin(buffer, margin);
    core_buffer_format(buffer, "%.*s = ", CORE_TEXT_ARG(option->name));
    if (option->type == SIGNET_OPTION_GROUP || option->type == SIGNET_OPTION_GROUPS)
        add_group(buffer, margin, option);
    else
        add_value(buffer, option);
    core_buffer_string(buffer, ";\n");
}

static void add_options(core_buffer_t *buffer, margin_t margin, const signet_option_t *options,
                        uint64_t count)
{
    for (uint64_t index = 0; index < count; index++) {
        core_buffer_string(buffer, index && !margin.commented ? "\n" : "");
        add_option(buffer, margin, SIGNET_AT(signet_option_t, options, index));
    }
}

int32_t cli_sample(signet_call_t *call, const signet_plugin_t *plugin, signet_text_t *text)
{
    core_buffer_t buffer = {0};
    margin_t margin = {1, 0};
    add_comment(&buffer, (margin_t){0, 0}, plugin->summary);
    core_buffer_format(&buffer, "{\n    name = \"%.*s\";\n    plugin = \"%.*s\";\n%s",
                       CORE_TEXT_ARG(plugin->id), CORE_TEXT_ARG(plugin->id),
                       plugin->option_count ? "\n" : "");
    add_options(&buffer, margin, plugin->options, plugin->option_count);
    core_buffer_string(&buffer, "}\n");
    *text = core_format(call, "%.*s", CORE_TEXT_ARG(core_buffer_text(&buffer)));
    core_buffer_free(&buffer);
    return text->data ? SIGNET_OK : SIGNET_NO_MEMORY;
}
