#include "core/config_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/call.h"
#include "core/config_value.h"
#include "core/text.h"
#include "core/value.h"

static void *take(core_check_t *check, uint64_t length)
{
    void *data = core_arena_alloc(check->arena, length);
    if (!data)
        check->faults->text.failed = 1;
    return data;
}

signet_text_t core_check_copy(core_check_t *check, const char *text)
{
    size_t length = strlen(text);
    char *data = take(check, length + 1);
    if (!data)
        return (signet_text_t){NULL, 0};
    memcpy(data, text, length + 1);
    return (signet_text_t){data, length};
}

signet_text_t core_check_file(core_check_t *check, const config_setting_t *setting)
{
    char path[4096];
    const char *file = config_setting_source_file(setting);
    if (!file || strcmp(file, check->main_file) == 0)
        file = strrchr(check->main_file, '/') + 1;
    snprintf(path, sizeof path, "%.*s%s", CORE_TEXT_ARG(check->shown), file);
    return core_check_copy(check, path);
}

void core_check_fault(core_check_t *check, const config_setting_t *setting, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    core_fault(check->faults, core_check_file(check, setting), config_setting_source_line(setting),
               "%s", message);
}

static int is_block_key(const char *key)
{
    return strcmp(key, "name") == 0 || strcmp(key, "plugin") == 0 || strcmp(key, "isolate") == 0;
}

/* The option that an unknown key was meant to be; empty where none is near. */
static signet_text_t meant_by(const char *key, const signet_option_t *options, uint64_t count)
{
    core_nearest_t nearest = {.wanted = core_text(key)};
    for (uint64_t index = 0; index < count; index++)
        core_nearest_offer(&nearest, SIGNET_AT(signet_option_t, options, index)->name);
    return nearest.best;
}

static void fault_unknown(core_check_t *check, const config_setting_t *member,
                          const signet_option_t *options, uint64_t count, const char *what)
{
    const char *key = config_setting_name(member);
    signet_text_t meant = meant_by(key, options, count);
    if (meant.length)
        core_check_fault(check, member, "unknown key \"%s\" in %s: did you mean \"%.*s\"?", key,
                         what, CORE_TEXT_ARG(meant));
    else
        core_check_fault(check, member, "unknown key \"%s\" in %s: remove it", key, what);
}

/* Whether a key of the group is `option` misspelt. That is one fault already: unknown key. */
static int is_misspelt(const config_setting_t *group, const signet_option_t *options,
                       uint64_t count, const signet_option_t *option, int block)
{
    for (int index = 0; index < config_setting_length(group); index++) {
        const char *key = config_setting_name(config_setting_get_elem(group, (unsigned)index));
        if (!(block && is_block_key(key)) && !core_option_find(options, count, core_text(key)) &&
            core_text_equal(meant_by(key, options, count), option->name))
            return 1;
    }
    return 0;
}

/* Groups and the members of lists, which hold options of their own. */
static void take_members(core_check_t *check, const config_setting_t *from,
                         const signet_option_t *option, signet_setting_t *to)
{
    char what[128];
    snprintf(what, sizeof what, "\"%.*s\"", CORE_TEXT_ARG(option->name));
    const signet_setting_t *group =
        core_check_group(check, from, option->members, option->member_count, what, 0);
    if (group) {
        to->members = group->members;
        to->member_count = group->member_count;
    }
}

static signet_text_t name_of(const signet_setting_t *group)
{
    for (uint64_t index = 0; index < group->member_count; index++) {
        if (core_text_is(group->members[index].name, "name"))
            return group->members[index].text;
    }
    return (signet_text_t){NULL, 0};
}

