/* Reading settings. */
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdarg.h>
#include <stdio.h>

#define MESSAGE_MAX 1024U

const signet_setting_t *signet_setting(const signet_setting_t *group, const char *name)
{
    if (!group || !SIGNET_HAS(group, members) || !SIGNET_HAS(group, member_count)) {
        return NULL;
    }
    for (uint64_t i = 0; i < group->member_count; i++) {
        const signet_setting_t *member = SIGNET_AT(signet_setting_t, group->members, i);
        if (signet_text_is(member->name, name)) {
            return member;
        }
    }
    return NULL;
}

signet_text_t signet_setting_text(const signet_setting_t *group, const char *name)
{
    const signet_setting_t *setting = signet_setting(group, name);
    return setting ? setting->text : (signet_text_t){NULL, 0};
}

int64_t signet_setting_integer(const signet_setting_t *group, const char *name, int64_t otherwise)
{
    const signet_setting_t *setting = signet_setting(group, name);
    return setting ? setting->integer : otherwise;
}

const signet_setting_t *signet_setting_at(const signet_setting_t *list, uint64_t index)
{
    if (!list || !SIGNET_HAS(list, members) || !SIGNET_HAS(list, member_count) ||
        index >= list->member_count) {
        return NULL;
    }
    return SIGNET_AT(signet_setting_t, list->members, index);
}

uint64_t signet_setting_count(const signet_setting_t *group, const char *name)
{
    const signet_setting_t *setting = signet_setting(group, name);
    return setting && SIGNET_HAS(setting, member_count) ? setting->member_count : 0;
}

int32_t signet_setting_fail(signet_call_t *call, const signet_setting_t *setting,
                            const char *reason, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (length < 0) {
        message[0] = 0;
    }
    if (setting && SIGNET_HAS(setting, file.data) && SIGNET_HAS(setting, line)) {
        return signet_fail(call, SIGNET_INVALID, reason, "%.*s:%u: %s",
                           SIGNET_FORMAT(setting->file), setting->line, message);
    }
    return signet_fail(call, SIGNET_INVALID, reason, "%s", message);
}
