#include "profile/profile_document.h"

#include <signet/sdk/json.h>

static void write_setting(signet_json_writer_t *writer, const char *name,
                          const signet_setting_t *setting)
{
    switch (setting->type) {
    case SIGNET_OPTION_TEXTS:
        signet_json_begin_array(writer, name);
        for (uint64_t i = 0; i < setting->member_count; i++)
            signet_json_text(writer, NULL, SIGNET_AT(signet_setting_t, setting->members, i)->text);
        signet_json_end_array(writer);
        break;
    case SIGNET_OPTION_BOOLEAN:
        signet_json_boolean(writer, name, setting->integer != 0);
        break;
    case SIGNET_OPTION_INTEGER:
        signet_json_integer(writer, name, setting->integer);
        break;
    case SIGNET_OPTION_DURATION:
        signet_json_integer(writer, name, setting->integer / 1000);
        break;
    default:
        signet_json_text(writer, name, setting->text);
        break;
    }
}

int32_t ca_profile_document(ca_pool_t *pool, signet_call_t *call, ca_profile_t *profile)
{
    const signet_setting_t *group = profile->setting;
    signet_json_writer_t writer = signet_json_writer(call, 1024);
    signet_json_begin_object(&writer, NULL);
    for (uint64_t i = 0; i < group->member_count; i++) {
        const signet_setting_t *setting = SIGNET_AT(signet_setting_t, group->members, i);
        /* Durations are given in seconds, and say so. */
        signet_text_t text =
            signet_format(call, "%.*s%s", SIGNET_FORMAT(setting->name),
                          setting->type == SIGNET_OPTION_DURATION ? "_seconds" : "");
        const char *name = signet_text_string(call, text);
        if (name == NULL)
            return SIGNET_NO_MEMORY;
        write_setting(&writer, name, setting);
    }
    signet_json_end_object(&writer);
    signet_text_t document;
    int32_t status = signet_json_finish(&writer, &document);
    if (status != SIGNET_OK)
        return status;
    return ca_pool_text(pool, call, document, &profile->document);
}
