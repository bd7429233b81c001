#include "core/config_value.h"

#include <stdio.h>
#include <string.h>

#include "core/call.h"
#include "core/secret.h"
#include "core/text.h"
#include "core/value.h"

/* What a type is called, and how it is written. */
static const char *wanted(uint32_t type)
{
    switch (type) {
    case SIGNET_OPTION_INTEGER:
        return "a whole number";
    case SIGNET_OPTION_BOOLEAN:
        return "true or false";
    case SIGNET_OPTION_DURATION:
        return "a duration in quotes, such as \"30s\", \"5m\", \"24h\", \"90d\"";
    case SIGNET_OPTION_SIZE:
        return "a size in quotes, such as \"512B\", \"64KiB\", \"10MiB\"";
    case SIGNET_OPTION_PATH:
        return "a path in quotes";
    case SIGNET_OPTION_SECRET:
        return "a reference to a secret, \"file:PATH\", \"env:NAME\" or \"cred:NAME\", never the "
               "secret itself";
    case SIGNET_OPTION_TEXTS:
        return "a list of text, such as [ \"a\", \"b\" ]";
    case SIGNET_OPTION_INSTANCE:
        return "the name of a plugin instance in quotes";
    default:
        return "text in quotes";
    }
}

static void fault_type(core_check_t *check, const config_setting_t *from,
                       const signet_option_t *option)
{
    core_check_fault(check, from, "\"%.*s\" must be %s", CORE_TEXT_ARG(option->name),
                     wanted(option->type));
}

static void fault_choice(core_check_t *check, const config_setting_t *from,
                         const signet_option_t *option, const char *text)
{
    core_nearest_t nearest = {.wanted = core_text(text)};
    uint64_t begin = 0;
    for (uint64_t at = 0; at <= option->choices.length; at++) {
        if (at < option->choices.length && option->choices.data[at] != '|')
            continue;
        core_nearest_offer(&nearest, (signet_text_t){option->choices.data + begin, at - begin});
        begin = at + 1;
    }
    if (nearest.best.length)
        core_check_fault(check, from, "\"%.*s\" cannot be \"%s\": did you mean \"%.*s\"?",
                         CORE_TEXT_ARG(option->name), text, CORE_TEXT_ARG(nearest.best));
    else
        core_check_fault(check, from, "\"%.*s\" cannot be \"%s\": choose one of %.*s",
                         CORE_TEXT_ARG(option->name), text, CORE_TEXT_ARG(option->choices));
}

/* Text of the file, checked for what every text must be; NULL, with a fault, where it is none. */
static const char *take_string(core_check_t *check, const config_setting_t *from,
                               const signet_option_t *option)
{
    const char *text = config_setting_get_string(from);
    if (!text || !core_text_is_utf8(core_text(text))) {
        fault_type(check, from, option);
        return NULL;
    }
    return text;
}

static void take_text(core_check_t *check, const config_setting_t *from,
                      const signet_option_t *option, signet_setting_t *to)
{
    const char *text = take_string(check, from, option);
    if (!text)
        return;
    to->text = core_check_copy(check, text);
    if (!core_value_chosen(option, to->text))
        fault_choice(check, from, option, text);
}

/* The absolute form of a path that the file of `from` holds. */
static signet_text_t absolute(core_check_t *check, const config_setting_t *from, const char *path)
{
    char whole[4096];
    const char *file = config_setting_source_file(from);
    int included = file && strcmp(file, check->main_file) != 0;
    const char *slash = included ? strrchr(file, '/') : NULL;
    int length = 0;
    if (path[0] == '/')
        return core_check_copy(check, path);
    if (slash)
        length = snprintf(whole, sizeof whole, "%.*s/%.*s/%s", CORE_TEXT_ARG(check->folder),
                          (int)(slash - file), file, path);
    else
        length = snprintf(whole, sizeof whole, "%.*s/%s", CORE_TEXT_ARG(check->folder), path);
    if (length < 0 || (size_t)length >= sizeof whole) {
        core_check_fault(check, from, "the path \"%.40s…\" is too long: use a shorter one", path);
        return (signet_text_t){NULL, 0};
    }
    return core_check_copy(check, whole);
}

static void take_path(core_check_t *check, const config_setting_t *from,
                      const signet_option_t *option, signet_setting_t *to)
{
    const char *path = take_string(check, from, option);
    if (path && !path[0])
        fault_type(check, from, option);
    else if (path)
        to->text = absolute(check, from, path);
}

/* A secret's file is judged here already, so that a check of the configuration finds it open to
 * others. What the environment holds is known only to the process that will run. */
static void take_secret(core_check_t *check, const config_setting_t *from,
                        const signet_option_t *option, signet_setting_t *to)
{
    const char *reference = config_setting_get_string(from);
    signet_text_t name = {NULL, 0};
    int kind = reference ? core_secret_kind(core_text(reference), &name) : 0;
    if (kind == 0) {
        fault_type(check, from, option);
        return;
    }
    to->text = core_check_copy(check, reference);
    if (kind != CORE_SECRET_FILE)
        return;
    signet_text_t path = absolute(check, from, name.data);
    char whole[4096 + 8];
    snprintf(whole, sizeof whole, "file:%.*s", CORE_TEXT_ARG(path));
    to->text = core_check_copy(check, whole);
    signet_call_t *child = check->call->services->child(check->call);
    if (!child) {
        check->faults->text.failed = 1;
        return;
    }
    if (core_secret_check(child, path) != SIGNET_OK) {
        const signet_error_t *error = child->services->error(child);
        core_check_fault(check, from, "%.*s", CORE_TEXT_ARG(error->message));
    }
    child->services->end(child);
}