static void take_groups(core_check_t *check, const config_setting_t *from,
                        const signet_option_t *option, signet_setting_t *to)
{
    unsigned count = (unsigned)config_setting_length(from);
    signet_setting_t *elements = take(check, count * sizeof *elements);
    if (!elements)
        return;
    for (unsigned index = 0; index < count; index++) {
        const config_setting_t *element = config_setting_get_elem(from, index);
        elements[index] = (signet_setting_t){.size = sizeof *elements,
                                             .type = SIGNET_OPTION_GROUP,
                                             .file = core_check_file(check, element),
                                             .line = config_setting_source_line(element)};
        if (!config_setting_is_group(element)) {
            core_check_fault(check, element, "\"%.*s\" must be a list of groups: write ( { … } )",
                             CORE_TEXT_ARG(option->name));
            continue;
        }
        take_members(check, element, option, &elements[index]);
        signet_text_t name = name_of(&elements[index]);
        for (unsigned before = 0; name.length && before < index; before++) {
            if (core_text_equal(name, name_of(&elements[before])))
                core_check_fault(check, element,
                                 "\"%.*s\" has two elements named \"%.*s\" (the other at line %u): "
                                 "rename one",
                                 CORE_TEXT_ARG(option->name), CORE_TEXT_ARG(name),
                                 (unsigned)elements[before].line);
        }
    }
    to->members = elements;
    to->member_count = count;
}

static void take_setting(core_check_t *check, const config_setting_t *from,
                         const signet_option_t *option, signet_setting_t *to)
{
    to->file = core_check_file(check, from);
    to->line = config_setting_source_line(from);
    if (option->type == SIGNET_OPTION_GROUP && config_setting_is_group(from))
        take_members(check, from, option, to);
    else if (option->type == SIGNET_OPTION_GROUP)
        core_check_fault(check, from, "\"%.*s\" must be a group: write { … }",
                         CORE_TEXT_ARG(option->name));
    else if (option->type == SIGNET_OPTION_GROUPS && config_setting_is_list(from))
        take_groups(check, from, option, to);
    else if (option->type == SIGNET_OPTION_GROUPS)
        core_check_fault(check, from, "\"%.*s\" must be a list of groups: write ( { … } )",
                         CORE_TEXT_ARG(option->name));
    else
        core_config_value(check, from, option, to);
}

/* One option: set, or left to its default. 1 where `to` was filled. */
static int take_option(core_check_t *check, const config_setting_t *group,
                       const signet_option_t *option, signet_setting_t *to)
{
    char key[128];
    snprintf(key, sizeof key, "%.*s", CORE_TEXT_ARG(option->name));
    const config_setting_t *from = config_setting_get_member(group, key);
    *to = (signet_setting_t){.size = sizeof *to, .type = option->type, .name = option->name};
    if (from) {
        take_setting(check, from, option, to);
        return 1;
    }
    return option->default_value.length && core_config_default(check, option, to);
}

const signet_setting_t *core_check_group(core_check_t *check, const config_setting_t *group,
                                         const signet_option_t *options, uint64_t count,
                                         const char *what, int block)
{
    signet_setting_t *result = take(check, sizeof *result);
    signet_setting_t *members = take(check, (count ? count : 1) * sizeof *members);
    if (!result || !members)
        return NULL;
    for (int index = 0; index < config_setting_length(group); index++) {
        const config_setting_t *member = config_setting_get_elem(group, (unsigned)index);
        const char *key = config_setting_name(member);
        if (!(block && is_block_key(key)) && !core_option_find(options, count, core_text(key)))
            fault_unknown(check, member, options, count, what);
    }
    uint64_t filled = 0;
    for (uint64_t index = 0; index < count; index++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, options, index);
        if (take_option(check, group, option, &members[filled]))
            filled++;
        else if (option->flags & SIGNET_OPTION_REQUIRED &&
                 !is_misspelt(group, options, count, option, block))
            core_check_fault(check, group, "%s lacks \"%.*s\": set it (%.*s)", what,
                             CORE_TEXT_ARG(option->name), CORE_TEXT_ARG(option->help));
    }
    *result = (signet_setting_t){.size = sizeof *result,
                                 .type = SIGNET_OPTION_GROUP,
                                 .members = members,
                                 .member_count = filled,
                                 .file = core_check_file(check, group),
                                 .line = config_setting_source_line(group)};
    return result;
}
