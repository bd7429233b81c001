/* A block in libconfig syntax, checked against declared options. */
#include "runner.h"

#include <libconfig.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>

/* What the reading of one block goes by. */
typedef struct reader {
    signet_call_t *call;
    signet_call_t *memory;
    const char *folder;
} reader_t;

static int32_t read_group(const reader_t *reader, config_setting_t *from,
                          const signet_option_t *options, uint64_t count, signet_setting_t *to);

static int32_t wrong_type(const reader_t *reader, const signet_option_t *option, uint32_t line)
{
    static const char *const names[] = {"",
                                        "a text in quotes",
                                        "a whole number",
                                        "true or false",
                                        "a duration in quotes",
                                        "a size in quotes",
                                        "a path in quotes",
                                        "a reference in quotes",
                                        "a list of texts",
                                        "a group { }",
                                        "a list of groups ( { }, { } )",
                                        "the name of an instance in quotes"};
    return signet_fail(reader->call, SIGNET_INVALID, "config.wrong-type",
                       "Line %u: %.*s must be %s.", line, SIGNET_FORMAT(option->name),
                       names[option->type]);
}

static signet_setting_t setting_of(uint32_t type, signet_text_t name, config_setting_t *from)
{
    signet_setting_t setting = {.size = sizeof setting, .type = type, .name = name};
    if (from) {
        setting.file = SIGNET_TEXT("settings");
        setting.line = config_setting_source_line(from);
    }
    return setting;
}

static int32_t read_scalar(const reader_t *reader, config_setting_t *from,
                           const signet_option_t *option, signet_setting_t *to)
{
    int type = config_setting_type(from);
    if (option->type == SIGNET_OPTION_INTEGER &&
        (type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64)) {
        return runner_setting_integer(reader->call, option, config_setting_get_int64(from), to);
    }
    if (option->type == SIGNET_OPTION_BOOLEAN && type == CONFIG_TYPE_BOOL) {
        return runner_setting_integer(reader->call, option, config_setting_get_bool(from), to);
    }
    if (type != CONFIG_TYPE_STRING || option->type == SIGNET_OPTION_INTEGER ||
        option->type == SIGNET_OPTION_BOOLEAN) {
        return wrong_type(reader, option, to->line);
    }
    return runner_setting_text(reader->call, reader->memory, reader->folder, option,
                               signet_text(config_setting_get_string(from)), to);
}

/* Refuses a second element of this name in a list of groups. */
static int32_t refuse_twice(const reader_t *reader, const signet_setting_t *elements, int last)
{
    signet_text_t name = signet_setting_text(&elements[last], "name");
    for (int i = 0; name.length > 0 && i < last; i++) {
        if (signet_text_equal(name, signet_setting_text(&elements[i], "name"))) {
            return signet_fail(reader->call, SIGNET_INVALID, "config.named-twice",
                               "Line %u: another element is named \"%.*s\" already.",
                               elements[last].line, SIGNET_FORMAT(name));
        }
    }
    return SIGNET_OK;
}

/* Elements of TEXTS or GROUPS. */
static int32_t read_list(const reader_t *reader, config_setting_t *from,
                         const signet_option_t *option, signet_setting_t *to)
{
    int count = config_setting_length(from);
    signet_setting_t *elements = runner_take(reader->memory, (uint64_t)count * sizeof *elements);
    for (int i = 0; i < count; i++) {
        config_setting_t *element = config_setting_get_elem(from, (unsigned int)i);
        int32_t status = SIGNET_OK;
        if (option->type == SIGNET_OPTION_TEXTS) {
            signet_option_t each = *option;
            each.type = SIGNET_OPTION_TEXT;
            elements[i] = setting_of(SIGNET_OPTION_TEXT, SIGNET_TEXT(""), element);
            status = read_scalar(reader, element, &each, &elements[i]);
        } else if (config_setting_is_group(element)) {
            elements[i] = setting_of(SIGNET_OPTION_GROUP, SIGNET_TEXT(""), element);
            status =
                read_group(reader, element, option->members, option->member_count, &elements[i]);
            status = status == SIGNET_OK ? refuse_twice(reader, elements, i) : status;
        } else {
            status = wrong_type(reader, option, to->line);
        }
        if (status != SIGNET_OK) {
            return status;
        }
    }
    to->members = elements;
    to->member_count = (uint64_t)count;
    return SIGNET_OK;
}