static void take_texts(core_check_t *check, const config_setting_t *from,
                       const signet_option_t *option, signet_setting_t *to)
{
    if (!config_setting_is_list(from) && !config_setting_is_array(from)) {
        fault_type(check, from, option);
        return;
    }
    unsigned count = (unsigned)config_setting_length(from);
    signet_setting_t *elements = core_arena_alloc(check->arena, count * sizeof *elements);
    if (!elements) {
        check->faults->text.failed = 1;
        return;
    }
    for (unsigned index = 0; index < count; index++) {
        const config_setting_t *element = config_setting_get_elem(from, index);
        elements[index] = (signet_setting_t){.size = sizeof *elements,
                                             .type = SIGNET_OPTION_TEXT,
                                             .file = core_check_file(check, element),
                                             .line = config_setting_source_line(element)};
        take_text(check, element, option, &elements[index]);
    }
    to->members = elements;
    to->member_count = count;
}

static void fault_limits(core_check_t *check, const config_setting_t *from,
                         const signet_option_t *option)
{
    const char *unit = option->type == SIGNET_OPTION_DURATION ? " milliseconds"
                       : option->type == SIGNET_OPTION_SIZE   ? " octets"
                                                              : "";
    core_check_fault(check, from, "\"%.*s\" must be from %lld to %lld%s",
                     CORE_TEXT_ARG(option->name), (long long)option->minimum,
                     (long long)option->maximum, unit);
}

static void take_number(core_check_t *check, const config_setting_t *from,
                        const signet_option_t *option, signet_setting_t *to)
{
    int type = config_setting_type(from);
    const char *text = config_setting_get_string(from);
    int fits = 0;
    if (option->type == SIGNET_OPTION_BOOLEAN) {
        fits = type == CONFIG_TYPE_BOOL;
        to->integer = fits ? config_setting_get_bool(from) != 0 : 0;
    } else if (option->type == SIGNET_OPTION_INTEGER) {
        fits = type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
        if (fits)
            to->integer = type == CONFIG_TYPE_INT ? config_setting_get_int(from)
                                                  : config_setting_get_int64(from);
    } else if (option->type == SIGNET_OPTION_DURATION) {
        fits = text && core_value_duration(core_text(text), &to->integer);
    } else {
        fits = text && core_value_size(core_text(text), &to->integer);
    }
    if (!fits)
        fault_type(check, from, option);
    else if (!core_value_within(option, to->integer))
        fault_limits(check, from, option);
}

void core_config_value(core_check_t *check, const config_setting_t *from,
                       const signet_option_t *option, signet_setting_t *to)
{
    switch (option->type) {
    case SIGNET_OPTION_TEXT:
    case SIGNET_OPTION_INSTANCE:
        take_text(check, from, option, to);
        break;
    case SIGNET_OPTION_PATH:
        take_path(check, from, option, to);
        break;
    case SIGNET_OPTION_SECRET:
        take_secret(check, from, option, to);
        break;
    case SIGNET_OPTION_TEXTS:
        take_texts(check, from, option, to);
        break;
    default:
        take_number(check, from, option, to);
        break;
    }
}

/* A default list is written as in a file. */
static int default_texts(core_check_t *check, const signet_option_t *option, signet_setting_t *to)
{
    char line[1024];
    config_t config;
    snprintf(line, sizeof line, "value = %.*s;", CORE_TEXT_ARG(option->default_value));
    config_init(&config);
    const config_setting_t *value = NULL;
    if (config_read_string(&config, line))
        value = config_lookup(&config, "value");
    unsigned count = value ? (unsigned)config_setting_length(value) : 0;
    signet_setting_t *elements = core_arena_alloc(check->arena, count * sizeof *elements);
    for (unsigned index = 0; elements && index < count; index++) {
        const char *text = config_setting_get_string(config_setting_get_elem(value, index));
        elements[index] = (signet_setting_t){.size = sizeof *elements,
                                             .type = SIGNET_OPTION_TEXT,
                                             .text = core_check_copy(check, text ? text : "")};
    }
    config_destroy(&config);
    if (!elements) {
        check->faults->text.failed = 1;
        return 0;
    }
    to->members = elements;
    to->member_count = count;
    return 1;
}

int core_config_default(core_check_t *check, const signet_option_t *option, signet_setting_t *to)
{
    if (option->type == SIGNET_OPTION_TEXTS)
        return default_texts(check, option, to);
    int made = core_value_default(option, &to->text, &to->integer);
    if (made && option->type == SIGNET_OPTION_PATH && to->text.data[0] != '/') {
        char whole[4096];
        snprintf(whole, sizeof whole, "%.*s/%.*s", CORE_TEXT_ARG(check->folder),
                 CORE_TEXT_ARG(to->text));
        to->text = core_check_copy(check, whole);
    }
    return made;
}
