/* Arguments of a command. */
#include "runner.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

/* What the reading of one command line goes by. */
typedef struct reader {
    signet_call_t *call;
    const char *folder;
    const signet_command_t *command;
    signet_setting_t *settings; /* one for each option; its size is 0 until it is set */
} reader_t;

static int32_t usage(const reader_t *reader, const char *what, signet_text_t name)
{
    return signet_fail(reader->call, SIGNET_INVALID, "command.usage", "%s %.*s.", what,
                       SIGNET_FORMAT(name));
}

/* Takes a value for the option at `index`. */
static int32_t set(const reader_t *reader, uint64_t index, signet_text_t value)
{
    const signet_option_t *option = SIGNET_AT(signet_option_t, reader->command->options, index);
    signet_setting_t *setting = &reader->settings[index];
    int is_list = option->type == SIGNET_OPTION_TEXTS;
    if (setting->size != 0 && !is_list) {
        return usage(reader, "Given twice:", option->name);
    }
    uint64_t count = is_list ? setting->member_count : 0;
    const signet_setting_t *before = setting->members;
    *setting =
        (signet_setting_t){.size = sizeof *setting, .type = option->type, .name = option->name};
    if (!is_list) {
        return runner_setting_text(reader->call, reader->call, reader->folder, option, value,
                                   setting);
    }
    signet_setting_t *elements = runner_take(reader->call, (count + 1) * sizeof *elements);
    for (uint64_t i = 0; i < count; i++) {
        elements[i] = before[i];
    }
    elements[count] = (signet_setting_t){.size = sizeof *elements, .type = SIGNET_OPTION_TEXT};
    setting->members = elements;
    setting->member_count = count + 1;
    return runner_setting_text(reader->call, reader->call, reader->folder, option, value,
                               &elements[count]);
}

/* Whether an option of the declaration is written "--name": '-' stands for '_'. */
static int is_flag(const signet_option_t *option, signet_text_t flag)
{
    if ((option->flags & SIGNET_OPTION_POSITIONAL) || option->name.length != flag.length) {
        return 0;
    }
    for (uint64_t i = 0; i < flag.length; i++) {
        int is_dash = option->name.data[i] == '_';
        if (flag.data[i] != (is_dash ? '-' : option->name.data[i])) {
            return 0;
        }
    }
    return 1;
}

/* Takes "--name value", "--name=value" or a boolean's "--name". `*used` is 1 where the value was
 * the next argument. */
static int32_t take_flag(const reader_t *reader, signet_text_t argument, const char *next,
                         int *used)
{
    signet_text_t value;
    signet_text_t whole = {argument.data + 2, argument.length - 2};
    signet_text_t flag = signet_text_split(whole, '=', &value);
    *used = 0;
    for (uint64_t i = 0; i < reader->command->option_count; i++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, reader->command->options, i);
        if (!is_flag(option, flag)) {
            continue;
        }
        if (flag.length < whole.length) {
            return set(reader, i, value);
        }
        if (option->type == SIGNET_OPTION_BOOLEAN) {
            return set(reader, i, SIGNET_TEXT("true"));
        }
        if (!next) {
            return usage(reader, "A value is missing for", argument);
        }
        *used = 1;
        return set(reader, i, signet_text(next));
    }
    return usage(reader, "There is no option", argument);
}

/* Takes a positional argument: the first that is not set, or the last where it repeats. */
static int32_t take_positional(const reader_t *reader, signet_text_t argument)
{
    for (uint64_t i = 0; i < reader->command->option_count; i++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, reader->command->options, i);
        int open = reader->settings[i].size == 0 || (option->flags & SIGNET_OPTION_REPEATABLE);
        if ((option->flags & SIGNET_OPTION_POSITIONAL) && open) {
            return set(reader, i, argument);
        }
    }
    return usage(reader, "One argument too many:", argument);
}

/* Fills in defaults and moves what is set together. */
static int32_t complete(const reader_t *reader, signet_setting_t *root)
{
    uint64_t used = 0;
    for (uint64_t i = 0; i < reader->command->option_count; i++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, reader->command->options, i);
        if (reader->settings[i].size == 0 && option->default_value.length > 0) {
            int32_t status = set(reader, i, option->default_value);
            if (status != SIGNET_OK) {
                return status;
            }
        }
        if (reader->settings[i].size != 0) {
            reader->settings[used++] = reader->settings[i];
        } else if (option->flags & SIGNET_OPTION_REQUIRED) {
            return usage(reader, "Missing:", option->name);
        }
    }
    *root = (signet_setting_t){.size = sizeof *root,
                               .type = SIGNET_OPTION_GROUP,
                               .members = reader->settings,
                               .member_count = used};
    return SIGNET_OK;
}

int32_t runner_arguments(signet_call_t *call, const char *folder, const signet_command_t *command,
                         const char *const *arguments, uint64_t count,
                         const signet_setting_t **settings)
{
    reader_t reader = {.call = call, .folder = folder, .command = command};
    reader.settings = runner_take(call, (command->option_count + 1) * sizeof *reader.settings);
    int flags = 1;
    for (uint64_t i = 0; i < count; i++) {
        signet_text_t argument = runner_take_text(call, signet_text(arguments[i]));
        int used = 0;
        int32_t status = SIGNET_OK;
        if (flags && signet_text_is(argument, "--")) {
            flags = 0;
        } else if (flags && signet_text_starts(argument, "--")) {
            status = take_flag(&reader, argument, i + 1 < count ? arguments[i + 1] : NULL, &used);
        } else {
            status = take_positional(&reader, argument);
        }
        if (status != SIGNET_OK) {
            return status;
        }
        i += used ? 1 : 0;
    }
    signet_setting_t *root = runner_take(call, sizeof *root);
    *settings = root;
    return complete(&reader, root);
}
