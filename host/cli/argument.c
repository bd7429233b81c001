/* From the command line to settings. */
#include "cli/argument.h"

#include <string.h>

#include "cli/memory.h"
#include "cli/value.h"
#include "core/call.h"
#include "core/config.h"
#include "core/text.h"
#include "core/value.h"

#define OPTION(kind, key, words)                                                                   \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = SIGNET_OPTION_##kind,                             \
        .name = SIGNET_TEXT_INIT(key), .help = SIGNET_TEXT_INIT(words)                             \
    }

static const signet_option_t globals[] = {
    OPTION(PATH, "config",
           "Configuration for commands that work without a host; by default SIGNET_CONFIG."),
    OPTION(TEXT, "instance", "Plugin instance to use, where the configuration has several."),
    OPTION(TEXT, "url",
           "Host to speak to, https://HOST:PORT or unix:/PATH; by default SIGNET_URL."),
    OPTION(PATH, "cacert", "Certificates to trust for it, PEM; by default SIGNET_CACERT."),
    OPTION(PATH, "token_file", "File with the token to show it; by default SIGNET_TOKEN_FILE."),
    OPTION(PATH, "client_certificate",
           "TLS client certificate to show it, PEM with its chain; by default "
           "SIGNET_CLIENT_CERTIFICATE."),
    OPTION(PATH, "client_key",
           "Private key of the client certificate, PEM; by default SIGNET_CLIENT_KEY."),
    OPTION(PATH, "plugins", "Folder to load plugins from; by default SIGNET_PLUGINS."),
    OPTION(BOOLEAN, "json", "Print one JSON document instead of text."),
    OPTION(BOOLEAN, "no_color", "Print no colours; so does NO_COLOR."),
    OPTION(BOOLEAN, "help", "Explain the command."),
};

const signet_option_t *cli_global_options(uint64_t *count)
{
    *count = sizeof globals / sizeof globals[0];
    return globals;
}

int32_t cli_options_begin(signet_call_t *call, const signet_option_t *declared, uint64_t count,
                          cli_options_t *options)
{
    options->declared = declared;
    options->count = count;
    options->given = cli_alloc(call, count, sizeof *options->given);
    return options->given ? SIGNET_OK : cli_status(call);
}

/* A letter of an option's name as it is typed. */
static char typed(char letter)
{
    return (char)(letter == '_' ? '-' : letter);
}

signet_text_t cli_option_flag(signet_call_t *call, const signet_option_t *option)
{
    char *flag = cli_alloc(call, option->name.length + 1, 1);
    if (!flag)
        return (signet_text_t){NULL, 0};
    for (uint64_t at = 0; at < option->name.length; at++)
        flag[at] = typed(option->name.data[at]);
    return (signet_text_t){flag, option->name.length};
}

static int is_flag(const signet_option_t *option, signet_text_t flag)
{
    if ((option->flags & SIGNET_OPTION_POSITIONAL) || option->name.length != flag.length)
        return 0;
    for (uint64_t at = 0; at < flag.length; at++) {
        if (typed(option->name.data[at]) != flag.data[at])
            return 0;
    }
    return 1;
}

/* Takes a value for the option at `index` of a set. */
static int32_t give(signet_call_t *call, cli_options_t *set, uint64_t index, signet_text_t value)
{
    const signet_option_t *option = SIGNET_AT(signet_option_t, set->declared, index);
    signet_setting_t *setting = &set->given[index];
    int is_list = option->type == SIGNET_OPTION_TEXTS;
    if (setting->size && !is_list)
        return core_fail(call, SIGNET_INVALID, "command.usage", "\"%.*s\" is given twice",
                         CORE_TEXT_ARG(cli_option_flag(call, option)));
    if (!is_list) {
        *setting =
            (signet_setting_t){.size = sizeof *setting, .type = option->type, .name = option->name};
        return cli_value_read(call, option, value, setting);
    }
    uint64_t count = setting->member_count;
    signet_setting_t *elements = cli_alloc(call, count + 1, sizeof *elements);
    if (!elements)
        return cli_status(call);
    if (count)
        memcpy(elements, setting->members, count * sizeof *elements);
    elements[count] = (signet_setting_t){.size = sizeof *elements, .type = SIGNET_OPTION_TEXT};
    *setting = (signet_setting_t){.size = sizeof *setting,
                                  .type = option->type,
                                  .name = option->name,
                                  .members = elements,
                                  .member_count = count + 1};
    return cli_value_read(call, option, value, &elements[count]);
}

static int32_t fail_unknown(signet_call_t *call, const cli_options_t *sets, uint64_t set_count,
                            signet_text_t flag)
{
    core_nearest_t nearest = {.wanted = flag};
    for (uint64_t set = 0; set < set_count; set++) {
        for (uint64_t index = 0; index < sets[set].count; index++) {
            const signet_option_t *option = SIGNET_AT(signet_option_t, sets[set].declared, index);
            if (!(option->flags & SIGNET_OPTION_POSITIONAL))
                core_nearest_offer(&nearest, cli_option_flag(call, option));
        }
    }
    if (nearest.best.length)
        return core_fail(call, SIGNET_INVALID, "command.usage",
                         "there is no option --%.*s; did you mean --%.*s?", CORE_TEXT_ARG(flag),
                         CORE_TEXT_ARG(nearest.best));
    return core_fail(call, SIGNET_INVALID, "command.usage", "there is no option --%.*s",
                     CORE_TEXT_ARG(flag));
}