static int32_t read_value(const reader_t *reader, config_setting_t *from,
                          const signet_option_t *option, signet_setting_t *to)
{
    *to = setting_of(option->type, option->name, from);
    if (runner_option_is_scalar(option)) {
        return read_scalar(reader, from, option, to);
    }
    if (option->type == SIGNET_OPTION_GROUP) {
        return config_setting_is_group(from)
                   ? read_group(reader, from, option->members, option->member_count, to)
                   : wrong_type(reader, option, to->line);
    }
    return config_setting_is_group(from) || !config_setting_is_aggregate(from)
               ? wrong_type(reader, option, to->line)
               : read_list(reader, from, option, to);
}

/* The default of an option that is not set. `*filled` is 0 where it has none. */
static int32_t read_default(const reader_t *reader, const signet_option_t *option,
                            signet_setting_t *to, int *filled)
{
    *filled = option->default_value.length > 0;
    if (option->flags & SIGNET_OPTION_REQUIRED) {
        return signet_fail(reader->call, SIGNET_INVALID, "config.missing",
                           "The option %.*s must be set.", SIGNET_FORMAT(option->name));
    }
    *to = setting_of(option->type, option->name, NULL);
    if (!*filled) {
        return SIGNET_OK;
    }
    if (runner_option_is_scalar(option)) {
        return runner_setting_text(reader->call, reader->memory, reader->folder, option,
                                   option->default_value, to);
    }
    /* A list stands in the declaration as it would in a file. */
    signet_buffer_t line = signet_buffer(reader->memory, 0);
    signet_buffer_add_string(&line, "value = ");
    signet_buffer_add_text(&line, option->default_value);
    signet_buffer_add(&line, ";", sizeof ";");
    config_t config;
    config_init(&config);
    int32_t status = SIGNET_INTERNAL;
    if (!line.failed && config_read_string(&config, (const char *)line.data)) {
        status = read_value(reader, config_lookup(&config, "value"), option, to);
    } else {
        status = signet_fail(reader->call, SIGNET_ABI_MISMATCH, "plugin.abi",
                             "The default of %.*s is not in libconfig's syntax.",
                             SIGNET_FORMAT(option->name));
    }
    config_destroy(&config);
    return status;
}

static int32_t refuse_unknown(const reader_t *reader, config_setting_t *from,
                              const signet_option_t *options, uint64_t count)
{
    for (int i = 0; i < config_setting_length(from); i++) {
        config_setting_t *member = config_setting_get_elem(from, (unsigned int)i);
        if (!runner_option(options, count, signet_text(config_setting_name(member)))) {
            return signet_fail(
                reader->call, SIGNET_INVALID, "config.unknown", "Line %u: there is no option %s.",
                (unsigned int)config_setting_source_line(member), config_setting_name(member));
        }
    }
    return SIGNET_OK;
}

static int32_t read_group(const reader_t *reader, config_setting_t *from,
                          const signet_option_t *options, uint64_t count, signet_setting_t *to)
{
    int32_t status = refuse_unknown(reader, from, options, count);
    signet_setting_t *members = runner_take(reader->memory, count * sizeof *members);
    uint64_t used = 0;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, options, i);
        const char *name = runner_take_text(reader->memory, option->name).data;
        config_setting_t *member = config_setting_get_member(from, name);
        int filled = 1;
        status = member ? read_value(reader, member, option, &members[used])
                        : read_default(reader, option, &members[used], &filled);
        used += filled ? 1 : 0;
    }
    to->members = members;
    to->member_count = used;
    return status;
}

int32_t runner_settings(signet_call_t *call, signet_call_t *memory, const char *folder,
                        const signet_option_t *options, uint64_t count, const char *block,
                        const signet_setting_t **settings)
{
    reader_t reader = {.call = call, .memory = memory, .folder = folder};
    config_t config;
    config_init(&config);
    int32_t status = SIGNET_OK;
    if (config_read_string(&config, block ? block : "")) {
        config_setting_t *from = config_root_setting(&config);
        signet_setting_t *root = runner_take(memory, sizeof *root);
        *root = setting_of(SIGNET_OPTION_GROUP, SIGNET_TEXT(""), from);
        status = read_group(&reader, from, options, count, root);
        *settings = root;
    } else {
        status = signet_fail(call, SIGNET_INVALID, "config.syntax", "Line %d: %s.",
                             config_error_line(&config), config_error_text(&config));
    }
    config_destroy(&config);
    return status;
}
