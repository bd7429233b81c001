#include "profile/effective.h"

#include "option.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>

/* How deep profiles may extend each other; a circle is deeper. */
#define DEPTH_MAX 16U

/* What each profile says for itself. */
static int inherits(signet_text_t option)
{
    static const char *const own[] = {"name", "version", "extends", "abstract", "overrides"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (signet_text_is(option, own[i]))
            return 0;
    }
    return 1;
}

static int is_set(const signet_setting_t *setting)
{
    return setting != NULL && setting->line != 0;
}

static const signet_setting_t *find_profile(const signet_setting_t *list, signet_text_t name)
{
    for (uint64_t i = 0; i < list->member_count; i++) {
        const signet_setting_t *group = signet_setting_at(list, i);
        if (signet_text_equal(signet_setting_text(group, "name"), name))
            return group;
    }
    return NULL;
}

/* The profile itself, then those it extends, nearest first. */
static int32_t find_line(signet_call_t *call, const signet_setting_t *list,
                         const signet_setting_t *group, const signet_setting_t **line,
                         uint64_t *count)
{
    *count = 0;
    while (group != NULL) {
        const signet_setting_t *extends = signet_setting(group, "extends");
        if (*count == DEPTH_MAX)
            return signet_setting_fail(call, extends, "profile.extends",
                                       "the profile \"%.*s\" extends itself, or more than %u "
                                       "others",
                                       SIGNET_FORMAT(signet_setting_text(line[0], "name")),
                                       DEPTH_MAX - 1);
        line[(*count)++] = group;
        if (extends == NULL || extends->text.length == 0)
            return SIGNET_OK;
        group = find_profile(list, extends->text);
        if (group == NULL)
            return signet_setting_fail(call, extends, "profile.extends",
                                       "there is no profile \"%.*s\" that \"%.*s\" could extend; "
                                       "name one of this block",
                                       SIGNET_FORMAT(extends->text),
                                       SIGNET_FORMAT(signet_setting_text(line[0], "name")));
    }
    return SIGNET_OK;
}

static int32_t resolve(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *list,
                       const signet_setting_t *group, ca_effective_t *effective)
{
    const signet_setting_t *line[DEPTH_MAX];
    uint64_t depth = 0;
    uint64_t declared = 0;
    const signet_option_t *options = ca_profile_options(&declared);
    signet_setting_t *members = ca_pool_alloc(pool, call, declared, sizeof *members);
    signet_text_t *origins = ca_pool_alloc(pool, call, declared, sizeof *origins);
    signet_setting_t *whole = ca_pool_alloc(pool, call, 1, sizeof *whole);
    if (members == NULL || origins == NULL || whole == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = find_line(call, list, group, line, &depth);
    if (status != SIGNET_OK)
        return status;
    *whole = *group;
    whole->members = members;
    whole->member_count = 0;
    for (uint64_t i = 0; i < declared; i++) {
        const char *name = options[i].name.data;
        const signet_setting_t *found = signet_setting(group, name);
        uint64_t above = is_set(found) || !inherits(options[i].name) ? depth : 1;
        signet_text_t origin = {NULL, 0};
        if (is_set(found))
            origin = signet_setting_text(group, "name");
        for (; above < depth; above++) {
            const signet_setting_t *inherited = signet_setting(line[above], name);
            if (is_set(inherited)) {
                found = inherited;
                origin = signet_setting_text(line[above], "name");
                break;
            }
        }
        if (found == NULL)
            continue;
        members[whole->member_count] = *found;
        origins[whole->member_count++] = origin;
    }
    *effective = (ca_effective_t){whole, origins};
    return SIGNET_OK;
}

int32_t ca_effective_resolve(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *list,
                             ca_effective_t **effective)
{
    uint64_t count = list == NULL ? 0 : list->member_count;
    *effective = ca_pool_alloc(pool, call, count + 1, sizeof **effective);
    int32_t status = *effective == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++)
        status = resolve(pool, call, list, signet_setting_at(list, i), &(*effective)[i]);
    return status;
}