/* Takes "--name value", "--name=value" or a boolean's "--name". */
static int32_t take_flag(signet_call_t *call, cli_options_t *sets, uint64_t set_count,
                         signet_text_t whole, const char *next, int *used_next)
{
    signet_text_t flag = whole;
    signet_text_t value = {NULL, 0};
    const char *equals = memchr(whole.data, '=', whole.length);
    if (equals) {
        flag.length = (uint64_t)(equals - whole.data);
        value = (signet_text_t){equals + 1, whole.length - flag.length - 1};
    }
    for (uint64_t set = 0; set < set_count; set++) {
        for (uint64_t index = 0; index < sets[set].count; index++) {
            const signet_option_t *option = SIGNET_AT(signet_option_t, sets[set].declared, index);
            if (!is_flag(option, flag))
                continue;
            if (equals)
                return give(call, &sets[set], index, value);
            if (option->type == SIGNET_OPTION_BOOLEAN)
                return give(call, &sets[set], index, SIGNET_TEXT("true"));
            if (!next)
                return core_fail(call, SIGNET_INVALID, "command.usage", "--%.*s needs a value",
                                 CORE_TEXT_ARG(flag));
            *used_next = 1;
            return give(call, &sets[set], index, core_text(next));
        }
    }
    return fail_unknown(call, sets, set_count, flag);
}

/* Takes a positional argument: the first that is not given, or one that repeats. */
static int32_t take_positional(signet_call_t *call, cli_options_t *set, signet_text_t argument)
{
    for (uint64_t index = 0; index < set->count; index++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, set->declared, index);
        int open = !set->given[index].size || (option->flags & SIGNET_OPTION_REPEATABLE);
        if ((option->flags & SIGNET_OPTION_POSITIONAL) && open)
            return give(call, set, index, argument);
    }
    return core_fail(call, SIGNET_INVALID, "command.usage", "\"%.*s\" is one argument too many",
                     CORE_TEXT_ARG(argument));
}

int32_t cli_arguments_read(signet_call_t *call, cli_options_t *sets, uint64_t set_count,
                           char **arguments, uint64_t count, int stop, uint64_t *used)
{
    int flags = 1;
    uint64_t at = 0;
    int32_t status = SIGNET_OK;
    for (; at < count && status == SIGNET_OK; at++) {
        signet_text_t argument = core_text(arguments[at]);
        int used_next = 0;
        if (flags && core_text_is(argument, "--")) {
            flags = 0;
        } else if (flags && core_text_is(argument, "-h")) {
            status = take_flag(call, sets, set_count, SIGNET_TEXT("help"), NULL, &used_next);
        } else if (flags && argument.length > 2 && memcmp(argument.data, "--", 2) == 0) {
            argument.data += 2;
            argument.length -= 2;
            status = take_flag(call, sets, set_count, argument,
                               at + 1 < count ? arguments[at + 1] : NULL, &used_next);
        } else if (flags && argument.length > 1 && argument.data[0] == '-') {
            status = core_fail(call, SIGNET_INVALID, "command.usage",
                               "there is no option %s; options begin with \"--\"", arguments[at]);
        } else if (stop) {
            break;
        } else {
            status = take_positional(call, &sets[0], argument);
        }
        at += used_next ? 1 : 0;
    }
    *used = at;
    return status;
}

int32_t cli_options_end(signet_call_t *call, const cli_options_t *options, int required,
                        const signet_setting_t **group)
{
    signet_setting_t *members = cli_alloc(call, options->count, sizeof *members);
    signet_setting_t *root = cli_alloc(call, 1, sizeof *root);
    if (!members || !root)
        return cli_status(call);
    uint64_t used = 0;
    for (uint64_t index = 0; index < options->count; index++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, options->declared, index);
        const char *dashes = option->flags & SIGNET_OPTION_POSITIONAL ? "" : "--";
        cli_options_t rest = *options;
        if (!rest.given[index].size && option->default_value.length) {
            int32_t status = give(call, &rest, index, option->default_value);
            if (status != SIGNET_OK)
                return status;
        }
        if (rest.given[index].size)
            members[used++] = rest.given[index];
        else if (required && (option->flags & SIGNET_OPTION_REQUIRED))
            return core_fail(call, SIGNET_INVALID, "command.usage", "%s%.*s is missing", dashes,
                             CORE_TEXT_ARG(cli_option_flag(call, option)));
    }
    *root = (signet_setting_t){.size = sizeof *root,
                               .type = SIGNET_OPTION_GROUP,
                               .members = members,
                               .member_count = used};
    *group = root;
    return SIGNET_OK;
}

signet_text_t cli_setting_text(const signet_setting_t *group, const char *name)
{
    const signet_setting_t *setting = core_setting(group, name);
    return setting ? setting->text : (signet_text_t){NULL, 0};
}

int64_t cli_setting_integer(const signet_setting_t *group, const char *name)
{
    const signet_setting_t *setting = core_setting(group, name);
    return setting ? setting->integer : 0;
}
