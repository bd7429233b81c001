#include "core/compare.h"

#include "core/config.h"
#include "core/text.h"

/* One group on the way down, and how its name begins. */
typedef struct level {
    const char *prefix;
    int reloadable;
} level_t;

int core_setting_same(const signet_setting_t *left, const signet_setting_t *right)
{
    if (left->type != right->type || left->integer != right->integer ||
        left->member_count != right->member_count || !core_text_equal(left->text, right->text))
        return 0;
    for (uint64_t index = 0; index < left->member_count; index++) {
        if (!core_text_equal(left->members[index].name, right->members[index].name) ||
            !core_setting_same(&left->members[index], &right->members[index]))
            return 0;
    }
    return 1;
}

/* A group that is left out has no members, not even those with defaults. */
static int differ(const signet_setting_t *one, const signet_setting_t *other)
{
    if (one && other)
        return !core_setting_same(one, other);
    return (one && one->line) || (other && other->line);
}

static const signet_setting_t *member(const signet_setting_t *group, signet_text_t name)
{
    for (uint64_t index = 0; group && index < group->member_count; index++) {
        if (core_text_equal(group->members[index].name, name))
            return &group->members[index];
    }
    return NULL;
}

static void compare(core_comparison_t *comparison, const signet_option_t *options, uint64_t count,
                    const signet_setting_t *now, const signet_setting_t *next, level_t level)
{
    for (uint64_t index = 0; index < count; index++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, options, index);
        const signet_setting_t *one = member(now, option->name);
        const signet_setting_t *other = member(next, option->name);
        int reloadable = level.reloadable || (option->flags & SIGNET_OPTION_RELOADABLE) != 0;
        if (!differ(one, other))
            continue;
        if (option->type == SIGNET_OPTION_GROUP) {
            core_buffer_t prefix = {0};
            core_buffer_format(&prefix, "%s%.*s.", level.prefix, CORE_TEXT_ARG(option->name));
            level_t below = {prefix.data ? prefix.data : "", reloadable};
            compare(comparison, option->members, option->member_count, one, other, below);
            core_buffer_free(&prefix);
            continue;
        }
        core_buffer_format(&comparison->names, "%s%s%.*s", comparison->differing ? ", " : "",
                           level.prefix, CORE_TEXT_ARG(option->name));
        comparison->differing++;
        comparison->fixed += !reloadable;
    }
}

void core_compare(core_comparison_t *comparison, const signet_option_t *options, uint64_t count,
                  const signet_setting_t *now, const signet_setting_t *next)
{
    level_t top = {"", 0};
    compare(comparison, options, count, now, next, top);
}
