#include "core/config_reference.h"

#include "core/text.h"
#include "core/value.h"

static void check_name(core_faults_t *faults, const core_config_t *config,
                       const signet_setting_t *setting)
{
    core_nearest_t nearest = {.wanted = setting->text};
    for (uint64_t index = 0; index < config->block_count; index++) {
        if (core_text_equal(config->blocks[index].name, setting->text))
            return;
        core_nearest_offer(&nearest, config->blocks[index].name);
    }
    if (nearest.best.length)
        core_fault(faults, setting->file, setting->line,
                   "\"%.*s\" names no instance \"%.*s\": did you mean \"%.*s\"?",
                   CORE_TEXT_ARG(setting->name), CORE_TEXT_ARG(setting->text),
                   CORE_TEXT_ARG(nearest.best));
    else
        core_fault(faults, setting->file, setting->line,
                   "\"%.*s\" names no instance \"%.*s\": add one or correct the name",
                   CORE_TEXT_ARG(setting->name), CORE_TEXT_ARG(setting->text));
}

static void check_settings(core_faults_t *faults, const core_config_t *config,
                           const signet_setting_t *setting)
{
    if (setting->type == SIGNET_OPTION_INSTANCE && setting->text.length)
        check_name(faults, config, setting);
    for (uint64_t index = 0; index < setting->member_count; index++)
        check_settings(faults, config, &setting->members[index]);
}

void core_config_check_references(core_faults_t *faults, const core_config_t *config)
{
    for (uint64_t index = 0; index < config->block_count; index++) {
        if (config->blocks[index].settings)
            check_settings(faults, config, config->blocks[index].settings);
    }
}

void core_config_each_reference(const signet_setting_t *group, signet_text_t option,
                                void (*visit)(void *context, const signet_setting_t *setting),
                                void *context)
{
    uint64_t dot = 0;
    while (dot < option.length && option.data[dot] != '.')
        dot++;
    signet_text_t name = {option.data, dot};
    signet_text_t rest = {NULL, 0};
    if (dot < option.length)
        rest = (signet_text_t){option.data + dot + 1, option.length - dot - 1};
    for (uint64_t index = 0; index < group->member_count; index++) {
        const signet_setting_t *member = &group->members[index];
        if (!core_text_equal(member->name, name))
            continue;
        if (rest.length == 0)
            visit(context, member);
        else if (member->type == SIGNET_OPTION_GROUP)
            core_config_each_reference(member, rest, visit, context);
        for (uint64_t at = 0; member->type == SIGNET_OPTION_GROUPS && at < member->member_count;
             at++)
            core_config_each_reference(&member->members[at], rest, visit, context);
    }
}
