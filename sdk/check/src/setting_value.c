/* Single values of options. */
#include "runner.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <string.h>

const signet_option_t *runner_option(const signet_option_t *options, uint64_t count,
                                     signet_text_t name)
{
    for (uint64_t i = 0; i < count; i++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, options, i);
        if (signet_text_equal(option->name, name)) {
            return option;
        }
    }
    return NULL;
}

int runner_option_is_scalar(const signet_option_t *option)
{
    return option->type != SIGNET_OPTION_TEXTS && option->type != SIGNET_OPTION_GROUP &&
           option->type != SIGNET_OPTION_GROUPS;
}

static int32_t wrong(signet_call_t *call, const signet_option_t *option, signet_text_t text,
                     const char *remedy)
{
    return signet_fail(call, SIGNET_INVALID, "config.wrong-value",
                       "\"%.*s\" is not a value of %.*s: %s.", SIGNET_FORMAT(text),
                       SIGNET_FORMAT(option->name), remedy);
}

/* A whole decimal number, or a number with the unit of a size. 0 where it is neither. */
static int read_number(signet_text_t text, int is_size, int64_t *number)
{
    static const struct {
        const char *name;
        int64_t factor;
    } units[] = {{"", 1},
                 {"B", 1},
                 {"KiB", 1024},
                 {"MiB", 1048576},
                 {"GiB", 1073741824},
                 {"TiB", INT64_C(1099511627776)}};
    int negative = text.length > 0 && text.data[0] == '-';
    uint64_t position = negative ? 1 : 0;
    uint64_t begin = position;
    int overflow = 0;
    *number = 0;
    for (; position < text.length && text.data[position] >= '0' && text.data[position] <= '9';
         position++) {
        int digit = text.data[position] - '0';
        overflow |= __builtin_mul_overflow(*number, 10, number);
        overflow |= __builtin_add_overflow(*number, negative ? -digit : digit, number);
    }
    signet_text_t unit = {text.data + position, text.length - position};
    /* A size has a unit, a number has none. */
    uint64_t end = is_size ? sizeof units / sizeof *units : 1;
    for (uint64_t i = is_size ? 1 : 0; i < end; i++) {
        if (signet_text_is(unit, units[i].name)) {
            overflow |= __builtin_mul_overflow(*number, units[i].factor, number);
            return position > begin && !overflow;
        }
    }
    return 0;
}

/* Whether the text is one of "a|b|c". */
static int is_choice(signet_text_t choices, signet_text_t text)
{
    while (choices.length > 0) {
        if (signet_text_equal(signet_text_split(choices, '|', &choices), text)) {
            return 1;
        }
    }
    return 0;
}

int32_t runner_setting_integer(signet_call_t *call, const signet_option_t *option, int64_t integer,
                               signet_setting_t *setting)
{
    int limited = option->minimum != 0 || option->maximum != 0;
    if (limited && (integer < option->minimum || integer > option->maximum)) {
        return signet_fail(call, SIGNET_INVALID, "config.out-of-range",
                           "%lld is out of the range of %.*s: %lld to %lld.", (long long)integer,
                           SIGNET_FORMAT(option->name), (long long)option->minimum,
                           (long long)option->maximum);
    }
    setting->integer = integer;
    return SIGNET_OK;
}

static int32_t read_text(signet_call_t *call, signet_call_t *memory, const char *folder,
                         const signet_option_t *option, signet_text_t text,
                         signet_setting_t *setting)
{
    if (option->choices.length > 0 && !is_choice(option->choices, text)) {
        return wrong(call, option, text, "choose one of its choices");
    }
    if (option->type == SIGNET_OPTION_SECRET && !signet_text_starts(text, "file:") &&
        !signet_text_starts(text, "env:") && !signet_text_starts(text, "cred:")) {
        return wrong(call, option, SIGNET_TEXT("(hidden)"),
                     "name the secret with file:PATH, env:NAME or cred:NAME");
    }
    if (option->type == SIGNET_OPTION_PATH && text.length > 0 && text.data[0] != '/') {
        uint64_t size = strlen(folder) + 1 + text.length + 1;
        char *path = runner_take(memory, size);
        snprintf(path, size, "%s/%.*s", folder, SIGNET_FORMAT(text));
        setting->text = (signet_text_t){path, size - 1};
    } else {
        setting->text = runner_take_text(memory, text);
    }
    return SIGNET_OK;
}

int32_t runner_setting_text(signet_call_t *call, signet_call_t *memory, const char *folder,
                            const signet_option_t *option, signet_text_t text,
                            signet_setting_t *setting)
{
    int64_t integer = 0;
    switch (option->type) {
    case SIGNET_OPTION_INTEGER:
        if (!read_number(text, 0, &integer)) {
            return wrong(call, option, text, "write a whole number");
        }
        return runner_setting_integer(call, option, integer, setting);
    case SIGNET_OPTION_SIZE:
        if (!read_number(text, 1, &integer)) {
            return wrong(call, option, text, "write a size such as 64KiB");
        }
        return runner_setting_integer(call, option, integer, setting);
    case SIGNET_OPTION_DURATION:
        if (signet_duration_parse(call, text, &integer) != SIGNET_OK) {
            return SIGNET_INVALID;
        }
        return runner_setting_integer(call, option, integer, setting);
    case SIGNET_OPTION_BOOLEAN:
        if (!signet_text_is(text, "true") && !signet_text_is(text, "false")) {
            return wrong(call, option, text, "write true or false");
        }
        return runner_setting_integer(call, option, signet_text_is(text, "true"), setting);
    default:
        return read_text(call, memory, folder, option, text, setting);
    }
}
