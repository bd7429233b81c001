/* Values on a command line. */
#include "cli/value.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cli/argument.h"
#include "core/call.h"
#include "core/secret.h"
#include "core/text.h"
#include "core/value.h"

static int32_t fail_value(signet_call_t *call, const signet_option_t *option, signet_text_t written,
                          const char *wanted)
{
    return core_fail(call, SIGNET_INVALID, "command.usage", "\"%.*s\" is no value for %s%.*s: %s",
                     CORE_TEXT_ARG(written), option->flags & SIGNET_OPTION_POSITIONAL ? "" : "--",
                     CORE_TEXT_ARG(cli_option_flag(call, option)), wanted);
}

static int32_t fail_choice(signet_call_t *call, const signet_option_t *option,
                           signet_text_t written)
{
    core_nearest_t nearest = {.wanted = written};
    uint64_t begin = 0;
    for (uint64_t at = 0; at <= option->choices.length; at++) {
        if (at < option->choices.length && option->choices.data[at] != '|')
            continue;
        core_nearest_offer(&nearest, (signet_text_t){option->choices.data + begin, at - begin});
        begin = at + 1;
    }
    signet_text_t wanted =
        nearest.best.length
            ? core_format(call, "did you mean %.*s?", CORE_TEXT_ARG(nearest.best))
            : core_format(call, "it is one of %.*s", CORE_TEXT_ARG(option->choices));
    return wanted.data ? fail_value(call, option, written, wanted.data) : SIGNET_NO_MEMORY;
}

static int32_t take_text(signet_call_t *call, const signet_option_t *option, signet_text_t written,
                         signet_setting_t *setting)
{
    if (!core_text_is_utf8(written))
        return fail_value(call, option, written, "it is not UTF-8");
    if (!core_value_chosen(option, written))
        return fail_choice(call, option, written);
    setting->text = core_format(call, "%.*s", CORE_TEXT_ARG(written));
    return setting->text.data ? SIGNET_OK : SIGNET_NO_MEMORY;
}

static int32_t absolute(signet_call_t *call, signet_text_t written, signet_text_t *path)
{
    char folder[PATH_MAX];
    if (written.data[0] == '/' || core_text_is(written, "-")) {
        *path = core_format(call, "%.*s", CORE_TEXT_ARG(written));
    } else if (getcwd(folder, sizeof folder)) {
        *path = core_format(call, "%s/%.*s", folder, CORE_TEXT_ARG(written));
    } else {
        return core_fail(call, SIGNET_UNAVAILABLE, "command.no-folder",
                         "the current folder cannot be told (%s): use an absolute path",
                         strerror(errno));
    }
    return path->data ? SIGNET_OK : SIGNET_NO_MEMORY;
}

static int32_t take_secret(signet_call_t *call, const signet_option_t *option,
                           signet_text_t written, signet_setting_t *setting)
{
    signet_text_t name = {NULL, 0};
    signet_text_t path = {NULL, 0};
    int kind = core_secret_kind(written, &name);
    if (!kind || !name.length)
        return fail_value(call, option, written,
                          "name where the secret is: file:PATH, env:NAME or cred:NAME");
    if (kind != CORE_SECRET_FILE)
        return take_text(call, option, written, setting);
    int32_t status = absolute(call, name, &path);
    if (status != SIGNET_OK)
        return status;
    setting->text = core_format(call, "file:%.*s", CORE_TEXT_ARG(path));
    return setting->text.data ? SIGNET_OK : SIGNET_NO_MEMORY;
}

static int32_t take_number(signet_call_t *call, const signet_option_t *option,
                           signet_text_t written, signet_setting_t *setting)
{
    int read = 0;
    const char *wanted = "write a whole number";
    if (option->type == SIGNET_OPTION_INTEGER) {
        read = core_value_integer(written, &setting->integer);
    } else if (option->type == SIGNET_OPTION_DURATION) {
        wanted = "write a duration such as 30s, 12h or 90d";
        read = core_value_duration(written, &setting->integer);
    } else if (option->type == SIGNET_OPTION_SIZE) {
        wanted = "write a size such as 64KiB or 10MiB";
        read = core_value_size(written, &setting->integer);
    } else if (option->type == SIGNET_OPTION_BOOLEAN) {
        wanted = "write true or false";
        setting->integer = core_text_is(written, "true");
        return setting->integer || core_text_is(written, "false")
                   ? SIGNET_OK
                   : fail_value(call, option, written, wanted);
    }
    if (!read)
        return fail_value(call, option, written, wanted);
    if (!core_value_within(option, setting->integer)) {
        signet_text_t limits = core_format(call, "it must lie between %lld and %lld",
                                           (long long)option->minimum, (long long)option->maximum);
        return limits.data ? fail_value(call, option, written, limits.data) : SIGNET_NO_MEMORY;
    }
    return SIGNET_OK;
}

int32_t cli_value_read(signet_call_t *call, const signet_option_t *option, signet_text_t written,
                       signet_setting_t *setting)
{
    switch (option->type) {
    case SIGNET_OPTION_TEXT:
    case SIGNET_OPTION_TEXTS:
    case SIGNET_OPTION_INSTANCE:
        return take_text(call, option, written, setting);
    case SIGNET_OPTION_PATH:
        return written.length ? absolute(call, written, &setting->text)
                              : fail_value(call, option, written, "name a file or folder");
    case SIGNET_OPTION_SECRET:
        return take_secret(call, option, written, setting);
    default:
        return take_number(call, option, written, setting);
    }
}
