#include "edge/setting.h"

#include <string.h>

const signet_setting_t *edge_setting_find(const signet_setting_t *group, const char *name)
{
    size_t length = strlen(name);
    uint64_t i;

    for (i = 0; group != NULL && i < group->member_count; i++) {
        const signet_setting_t *member = SIGNET_AT(signet_setting_t, group->members, i);

        if (member->name.length == length && memcmp(member->name.data, name, length) == 0) {
            return member;
        }
    }
    return NULL;
}

int64_t edge_setting_integer(const signet_setting_t *group, const char *name, int64_t otherwise)
{
    const signet_setting_t *member = edge_setting_find(group, name);

    return member != NULL ? member->integer : otherwise;
}

signet_text_t edge_setting_text(const signet_setting_t *group, const char *name)
{
    const signet_setting_t *member = edge_setting_find(group, name);

    return member != NULL ? member->text : (signet_text_t){NULL, 0};
}
